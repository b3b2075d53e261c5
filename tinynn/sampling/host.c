/* The operators as kernels of tinynn/kernels/: arguments are 64-bit words in memory.
 *
 * The guest's arithmetic is done by the processor here: its bits are the same, but for
 * those of NaNs, of which nothing is stored. */

#include "../guest/softfloat.h"

static float real(f32 bits) {
  union {
    f32 bits;
    float number;
  } either = {.bits = bits};
  return either.number;
}

static f32 bits_of(float number) {
  union {
    float number;
    f32 bits;
  } either = {.number = number};
  return either.bits;
}

f32 f32_add(f32 a, f32 b) { return bits_of(real(a) + real(b)); }
f32 f32_sub(f32 a, f32 b) { return bits_of(real(a) - real(b)); }
f32 f32_mul(f32 a, f32 b) { return bits_of(real(a) * real(b)); }
f32 f32_div(f32 a, f32 b) { return bits_of(real(a) / real(b)); }
f32 f32_from_u32(uint32_t n) { return bits_of((float)n); }
bool f32_less(f32 a, f32 b) { return real(a) < real(b); }
bool f32_less_equal(f32 a, f32 b) { return real(a) <= real(b); }

#include "../guest/exponential.c"
#include "keccak.c"
#include "pick.c"
#include "uniform.c"

typedef int32_t lanes __attribute__((vector_size(64), aligned(4)));

typedef uint8_t bytes __attribute__((vector_size(16), aligned(1)));

#define LANE_COUNT 16

/* What neither is marked nor has a key above `least`, LANE_COUNT logits at once. */
uint32_t next_above(const struct draw *d, uint32_t i, int32_t least) {
  for (; i + LANE_COUNT <= d->vocabulary; i += LANE_COUNT) {
    lanes x = *(const lanes *)(d->logits + i);
    lanes size = x & INT32_MAX, above = size > (int32_t)F32_INFINITY;
    lanes sign = x >> 31, key = (size ^ sign) - sign;
    above |= key > least;
    bytes marks = *(const bytes *)(d->marks + i);
    if (__builtin_reduce_or(above) | __builtin_reduce_or(marks))
      break;
  }
  while (i < d->vocabulary && !d->marks[i] && key_of(d->logits[i]) <= least)
    i++;
  return i;
}

#define AT(type, word) ((type *)(uintptr_t)(word))

/* Words: target, logits, vocabulary, tokens, rows, pass, seed, options, marks. */
void kernel_token(const uint64_t *words) {
  const uint32_t rows = (uint32_t)words[4], pass = *AT(const uint32_t, words[5]);
  const struct draw d = {
      .logits = AT(const f32, words[1]),
      .vocabulary = (uint32_t)words[2],
      .ids = AT(const uint32_t, words[3]),
      .count = pass < rows ? pass + 1 : rows,
      .pass = pass,
      .seed = AT(const uint8_t, words[6]),
      .options = AT(const uint32_t, words[7]),
      .marks = AT(uint8_t, words[8]),
  };
  *AT(uint32_t, words[0]) = pick_token(&d);
}

/* Words: target, seed, pass, stream, first, count. */
void kernel_uniform(const uint64_t *words) {
  draw_uniform(AT(const uint8_t, words[1]), (uint32_t)words[3],
               *AT(const uint32_t, words[2]), (uint32_t)words[4], (uint32_t)words[5],
               AT(f32, words[0]));
}
