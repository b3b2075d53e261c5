/* IEEE-754 binary32 on integers: round to nearest, ties to even, subnormals kept.
 *
 * A number is its 32 bits. Every NaN that comes out is F32_NAN. No function here may use
 * `float`: the compiler would call its own run-time library, whose division is wrong for
 * subnormal quotients.
 */

#ifndef SOFTFLOAT_H
#define SOFTFLOAT_H

#include <stdbool.h>
#include <stdint.h>

#define ALWAYS_INLINE static inline __attribute__((always_inline))

typedef uint32_t f32;

#define F32_SIGN 0x80000000u
#define F32_MAGNITUDE 0x7fffffffu
#define F32_INFINITY 0x7f800000u
#define F32_NAN 0x7fc00000u
#define F32_FRACTION 0x007fffffu
#define F32_HIDDEN 0x00800000u
#define F32_FRACTION_BITS 23
#define F32_BIAS 127

f32 f32_add(f32 a, f32 b);
f32 f32_sub(f32 a, f32 b);
f32 f32_mul(f32 a, f32 b);
f32 f32_div(f32 a, f32 b);
f32 f32_sqrt(f32 a);

f32 f32_from_u32(uint32_t n);
f32 f32_from_i32(int32_t n);

/* Towards zero; saturates, and a NaN is 0. */
int32_t f32_to_i32(f32 a);

static inline bool f32_is_nan(f32 a) { return (a & F32_MAGNITUDE) > F32_INFINITY; }

static inline uint32_t f32_exponent(f32 a) { return a >> F32_FRACTION_BITS & 255; }

static inline f32 f32_canonical(f32 a) { return f32_is_nan(a) ? F32_NAN : a; }

/* Comparisons are false if either side is a NaN; -0 equals +0. */
bool f32_equal(f32 a, f32 b);
bool f32_less(f32 a, f32 b);
bool f32_less_equal(f32 a, f32 b);

/* `m` shifted right by `n`; any bit that falls off sets the lowest bit of the result. */
static inline uint32_t shift_right_sticky(uint32_t m, uint32_t n) {
  if (n == 0)
    return m;
  if (n > 31)
    return m != 0;
  return m >> n | ((m << (32 - n)) != 0);
}

#endif
