// binary32 in integers, as tinynn/guest/softfloat.c has it: no device can get it wrong
// without getting integers wrong. Between unpacking and rounding a significand has its
// hidden bit at bit 30, and seven bits below the last that a result keeps.

const SIGN: u32 = 0x80000000u;
const MAGNITUDE: u32 = 0x7fffffffu;
const INFINITY: u32 = 0x7f800000u;
const NAN: u32 = 0x7fc00000u;
const FRACTION: u32 = 0x007fffffu;
const HIDDEN: u32 = 0x00800000u;
const NORMAL: u32 = 0x40000000u;

// A significand and its biased exponent.
struct Unpacked {
  m: u32,
  e: i32,
}

fn is_nan(a: u32) -> bool {
  return (a & MAGNITUDE) > INFINITY;
}

fn sticky(m: u32, distance: u32) -> u32 {
  if (distance == 0u) {
    return m;
  }
  if (distance > 31u) {
    return u32(m != 0u);
  }
  return (m >> distance) | u32((m << (32u - distance)) != 0u);
}

// The number sign * m * 2^(e - 157), rounded once.
fn round_pack(sign: u32, exponent: i32, significand: u32) -> u32 {
  var e = exponent;
  var m = significand;
  if (e > 254) {
    return sign | INFINITY;
  }
  if (e < 1) {
    m = sticky(m, u32(1 - e));
    e = 1;
  }
  let tie = u32((m & 0x7fu) == 0x40u);
  m = ((m + 0x40u) >> 7u) & ~tie;
  return sign | ((u32(e - 1) << 23u) + m);
}

// The exponent is 1 for subnormal numbers.
fn unpack(a: u32) -> Unpacked {
  let e = (a & MAGNITUDE) >> 23u;
  if (e == 0u) {
    return Unpacked(a & FRACTION, 1);
  }
  return Unpacked((a & FRACTION) | HIDDEN, i32(e));
}

// The same, not zero, shifted until the hidden bit is at bit 23.
fn unpack_normal(a: u32) -> Unpacked {
  let held = unpack(a);
  let shift = countLeadingZeros(held.m) - 8u;
  return Unpacked(held.m << shift, held.e - i32(shift));
}

fn soft_plus(left: u32, right: u32) -> u32 {
  var a = left;
  var b = right;
  if ((a & MAGNITUDE) < (b & MAGNITUDE)) {
    a = right;
    b = left;
  }
  let opposite = ((a ^ b) & SIGN) != 0u;
  if ((a & MAGNITUDE) >= INFINITY) {
    let undefined = opposite && (b & MAGNITUDE) == INFINITY;
    return select(a, NAN, undefined || is_nan(a));
  }
  if ((b & MAGNITUDE) == 0u) {
    return select(a & b, a, (a & MAGNITUDE) != 0u);
  }
  let large = unpack(a);
  let small = unpack(b);
  var e = large.e;
  var m = large.m << 7u;
  let n = sticky(small.m << 7u, u32(e - small.e));
  if (!opposite) {
    m += n;
    if ((m >> 31u) != 0u) {
      m = sticky(m, 1u);
      e += 1;
    }
    return round_pack(a & SIGN, e, m);
  }
  m -= n;
  if (m == 0u) {
    return 0u;
  }
  let shift = min(i32(countLeadingZeros(m)) - 1, e - 1);
  return round_pack(a & SIGN, e - shift, m << u32(shift));
}

// The upper 32 bits of a product, the last of them also for what lies below.
fn high_product(a: u32, b: u32) -> u32 {
  let low = (a & 0xffffu) * (b & 0xffffu);
  let middle = (a >> 16u) * (b & 0xffffu) + (low >> 16u);
  let other = (a & 0xffffu) * (b >> 16u) + (middle & 0xffffu);
  let high = (a >> 16u) * (b >> 16u) + (middle >> 16u) + (other >> 16u);
  return high | u32(((other & 0xffffu) | (low & 0xffffu)) != 0u);
}

fn soft_times(left: u32, right: u32) -> u32 {
  let sign = (left ^ right) & SIGN;
  let a = left & MAGNITUDE;
  let b = right & MAGNITUDE;
  if (a >= INFINITY || b >= INFINITY) {
    let undefined = a > INFINITY || b > INFINITY || a == 0u || b == 0u;
    return select(sign | INFINITY, NAN, undefined);
  }
  if (a == 0u || b == 0u) {
    return sign;
  }
  let x = unpack_normal(a);
  let y = unpack_normal(b);
  var m = high_product(x.m << 7u, y.m << 8u);
  var e = x.e + y.e - 126;
  if (m < NORMAL) {
    m <<= 1u;
    e -= 1;
  }
  return round_pack(sign, e, m);
}

fn soft_over(left: u32, right: u32) -> u32 {
  let sign = (left ^ right) & SIGN;
  let a = left & MAGNITUDE;
  let b = right & MAGNITUDE;
  if (a > INFINITY || b > INFINITY || (a == b && (a == 0u || a == INFINITY))) {
    return NAN;
  }
  if (a == INFINITY || b == 0u) {
    return sign | INFINITY;
  }
  if (b == INFINITY || a == 0u) {
    return sign;
  }
  let x = unpack_normal(a);
  let y = unpack_normal(b);
  var e = x.e - y.e + 127;
  var rest = x.m;
  if (rest < y.m) {
    rest <<= 1u;
    e -= 1;
  }
  // 30 bits of quotient in four short divisions; then `rest` is the remainder.
  var quotient = (rest << 6u) / y.m;
  rest = (rest << 6u) % y.m;
  for (var digit = 0; digit < 3; digit++) {
    quotient = (quotient << 8u) | ((rest << 8u) / y.m);
    rest = (rest << 8u) % y.m;
  }
  return round_pack(sign, e, quotient | u32(rest != 0u));
}

fn soft_root(a: u32) -> u32 {
  if (is_nan(a)) {
    return NAN;
  }
  if ((a & MAGNITUDE) == 0u || a == INFINITY) {
    return a;
  }
  if ((a & SIGN) != 0u) {
    return NAN;
  }
  let x = unpack_normal(a);
  var m = x.m << select(8u, 7u, (x.e & 1) != 0);
  // Two bits of the radicand a round, highest first; one bit of the root.
  var root = 0u;
  var remainder = 0u;
  for (var bit = 0; bit < 25; bit++) {
    remainder = (remainder << 2u) | (m >> 30u);
    m <<= 2u;
    let trial = (root << 2u) | 1u;
    root <<= 1u;
    if (remainder >= trial) {
      remainder -= trial;
      root |= 1u;
    }
  }
  return round_pack(0u, (x.e + 127) >> 1u, (root << 6u) | u32(remainder != 0u));
}

// A number below 256 as a float, which is exact.
fn of_byte(n: u32) -> u32 {
  if (n == 0u) {
    return 0u;
  }
  let place = 31u - countLeadingZeros(n);
  return ((127u + place) << 23u) | ((n << (23u - place)) & FRACTION);
}

// a < b: false if either is a NaN; zeros are equal.
fn less(a: u32, b: u32) -> bool {
  let left = select(i32(a), -i32(a & MAGNITUDE), (a & SIGN) != 0u);
  let right = select(i32(b), -i32(b & MAGNITUDE), (b & SIGN) != 0u);
  return !is_nan(a) && !is_nan(b) && left < right;
}

// What is stored: a NaN has one form.
fn canonical(a: u32) -> u32 {
  return select(a, NAN, is_nan(a));
}
