/* The operations of softfloat.h by the host's float unit. WebAssembly fixes every bit of
 * its results but a NaN's, and NaNs are made one here. */

#include "../guest/softfloat.h"

ALWAYS_INLINE float number(f32 bits) {
  float x;
  __builtin_memcpy(&x, &bits, sizeof x);
  return x;
}

ALWAYS_INLINE f32 bits_of(float x) {
  f32 bits;
  __builtin_memcpy(&bits, &x, sizeof bits);
  return x != x ? F32_NAN : bits;
}

f32 f32_add(f32 a, f32 b) { return bits_of(number(a) + number(b)); }
f32 f32_sub(f32 a, f32 b) { return bits_of(number(a) - number(b)); }
f32 f32_mul(f32 a, f32 b) { return bits_of(number(a) * number(b)); }
f32 f32_div(f32 a, f32 b) { return bits_of(number(a) / number(b)); }
f32 f32_sqrt(f32 a) { return bits_of(__builtin_sqrtf(number(a))); }

f32 f32_from_u32(uint32_t n) { return bits_of((float)n); }
f32 f32_from_i32(int32_t n) { return bits_of((float)n); }

/* Saturates, a NaN to 0: the instruction's definition is ours, where there is one. */
int32_t f32_to_i32(f32 a) {
#ifdef __wasm_nontrapping_fptoint__
  return __builtin_wasm_trunc_saturate_s_i32_f32(number(a));
#else
  const float x = number(a);
  if (x >= 0x1p31f)
    return INT32_MAX;
  if (x < -0x1p31f)
    return INT32_MIN;
  return x == x ? (int32_t)x : 0;
#endif
}

bool f32_equal(f32 a, f32 b) { return number(a) == number(b); }
bool f32_less(f32 a, f32 b) { return number(a) < number(b); }
bool f32_less_equal(f32 a, f32 b) { return number(a) <= number(b); }
