/* Input: 256 samples, i16. Output: their spectrum as (i32 real, i32 imaginary), by a
 * radix-2 transform in fixed point of 15 bits that halves at each stage. Its twiddles
 * come from a recurrence, so nothing is tabulated. */

#include "plumb.h"

#define BITS 8
#define SIZE (1 << BITS)
#define ONE 32767
/* cos and sin of 2 pi / 256, 30 bits. */
#define COS_STEP 1073418433
#define SIN_STEP 26350943

static int32_t real[SIZE], imaginary[SIZE], cosine[SIZE], sine[SIZE];

static int32_t times(int32_t x, int32_t y, int bits) {
  return (int32_t)(((int64_t)x * y + (1ll << (bits - 1))) >> bits);
}

static void make_twiddles(void) {
  int32_t c = 1 << 30, s = 0;
  for (int i = 0; i < SIZE; i++) {
    cosine[i] = c >> 15;
    sine[i] = s >> 15;
    int32_t next = times(c, COS_STEP, 30) - times(s, SIN_STEP, 30);
    s = times(s, COS_STEP, 30) + times(c, SIN_STEP, 30);
    c = next;
  }
}

static uint32_t reversed(uint32_t x) {
  uint32_t result = 0;
  for (int i = 0; i < BITS; i++)
    result |= (x >> i & 1) << (BITS - 1 - i);
  return result;
}

static void butterfly(int a, int b, int turn) {
  int32_t c = cosine[turn] > ONE ? ONE : cosine[turn], s = -sine[turn];
  int32_t x = times(real[b], c, 15) - times(imaginary[b], s, 15);
  int32_t y = times(real[b], s, 15) + times(imaginary[b], c, 15);
  real[b] = (real[a] - x) >> 1;
  imaginary[b] = (imaginary[a] - y) >> 1;
  real[a] = (real[a] + x) >> 1;
  imaginary[a] = (imaginary[a] + y) >> 1;
}

int main(void) {
  const int16_t *samples = (const int16_t *)PLUMB_INPUT;
  int32_t *out = (int32_t *)PLUMB_OUTPUT;
  make_twiddles();
  for (uint32_t i = 0; i < SIZE; i++)
    real[reversed(i)] = samples[i];
  for (int half = 1; half < SIZE; half *= 2)
    for (int start = 0; start < SIZE; start += 2 * half)
      for (int i = 0; i < half; i++)
        butterfly(start + i, start + i + half, i * (SIZE / 2 / half));
  for (int i = 0; i < SIZE; i++) {
    *out++ = real[i];
    *out++ = imaginary[i];
  }
  PLUMB_OUTPUT_SIZE = 8 * SIZE;
  return 0;
}
