/* Functions of each element by itself: the twins of tinynn/operators/unary.py. */

#include "functions.h"
#include "kernels.h"

#define SQRT_2_BY_PI 0x3f4c422au
#define CUBIC 0x3d372713u
#define ROOT_HALF 0x3f3504f3u
#define SIXTH 0x3e2aaaabu

typedef f32 function(f32 x, const f32 *numbers);

/* Source: x of any shape. Target: y of its shape. Attributes: `numbers`, two at most. */
ALWAYS_INLINE void map(const struct call *c, function *of) {
  const f32 *x = (const f32 *)source(c, 0) + c->first;
  f32 *y = (f32 *)target(c) + c->first;
  const uint32_t count = c->count;
  const f32 *numbers = c->attributes;
  for (uint32_t i = 0; i < count; i++)
    y[i] = of(x[i], numbers);
}

/* Defines an operator; its body sees an element x and the attributes. */
#define MAP(name, result)                                                              \
  static f32 name##_of(f32 x, const f32 *numbers) {                                    \
    (void)numbers;                                                                     \
    return result;                                                                     \
  }                                                                                    \
  void name(const struct call *c) { map(c, name##_of); }

/* Not of -0, nor of a NaN. */
static bool is_negative(f32 x) { return x > F32_SIGN && !f32_is_nan(x); }

static f32 clip(f32 x, f32 low, f32 high) {
  f32 y = f32_less(x, low) ? low : x;
  return f32_canonical(f32_less(high, y) ? high : y);
}

static f32 floor_of(f32 x) {
  f32 t = rounded(x);
  return f32_canonical(signed_as(f32_less(x, t) ? f32_sub(t, F32_ONE) : t, x));
}

static f32 ceil_of(f32 x) {
  f32 t = rounded(x);
  return f32_canonical(signed_as(f32_less(t, x) ? f32_add(t, F32_ONE) : t, x));
}

static f32 sign_of(f32 x) {
  if (f32_is_nan(x) || !magnitude(x))
    return f32_canonical(x);
  return signed_as(F32_ONE, x);
}

static f32 hard_sigmoid(f32 x, f32 alpha, f32 beta) {
  return clip(f32_add(f32_mul(alpha, x), beta), 0, F32_ONE);
}

static f32 sigmoid(f32 x) {
  f32 e = exponential(magnitude(x) | F32_SIGN);
  return f32_div(is_negative(x) ? e : F32_ONE, f32_add(F32_ONE, e));
}

f32 silu(f32 x) { return f32_mul(x, sigmoid(x)); }

static f32 softplus(f32 x) {
  f32 e = exponential(magnitude(x) | F32_SIGN);
  return f32_add(is_negative(x) ? 0 : x, logarithm_of_one_and(e));
}

static f32 elu(f32 x, f32 alpha) {
  if (!is_negative(x))
    return f32_canonical(x);
  return f32_mul(alpha, exponential_less_one(x));
}

static f32 celu(f32 x, f32 alpha) {
  if (!is_negative(x))
    return f32_canonical(x);
  return f32_mul(alpha, exponential_less_one(f32_div(x, alpha)));
}

static f32 half_of_one_and(f32 x, f32 y) {
  return f32_mul(f32_mul(F32_HALF, x), f32_add(F32_ONE, y));
}

f32 gelu_erf(f32 x) {
  return half_of_one_and(x, error_function(f32_mul(x, ROOT_HALF)));
}

f32 gelu_tanh(f32 x) {
  f32 cube = f32_mul(f32_mul(x, x), x);
  f32 inner = f32_add(x, f32_mul(cube, CUBIC));
  return half_of_one_and(x, hyperbolic_tangent(f32_mul(SQRT_2_BY_PI, inner)));
}

MAP(map_absolute, f32_canonical(magnitude(x)))
MAP(map_negative, f32_canonical(x ^ F32_SIGN))
MAP(map_floor, floor_of(x))
MAP(map_ceil, ceil_of(x))
MAP(map_rounded, rounded(x))
MAP(map_sign, sign_of(x))
MAP(map_sqrt, f32_sqrt(x))
MAP(map_reciprocal, f32_div(F32_ONE, x))
MAP(map_exp, exponential(x))
MAP(map_log, logarithm(x))
MAP(map_sin, sine(x))
MAP(map_cos, cosine(x))
MAP(map_tanh, hyperbolic_tangent(x))
MAP(map_erf, error_function(x))
MAP(map_sigmoid, sigmoid(x))
MAP(map_hard_sigmoid, hard_sigmoid(x, numbers[0], numbers[1]))
MAP(map_hard_swish, f32_mul(x, hard_sigmoid(x, SIXTH, F32_HALF)))
MAP(map_silu, silu(x))
MAP(map_softplus, softplus(x))
MAP(map_softsign, f32_div(x, f32_add(F32_ONE, magnitude(x))))
MAP(map_mish, f32_mul(x, hyperbolic_tangent(softplus(x))))
MAP(map_gelu_erf, gelu_erf(x))
MAP(map_gelu_tanh, gelu_tanh(x))
MAP(map_leaky_relu, is_negative(x) ? f32_mul(numbers[0], x) : f32_canonical(x))
MAP(map_elu, elu(x, numbers[0]))
MAP(map_selu, f32_mul(numbers[1], elu(x, numbers[0])))
MAP(map_celu, celu(x, numbers[0]))
MAP(map_thresholded_relu, f32_less(numbers[0], x) || f32_is_nan(x) ? f32_canonical(x) : 0)
MAP(map_clip, clip(x, numbers[0], numbers[1]))
