/* CUDA's words that kernels.cu uses, on a processor: a thread is a turn of a loop.
 * Compiled without contraction, so the operators round as the intrinsics do. */
#define __global__
#define __device__
struct Index {
  unsigned x, y, z;
};
static thread_local Index blockIdx, threadIdx, blockDim = {64, 1, 1};

static float __uint_as_float(unsigned a) {
  float f;
  __builtin_memcpy(&f, &a, 4);
  return f;
}
static unsigned __float_as_uint(float f) {
  unsigned a;
  __builtin_memcpy(&a, &f, 4);
  return a;
}
static float __fadd_rn(float a, float b) { return a + b; }
static float __fmul_rn(float a, float b) { return a * b; }
static float __fdiv_rn(float a, float b) { return a / b; }
static float __fsqrt_rn(float a) { return __builtin_sqrtf(a); }
static int __dp4a(int a, int b, int sum) {
  unsigned total = (unsigned)sum;
  for (int i = 0; i < 32; i += 8)
    total += (unsigned)((signed char)(a >> i) * (signed char)(b >> i));
  return (int)total;
}
static unsigned min(unsigned a, unsigned b) { return a < b ? a : b; }
#if 0
// TAIL
#define HOST(name)                                                                 \
  extern "C" void host_##name(const u32 *constants, u32 *memory, const u32 *words, \
                              unsigned count, unsigned items) {                    \
    unsigned blocks = (count + 63) / 64, wide = blocks < 65535 ? blocks : 65535;   \
    for (blockIdx.z = 0; blockIdx.z < items; blockIdx.z++)                         \
      for (unsigned block = 0; block < blocks; block++)                            \
        for (threadIdx.x = 0; threadIdx.x < 64; threadIdx.x++) {                   \
          blockIdx.x = block % wide, blockIdx.y = block / wide;                    \
          name(constants, memory, words);                                          \
        }                                                                          \
  }
HOST(sums)
HOST(window)
HOST(zip)
HOST(products)
HOST(tiles)
HOST(byte_window)
HOST(whole)
// TAIL
#endif
