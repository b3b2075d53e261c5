// The kernels of ../shaders, word for word, for CUDA: names of words come before this
// text, from ../layout.py. One thread makes one element.

typedef unsigned int u32;

#define CONSTANT 0x80000000u
#define ROW 4194240u
#define OUTSIDE 0xffffffffu
#define SIGN 0x80000000u
#define MAGNITUDE 0x7fffffffu
#define INFINITE 0x7f800000u
#define NAN_BITS 0x7fc00000u

struct Space {
  const u32 *constants;
  const u32 *memory;  // of one inference
  const u32 *words;
};

static __device__ u32 word(const Space &s, u32 place, u32 at) {
  return place & CONSTANT ? s.constants[(place & ~CONSTANT) + at] : s.memory[place + at];
}

static __device__ u32 byte(const Space &s, u32 place, u32 at) {
  u32 whole = (place & ~CONSTANT) + at;
  return word(s, (place & CONSTANT) | whole >> 2, 0) >> ((whole & 3) << 3) & 0xff;
}

static __device__ int number(const Space &s, u32 place, u32 at, u32 is_signed) {
  int held = (int)byte(s, place, at);
  return is_signed && held > 127 ? held - 256 : held;
}

static __device__ bool is_nan(u32 a) { return (a & MAGNITUDE) > INFINITE; }

static __device__ u32 canonical(u32 a) { return is_nan(a) ? NAN_BITS : a; }

static __device__ bool less(u32 a, u32 b) {
  int left = a & SIGN ? -(int)(a & MAGNITUDE) : (int)a;
  int right = b & SIGN ? -(int)(b & MAGNITUDE) : (int)b;
  return !is_nan(a) && !is_nan(b) && left < right;
}

static __device__ float num(u32 a) { return __uint_as_float(a); }

static __device__ u32 bits(float a) { return __float_as_uint(a); }

// Two roundings.
static __device__ float term(float total, u32 a, u32 b) {
  return __fadd_rn(total, __fmul_rn(num(a), num(b)));
}

struct Sums {
  static __device__ u32 element(const Space &s, u32 i) {
    const u32 *w = s.words;
    u32 column = i % w[COLUMNS], row = i / w[COLUMNS], batch = row / w[ROWS];
    u32 a = batch * w[A_BATCH] + row % w[ROWS] * w[A_ROW];
    u32 b = batch * w[B_BATCH] + column * w[B_COLUMN];
    u32 terms = w[TERMS], a_step = w[A_STEP], b_step = w[B_STEP];
    float total = 0;
    for (u32 k = 0; k < terms; k++) {
      u32 left = word(s, w[A], a + k * a_step), right = word(s, w[B], b + k * b_step);
      total = term(total, left, right);
    }
    if (w[HAS_BIAS])
      total = __fadd_rn(total, num(word(s, w[C], column)));
    return canonical(bits(total));
  }
};

struct Products {
  static __device__ u32 element(const Space &s, u32 i) {
    const u32 *w = s.words;
    u32 column = i % w[COLUMNS], row = i / w[COLUMNS], batch = row / w[ROWS];
    u32 terms = w[TERMS], a = row * terms, b = batch * w[B_BATCH] + column * terms;
    u32 a_zero = (u32)number(s, w[C], 0, w[A_SIGNED]);
    u32 b_zero = (u32)number(s, w[D], column * w[B_ZEROS], w[B_SIGNED]);
    u32 total = 0;
    if (!w[IN_WORDS]) {
      for (u32 k = 0; k < terms; k++) {
        u32 x = (u32)number(s, w[A], a + k, w[A_SIGNED]) - a_zero;
        total += x * ((u32)number(s, w[B], b + k, w[B_SIGNED]) - b_zero);
      }
      return total;
    }
    u32 a_flip = w[A_SIGNED] ? 0 : 0x80808080u, b_flip = w[B_SIGNED] ? 0 : 0x80808080u;
    a_zero -= w[A_SIGNED] ? 0 : 128;
    b_zero -= w[B_SIGNED] ? 0 : 128;
    u32 a_place = (w[A] & CONSTANT) | (w[A] & ~CONSTANT) >> 2;
    u32 b_place = (w[B] & CONSTANT) | (w[B] & ~CONSTANT) >> 2;
    int sum = 0, a_sum = 0, b_sum = 0;
    for (u32 k = 0; k < terms >> 2; k++) {
      int x = (int)(word(s, a_place, (a >> 2) + k) ^ a_flip);
      int y = (int)(word(s, b_place, (b >> 2) + k) ^ b_flip);
      sum = __dp4a(x, y, sum);
      a_sum = __dp4a(x, 0x01010101, a_sum);
      b_sum = __dp4a(y, 0x01010101, b_sum);
    }
    total = (u32)sum - b_zero * (u32)a_sum - a_zero * (u32)b_sum;
    return total + terms * a_zero * b_zero;
  }
};

