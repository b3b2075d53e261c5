/* The operator as a kernel of tinynn/kernels/: arguments are 64-bit words in memory.
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
