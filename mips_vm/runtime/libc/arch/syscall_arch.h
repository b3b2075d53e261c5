/* musl's system calls, by number, all into one function: calls.c. It needs no more than
 * the first three arguments. */

#define __SYSCALL_LL_E(x)                                                              \
  ((union {                                                                            \
    long long whole;                                                                   \
    long half[2];                                                                      \
  }){.whole = x})                                                                      \
      .half[0],                                                                        \
      ((union {                                                                        \
        long long whole;                                                               \
        long half[2];                                                                  \
      }){.whole = x})                                                                  \
          .half[1]
#define __SYSCALL_LL_O(x) 0, __SYSCALL_LL_E((x))

long plumb_call(long number, long a, long b, long c);

static inline long __syscall0(long n) { return plumb_call(n, 0, 0, 0); }
static inline long __syscall1(long n, long a) { return plumb_call(n, a, 0, 0); }
static inline long __syscall2(long n, long a, long b) { return plumb_call(n, a, b, 0); }
static inline long __syscall3(long n, long a, long b, long c) {
  return plumb_call(n, a, b, c);
}
static inline long __syscall4(long n, long a, long b, long c, long d) {
  return plumb_call(n, a, b, c);
}
static inline long __syscall5(long n, long a, long b, long c, long d, long e) {
  return plumb_call(n, a, b, c);
}
static inline long __syscall6(long n, long a, long b, long c, long d, long e, long f) {
  return plumb_call(n, a, b, c);
}
static inline long __syscall7(long n, long a, long b, long c, long d, long e, long f,
                              long g) {
  return plumb_call(n, a, b, c);
}
