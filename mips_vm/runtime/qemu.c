/* The machine's host, for the same program under qemu-mipsel: regions, input, output.
 *
 *   qemu-mipsel program.elf [model image [runs]] < input > output
 *
 * With `runs`, the program runs so many times from its start to its halt, as when one
 * measures it; the output is the last run's. Linked into the qemu variant only. Linux
 * o32 system calls, without a C library.
 */

#include "plumb.h"

#define SYS_EXIT 4001
#define SYS_READ 4003
#define SYS_WRITE 4004
#define SYS_OPEN 4005
#define SYS_MMAP 4090

#define PROT_READ_WRITE 3
#define MAP_PRIVATE 0x0002
#define MAP_FIXED 0x0010
#define MAP_ANONYMOUS 0x0800
#define MAP_NORESERVE 0x0400

#define REGION_BYTES 0x10000000

#define STDIN 0
#define STDOUT 1

/* Returns the kernel's result, or -1 for any error. Arguments five and six go on the
 * stack, above the room for the first four. */
static int32_t call(uint32_t number, uint32_t a, uint32_t b, uint32_t c, uint32_t d,
                    uint32_t e, uint32_t f) {
  register uint32_t v0 __asm__("$2") = number;
  register uint32_t a0 __asm__("$4") = a;
  register uint32_t a1 __asm__("$5") = b;
  register uint32_t a2 __asm__("$6") = c;
  register uint32_t a3 __asm__("$7") = d;
  register uint32_t t0 __asm__("$8") = e;
  register uint32_t t1 __asm__("$9") = f;
  __asm__ volatile("addiu $sp, $sp, -24\n\t"
                   "sw $8, 16($sp)\n\t"
                   "sw $9, 20($sp)\n\t"
                   "syscall\n\t"
                   "addiu $sp, $sp, 24"
                   : "+r"(v0), "+r"(a3), "+r"(t0), "+r"(t1)
                   : "r"(a0), "r"(a1), "r"(a2)
                   : "memory", "$1", "$3", "$10", "$11", "$12", "$13", "$14", "$15",
                     "$24", "$25", "hi", "lo");
  return a3 ? -1 : (int32_t)v0;
}

static _Noreturn void fail(int32_t status) {
  for (;;)
    call(SYS_EXIT, (uint32_t)status, 0, 0, 0, 0, 0);
}

static void map_region(uint32_t base) {
  uint32_t flags = MAP_PRIVATE | MAP_FIXED | MAP_ANONYMOUS | MAP_NORESERVE;
  if (call(SYS_MMAP, base, REGION_BYTES, PROT_READ_WRITE, flags, ~0u, 0) == -1)
    fail(101);
}

static void map_model(const char *path) {
  int32_t file = call(SYS_OPEN, (uint32_t)path, 0, 0, 0, 0, 0);
  uint32_t flags = MAP_PRIVATE | MAP_FIXED;
  if (file == -1 || call(SYS_MMAP, PLUMB_MODEL_BASE, REGION_BYTES, PROT_READ_WRITE,
                         flags, (uint32_t)file, 0) == -1)
    fail(102);
}

static uint32_t decimal(const char *text) {
  uint32_t value = 0;
  while (*text)
    value = 10 * value + (uint32_t)(*text++ - '0');
  return value;
}

static void read_input(void) {
  uint8_t *end = (uint8_t *)PLUMB_INPUT;
  for (;;) {
    int32_t got = call(SYS_READ, STDIN, (uint32_t)end, 1 << 16, 0, 0, 0);
    if (got == -1)
      fail(103);
    if (got == 0)
      break;
    end += got;
  }
  *(uint32_t *)PLUMB_INPUT_BASE = (uint32_t)(end - PLUMB_INPUT);
}

/* PLUMB_HOST_STACK lies at the end of this region. */
void plumb_host_make_stack(void) { map_region(PLUMB_INPUT_BASE); }

/* `stack` is the kernel's: argc, then argv. */
void plumb_host_start(const uint32_t *stack) {
  map_region(PLUMB_OUTPUT_BASE);
  map_region(PLUMB_STACK_BASE);
  if (stack[0] > 1)
    map_model((const char *)stack[2]);
  *(uint32_t *)PLUMB_HOST_RUNS = stack[0] > 2 ? decimal((const char *)stack[3]) : 1;
  map_region(PLUMB_ARENA_BASE); /* over the kernel's stack: argc and argv are gone */
  read_input();
}

/* What a yield does to the stack region. */
void plumb_host_wipe(void) { map_region(PLUMB_STACK_BASE); }

/* Whether to run once more after a halt, from a clean start. */
uint32_t plumb_host_again(void) {
  uint32_t *runs = (uint32_t *)PLUMB_HOST_RUNS;
  if (--*runs == 0)
    return 0;
  map_region(PLUMB_OUTPUT_BASE);
  map_region(PLUMB_STACK_BASE);
  map_region(PLUMB_ARENA_BASE);
  return 1;
}

void plumb_host_finish(void) {
  const uint8_t *next = PLUMB_OUTPUT;
  uint32_t left = PLUMB_OUTPUT_SIZE;
  while (left) {
    int32_t put = call(SYS_WRITE, STDOUT, (uint32_t)next, left, 0, 0, 0);
    if (put <= 0)
      fail(104);
    next += put;
    left -= (uint32_t)put;
  }
}
