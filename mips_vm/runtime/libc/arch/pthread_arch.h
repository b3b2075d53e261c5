/* musl's one thread: a variable, where other machines have a register for it. */

extern struct __pthread plumb_thread;

static inline uintptr_t __get_tp(void) { return (uintptr_t)&plumb_thread; }

#define TP_OFFSET 0
#define DTP_OFFSET 0
#define MC_PC pc
