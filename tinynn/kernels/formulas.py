"""Functions of one number as docs/float.md has them, without branches.

The twins of tinynn/operators/functions.py and unary.py, operation for operation;
constants are bits of floats. Results that are NaNs are made canonical by who stores.
"""

from collections.abc import Callable, Mapping
from typing import Final

from . import coefficients as c
from .lanes import Real, Truth, Whole, choose, polynomial

SIGN: Final = 0x8000_0000
MAGNITUDE: Final = 0x7FFF_FFFF
FRACTION: Final = 0x7F_FFFF
HALF: Final = 0x3F00_0000
ONE: Final = c.ONE
TWO: Final = 0x4000_0000
MINUS_ONE: Final = SIGN | ONE
INFINITY: Final = 0x7F80_0000
NAN: Final = 0x7FC0_0000
BIAS: Final = 127
FRACTION_BITS: Final = 23

Formula = Callable[..., Real]


def magnitude(x: Real) -> Real:
    """Without the sign."""
    return (x.bits & MAGNITUDE).real


def negative(x: Real) -> Real:
    """With the other sign."""
    return (x.bits ^ SIGN).real


def signed_as(size: Real, x: Real) -> Real:
    """Magnitudes with the signs of x."""
    return ((size.bits & MAGNITUDE) | (x.bits & SIGN)).real


def power_of_two(n: Whole) -> Real:
    return ((n + BIAS) << FRACTION_BITS).real


def _split(x: Real) -> tuple[Whole, Real]:
    """(n, r) with x = n ln 2 + r."""
    shifted = x * c.LOG2_E + c.ROUNDER
    n = shifted - c.ROUNDER
    r = (x - n * c.LN2_HIGH) - n * c.LN2_LOW
    return shifted.bits - c.ROUNDER, r


def _near_zero(r: Real) -> Real:
    """e^r - 1 for a small r."""
    return (r * r) * polynomial(c.EXP, r) + r


def _scaled(x: Real, n: Whole, near: Real) -> Real:
    """e^x of its parts."""
    half = n >> 1
    y = (near + ONE) * power_of_two(half) * power_of_two(n - half)
    y = choose(x > c.OVERFLOW, y.like(INFINITY), y)
    y = choose(x < c.UNDERFLOW, y.like(0), y)
    return choose(x.is_nan, x, y)


def exp(x: Real) -> Real:
    n, r = _split(x)
    return _scaled(x, n, _near_zero(r))


def expm1(x: Real) -> Real:
    n, r = _split(x)
    near, scale = _near_zero(r), power_of_two(n)
    small = scale * near + (scale - ONE)
    return choose(magnitude(x) < c.EXPM1_SMALL, small, _scaled(x, n, near) - ONE)


def log_parts(x: Real) -> tuple[Real, Real]:
    """log(x) as a sum of two numbers, for positive finite x."""
    subnormal = x < c.TINY
    scaled = choose(subnormal, x * c.TWO_TO_25, x)
    above = scaled.bits - c.SQRT_HALF
    lifted = choose(subnormal, above.like(25), 0)
    k = (above >> FRACTION_BITS) - lifted
    f = ((above & FRACTION) + c.SQRT_HALF).real - ONE
    s = f / (f.like(TWO) + f)
    z = s * s
    n = k.rounded
    low = s * (f - z * polynomial(c.LOG, z)) - n * c.LN2_LOW
    near, far = f - low, n * c.LN2_HIGH
    total = far + near
    return total, (near - (total - far)) + ((f - near) - low)


def log(x: Real) -> Real:
    y, _ = log_parts(x)
    y = choose(x.equals(0), y.like(SIGN | INFINITY), y)
    y = choose(x.equals(INFINITY), x, y)
    y = choose(x < 0, y.like(NAN), y)
    return choose(x.is_nan, x, y)


def log1p_of_fraction(x: Real) -> Real:
    """log(1 + x) for x in [0, 1]."""
    u = x.like(ONE) + x
    return log(u) + (x - (u - ONE)) / u


def tanh(x: Real) -> Real:
    a = magnitude(x)
    z = a * a
    near = a + a * (z * polynomial(c.TANH, z))
    far = a.like(ONE) - a.like(TWO) / (exp(a + a) + ONE)
    return signed_as(choose(a < c.TANH_SMALL, near, far), x)


def erf(x: Real) -> Real:
    a = magnitude(x)
    near = a + a * polynomial(c.ERF, a * a)
    far = a.like(ONE) - exp(polynomial(c.ERFC, a))
    far = choose(a > c.ERF_LARGE, a.like(ONE), far)
    return signed_as(choose(a < c.ERF_SMALL, near, far), x)


def rounded(x: Real) -> Real:
    """To the nearest whole number, ties to even."""
    a = magnitude(x)
    return signed_as(choose(a < c.TWO_TO_23, (a + c.TWO_TO_23) - c.TWO_TO_23, a), x)


def floor(x: Real) -> Real:
    t = rounded(x)
    return signed_as(choose(t > x, t - ONE, t), x)


def ceil(x: Real) -> Real:
    t = rounded(x)
    return signed_as(choose(t < x, t + ONE, t), x)


def sign(x: Real) -> Real:
    y = choose(x < 0, x.like(MINUS_ONE), x)
    return choose(x > 0, x.like(ONE), y)


def relu(x: Real) -> Real:
    """x if it is above zero or a NaN, else +0."""
    return choose(x <= 0, x.like(0), x)