// Four rows by four columns a thread: tiles.wgsl.
static __device__ void tile_of(const Space &s, u32 *target, u32 tile) {
  const u32 *w = s.words;
  u32 across = (w[COLUMNS] + 3) / 4, down = (w[ROWS] + 3) / 4;
  u32 batch = tile / (across * down), terms = w[TERMS] >> 2;
  if (batch >= w[BATCHES])
    return;
  u32 a[4], b[4], rows[4], columns[4];
  for (u32 i = 0; i < 4; i++) {
    rows[i] = min(tile / across % down * 4 + i, w[ROWS] - 1);
    columns[i] = min(tile % across * 4 + i, w[COLUMNS] - 1);
    a[i] = (batch * w[ROWS] + rows[i]) * terms;
    b[i] = batch * (w[B_BATCH] >> 2) + columns[i] * terms;
  }
  u32 a_place = (w[A] & CONSTANT) | (w[A] & ~CONSTANT) >> 2;
  u32 b_place = (w[B] & CONSTANT) | (w[B] & ~CONSTANT) >> 2;
  u32 a_flip = w[A_SIGNED] ? 0 : 0x80808080u, b_flip = w[B_SIGNED] ? 0 : 0x80808080u;
  int y[4][4] = {}, a_sum[4] = {}, b_sum[4] = {}, x[4], v[4];
  for (u32 k = 0; k < terms; k++) {
#pragma unroll
    for (u32 i = 0; i < 4; i++) {
      x[i] = (int)(word(s, a_place, a[i] + k) ^ a_flip);
      v[i] = (int)(word(s, b_place, b[i] + k) ^ b_flip);
      a_sum[i] = __dp4a(x[i], 0x01010101, a_sum[i]);
      b_sum[i] = __dp4a(v[i], 0x01010101, b_sum[i]);
    }
#pragma unroll
    for (u32 i = 0; i < 4; i++)
#pragma unroll
      for (u32 j = 0; j < 4; j++)
        y[i][j] = __dp4a(x[i], v[j], y[i][j]);
  }
  u32 a_zero = (u32)number(s, w[C], 0, w[A_SIGNED]) - (w[A_SIGNED] ? 0 : 128);
  for (u32 j = 0; j < 4; j++) {
    u32 b_zero = (u32)number(s, w[D], columns[j] * w[B_ZEROS], w[B_SIGNED]);
    b_zero -= w[B_SIGNED] ? 0 : 128;
    u32 rest = w[TERMS] * a_zero * b_zero - a_zero * (u32)b_sum[j];
    for (u32 i = 0; i < 4; i++) {
      u32 row = batch * w[ROWS] + rows[i];
      target[row * w[COLUMNS] + columns[j]] =
          (u32)y[i][j] + rest - b_zero * (u32)a_sum[i];
    }
  }
}

struct Pixel {
  u32 plane, row, column, picture;
};

static __device__ Pixel pixel_of(const u32 *w, u32 i) {
  u32 row = i / w[OUT_WIDTH], number = row / w[OUT_HEIGHT], plane = number % w[OUTPUTS];
  u32 group = plane / w[GROUP_OUTPUTS];
  u32 channel = number / w[OUTPUTS] * w[CHANNELS] + group * w[DEPTH];
  Pixel found = {plane, row % w[OUT_HEIGHT] * w[STRIDE_ROWS],
                 i % w[OUT_WIDTH] * w[STRIDE_COLUMNS], channel * w[HEIGHT] * w[WIDTH]};
  return found;
}

static __device__ u32 along(u32 padded, u32 before, u32 spread, u32 size) {
  if (padded < before)
    return OUTSIDE;
  u32 found = padded - before;
  if (spread > 1) {
    if (found % spread)
      return OUTSIDE;
    found /= spread;
  }
  return found < size ? found : OUTSIDE;
}

static __device__ u32 row_of(const u32 *w, const Pixel &p, u32 tap) {
  return along(p.row + tap * w[DILATION_ROWS], w[TOP], w[SPREAD_ROWS], w[HEIGHT]);
}

static __device__ u32 column_of(const u32 *w, const Pixel &p, u32 tap) {
  u32 padded = p.column + tap * w[DILATION_COLUMNS];
  return along(padded, w[LEFT], w[SPREAD_COLUMNS], w[WIDTH]);
}

struct Slides {
  static __device__ u32 element(const Space &s, u32 i) {
    const u32 *w = s.words;
    Pixel pixel = pixel_of(w, i);
    u32 across = w[TAP_COLUMNS], lines = w[DEPTH] * w[TAP_ROWS];
    float total = 0;
    for (u32 line = 0; line < lines; line++) {
      u32 row = row_of(w, pixel, line % w[TAP_ROWS]), depth = line / w[TAP_ROWS];
      u32 start = pixel.picture + (depth * w[HEIGHT] + row) * w[WIDTH];
      u32 weights = (pixel.plane * lines + line) * across;
      for (u32 k = 0; k < across; k++) {
        u32 column = column_of(w, pixel, k);
        bool outside = row == OUTSIDE || column == OUTSIDE;
        u32 x = outside ? 0 : word(s, w[A], start + column);
        total = term(total, x, word(s, w[B], weights + k));
      }
    }
    if (w[HAS_BIAS])
      total = __fadd_rn(total, num(word(s, w[C], pixel.plane)));
    return canonical(bits(total));
  }
};

