/* musl's atomic operations for one hart, which nothing interrupts: plain ones. */

#define a_cas a_cas
static inline int a_cas(volatile int *p, int expected, int desired) {
  int before = *p;
  if (before == expected)
    *p = desired;
  return before;
}

#define a_barrier a_barrier
static inline void a_barrier(void) {}
