/* Input: pairs of u64. Output: for each pair the 64-bit integer operations, and the
 * operations on the same bits as doubles and floats, by the compiler's soft-float. */

#include "plumb.h"

static uint64_t *out;

static void put(uint64_t value) { *out++ = value; }

static void put_double(double value) {
  union {
    double number;
    uint64_t bits;
  } pun = {.number = value};
  put(value == value ? pun.bits : 0x7ff8000000000000);
}

static void put_float(float value) {
  union {
    float number;
    uint32_t bits;
  } pun = {.number = value};
  put(value == value ? pun.bits : 0x7fc00000);
}

static void integers(uint64_t a, uint64_t b) {
  int64_t c = (int64_t)a, d = (int64_t)b;
  uint64_t n = b % 64;
  put(a + b);
  put(a - b);
  put(a * b);
  put(b ? a / b : 0);
  put(b ? a % b : 0);
  put((uint64_t)(d && d != -1 ? c / d : 0));
  put((uint64_t)(d && d != -1 ? c % d : 0));
  put(a << n);
  put(a >> n);
  put((uint64_t)(c >> n));
  put(a >> n | a << (63 & (64 - n)));
  put((uint64_t)(c < d) | (uint64_t)(a < b) << 1 | (uint64_t)(a == b) << 2);
  put((uint64_t)__builtin_popcountll(a));
  put(a ? (uint64_t)__builtin_clzll(a) : 64);
  put(__builtin_bswap64(a));
  put((uint64_t)((int64_t)(int32_t)a * (int32_t)b));
  put((uint64_t)((int8_t)a * (int16_t)b));
}

static void doubles(uint64_t a, uint64_t b) {
  union {
    uint64_t bits;
    double number;
  } left = {.bits = a}, right = {.bits = b};
  double x = left.number, y = right.number;
  put_double(x + y);
  put_double(x - y);
  put_double(x * y);
  put_double(y != 0 ? x / y : 0);
  put_double((double)(int64_t)a);
  put_double((double)b);
  put_float((float)x);
  put((uint64_t)(x < y) | (uint64_t)(x == y) << 1 | (uint64_t)(x >= y) << 2);
  put(x > -1e18 && x < 1e18 ? (uint64_t)(int64_t)x : 0);
}

static void floats(uint32_t a, uint32_t b) {
  union {
    uint32_t bits;
    float number;
  } left = {.bits = a}, right = {.bits = b};
  float x = left.number, y = right.number;
  put_float(x + y);
  put_float(x - y);
  put_float(x * y);
  put_float((float)(int32_t)a);
  put_float((float)b);
  put_double((double)x);
  put((uint64_t)(x < y) | (uint64_t)(x == y) << 1 | (uint64_t)(x >= y) << 2);
  put(x > -2e9f && x < 2e9f ? (uint64_t)(int32_t)x : 0);
}

int main(void) {
  /* The output begins four bytes into its region, where a u64 is not aligned. */
  uint64_t *first = (uint64_t *)PLUMB_ARENA;
  uint32_t pairs = PLUMB_INPUT_SIZE / 16;
  out = first;
  for (uint32_t i = 0; i < pairs; i++) {
    uint64_t pair[2];
    __builtin_memcpy(pair, PLUMB_INPUT + 16 * i, sizeof pair);
    integers(pair[0], pair[1]);
    doubles(pair[0], pair[1]);
    floats((uint32_t)pair[0], (uint32_t)pair[1]);
  }
  PLUMB_OUTPUT_SIZE = (uint32_t)((uint8_t *)out - (uint8_t *)first);
  __builtin_memcpy(PLUMB_OUTPUT, first, PLUMB_OUTPUT_SIZE);
  return 0;
}