def clip(x: Real, low: Real, high: Real) -> Real:
    x = choose(x < low, low, x)
    return choose(x > high, high, x)


def leaky_relu(x: Real, alpha: Real) -> Real:
    return choose(x < 0, alpha * x, x)


def elu(x: Real, alpha: Real) -> Real:
    return choose(x < 0, alpha * expm1(x), x)


def selu(x: Real, alpha: Real, gamma: Real) -> Real:
    return gamma * elu(x, alpha)


def celu(x: Real, alpha: Real) -> Real:
    return choose(x < 0, alpha * expm1(x / alpha), x)


def thresholded_relu(x: Real, alpha: Real) -> Real:
    return choose((x > alpha) | x.is_nan, x, 0)


def hard_sigmoid(x: Real, alpha: Real, beta: Real) -> Real:
    y = alpha * x + beta
    return clip(y, y.like(0), y.like(ONE))


def hard_swish(x: Real) -> Real:
    return x * hard_sigmoid(x, x.like(c.SIXTH), x.like(HALF))


def sigmoid(x: Real) -> Real:
    e = exp((x.bits | SIGN).real)
    return choose(x < 0, e, ONE) / (e.like(ONE) + e)


def softplus(x: Real) -> Real:
    e = exp((x.bits | SIGN).real)
    return choose(x < 0, x.like(0), x) + log1p_of_fraction(e)


def gelu_erf(x: Real) -> Real:
    return (x.like(HALF) * x) * (erf(x * c.ROOT_HALF) + ONE)


def gelu_tanh(x: Real) -> Real:
    inner = x + ((x * x) * x) * c.CUBIC
    return (x.like(HALF) * x) * (tanh(inner * c.SQRT_2_BY_PI) + ONE)


def _parts(x: Real) -> tuple[Real, Real]:
    """x as a sum of two numbers of twelve bits each."""
    carried = x * c.SPLITTER
    high = carried - (carried - x)
    return high, x - high


def _whole_power(a: Real, n: Whole) -> Real:
    """a^n for n in [0, 8], by squaring."""
    y = a.like(ONE)
    for bit in range(4):
        y = choose(((n >> bit) & 1).equals(0), y, y * a)
        a = a * a
    return y


def _general_power(size: Real, b: Real) -> Real:
    """size^b by the logarithm, for a size that is no NaN."""
    inside = (size > 0) & (size < INFINITY)
    high, low = log_parts(choose(inside, size, ONE))
    high = choose(size.equals(INFINITY), size, high)
    high = choose(size.equals(0), size.like(SIGN | INFINITY), high)
    exponent = b * high
    (b1, b2), (h1, h2) = _parts(b), _parts(high)
    lost = ((b1 * h1 - exponent) + (b1 * h2 + b2 * h1)) + b2 * h2
    lost = choose(magnitude(exponent) < c.MOST_EXPONENT, lost + b * low, 0)
    near = exp(exponent)
    y = choose(lost.equals(0), near, near + near * lost)
    return choose(size.equals(ONE), size, y)


def power(a: Real, b: Real) -> Real:
    """a^b: products for whole b up to 8, else e^(b log a) with a correction."""
    size, count = magnitude(a), magnitude(b)
    small = count < c.TWO_TO_24
    times = choose(small, count, 0).towards_zero()
    whole = ~small | times.rounded.equals(count)
    few = whole & (count <= c.MOST_FACTORS)
    product = _whole_power(a, choose(few, times, 0))
    product = choose(b < 0, product.like(ONE) / product, product)
    y = _general_power(size, b)
    odd = small & whole & (times & 1).equals(1)
    y = choose((a.bits < 0) & ~a.is_nan & odd, negative(y), y)
    y = choose((a < 0) & (size < INFINITY) & ~whole, y.like(NAN), y)
    y = choose(a.is_nan | b.is_nan, y.like(NAN), y)
    y = choose(few, product, y)
    return choose(b.equals(0) | a.equals(ONE), y.like(ONE), y)


def greater_or_nan(a: Real, b: Real) -> Truth:
    return (a > b) | a.is_nan


def less_or_nan(a: Real, b: Real) -> Truth:
    return (a < b) | a.is_nan


ONE_NUMBER: Final[Mapping[str, Formula]] = {
    "canonical": lambda x: x,
    "relu": relu,
    "absolute": magnitude,
    "negative": negative,
    "floor": floor,
    "ceil": ceil,
    "rounded": rounded,
    "sign": sign,
    "sqrt": lambda x: x.root,
    "reciprocal": lambda x: x.like(ONE) / x,
    "exp": exp,
    "log": log,
    "tanh": tanh,
    "erf": erf,
    "sigmoid": sigmoid,
    "hard_sigmoid": hard_sigmoid,
    "hard_swish": hard_swish,
    "silu": lambda x: x * sigmoid(x),
    "softplus": softplus,
    "softsign": lambda x: x / (x.like(ONE) + magnitude(x)),
    "mish": lambda x: x * tanh(softplus(x)),
    "gelu_erf": gelu_erf,
    "gelu_tanh": gelu_tanh,
    "leaky_relu": leaky_relu,
    "elu": elu,
    "selu": selu,
    "celu": celu,
    "thresholded_relu": thresholded_relu,
    "clip": clip,
}
"""By name; some take one or two numbers more."""