struct ByteSlides {
  static __device__ u32 element(const Space &s, u32 i) {
    const u32 *w = s.words;
    Pixel pixel = pixel_of(w, i);
    u32 across = w[TAP_COLUMNS], lines = w[DEPTH] * w[TAP_ROWS], total = 0;
    u32 x_zero = (u32)number(s, w[C], 0, w[A_SIGNED]);
    u32 w_zero = (u32)number(s, w[D], pixel.plane * w[B_ZEROS], w[B_SIGNED]);
    for (u32 line = 0; line < lines; line++) {
      u32 row = row_of(w, pixel, line % w[TAP_ROWS]), depth = line / w[TAP_ROWS];
      if (row == OUTSIDE)
        continue;
      u32 start = pixel.picture + (depth * w[HEIGHT] + row) * w[WIDTH];
      u32 weights = (pixel.plane * lines + line) * across;
      for (u32 k = 0; k < across; k++) {
        u32 column = column_of(w, pixel, k);
        if (column == OUTSIDE)
          continue;
        u32 x = (u32)number(s, w[A], start + column, w[A_SIGNED]) - x_zero;
        total += x * ((u32)number(s, w[B], weights + k, w[B_SIGNED]) - w_zero);
      }
    }
    return w[HAS_BIAS] ? total + word(s, w[E], pixel.plane) : total;
  }
};

static __device__ u32 source_of(const u32 *w, u32 i, u32 steps) {
  if (w[RANK] == 1)
    return i * w[steps];
  u32 found = 0;
  for (u32 axis = w[RANK]; axis > 0; axis--) {
    u32 size = w[SHAPE + axis - 1];
    found += i % size * w[steps + axis - 1];
    i /= size;
  }
  return found;
}

static __device__ u32 value(u32 function, u32 a, u32 b) {
  switch (function) {
  case ADD: return bits(__fadd_rn(num(a), num(b)));
  case SUB: return bits(__fadd_rn(num(a), num(b ^ SIGN)));
  case MUL: return bits(__fmul_rn(num(a), num(b)));
  case DIV: return bits(__fdiv_rn(num(a), num(b)));
  case MIN: return less(a, b) || is_nan(a) ? a : b;
  case MAX: return less(b, a) || is_nan(a) ? a : b;
  case RELU: return less(0, a) || is_nan(a) ? a : 0;
  case ABS: return a & MAGNITUDE;
  case NEG: return a ^ SIGN;
  case SQRT: return bits(__fsqrt_rn(num(a)));
  case RECIPROCAL: return bits(__fdiv_rn(1.0f, num(a)));
  default: return NAN_BITS;
  }
}

struct Zips {
  static __device__ u32 element(const Space &s, u32 i) {
    const u32 *w = s.words;
    u32 at = source_of(w, i, A_STEPS);
    if (w[FUNCTION] == SCALE) {
      float n = (float)(int)byte(s, w[A], at);
      return canonical(bits(__fmul_rn(n, num(w[FACTOR]))));
    }
    bool two = w[FUNCTION] <= MAX;
    u32 b = two ? word(s, w[B], source_of(w, i, B_STEPS)) : 0;
    return canonical(value(w[FUNCTION], word(s, w[A], at), b));
  }
};

struct Wholes {
  static __device__ u32 element(const Space &s, u32 i) {
    const u32 *w = s.words;
    u32 a = word(s, w[A], source_of(w, i, A_STEPS));
    u32 b = word(s, w[B], source_of(w, i, B_STEPS));
    switch (w[FUNCTION]) {
    case ADD: return a + b;
    case SUB: return a - b;
    case MUL: return a * b;
    case MIN: return (int)a < (int)b ? a : b;
    case MAX: return (int)a > (int)b ? a : b;
    case AND: return a & b;
    case OR: return a | b;
    case XOR: return a ^ b;
    default: return 0;
    }
  }
};

template <class Kind>
static __device__ void run(const u32 *constants, u32 *memory, const u32 *words) {
  u32 i = blockIdx.y * ROW + blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= words[COUNT])
    return;
  u32 *own = memory + (unsigned long long)blockIdx.z * words[STRIDE];
  Space space = {constants, own, words};
  own[words[TARGET] + i] = Kind::element(space, i);
}

#define KERNEL(name, Kind)                                                         \
  extern "C" __global__ void name(const u32 *constants, u32 *memory,               \
                                  const u32 *words) {                              \
    run<Kind>(constants, memory, words);                                           \
  }

extern "C" __global__ void tiles(const u32 *constants, u32 *memory, const u32 *words) {
  u32 tile = blockIdx.y * ROW + blockIdx.x * blockDim.x + threadIdx.x;
  u32 *own = memory + (unsigned long long)blockIdx.z * words[STRIDE];
  Space space = {constants, own, words};
  tile_of(space, own + words[TARGET], tile);
}

KERNEL(sums, Sums)
KERNEL(window, Slides)
KERNEL(zip, Zips)
KERNEL(products, Products)
KERNEL(byte_window, ByteSlides)
KERNEL(whole, Wholes)
