/* What a guest program needs of the machine: its regions and its two system calls.
 *
 * Input and output have one layout: a u32 length, then that many bytes. A guest runs
 * `main` from a clean start: after a yield it is entered again with zero registers and
 * a zero stack region; only output and arena keep what it wrote.
 */

#ifndef PLUMB_H
#define PLUMB_H

#define PLUMB_INPUT_BASE 0x10000000
#define PLUMB_OUTPUT_BASE 0x20000000
#define PLUMB_STACK_BASE 0x30000000
#define PLUMB_ARENA_BASE 0x40000000

/* qemu's user mode has 31-bit addresses, so there the model lies lower, and takes the
 * upper part of the arena's range. */
#ifdef PLUMB_QEMU
#define PLUMB_MODEL_BASE 0x50000000
/* Top of the input region, where no input reaches. The host's own word lies above. */
#define PLUMB_HOST_STACK 0x1FFFFFF0
#define PLUMB_HOST_RUNS 0x1FFFFFF0
#else
#define PLUMB_MODEL_BASE 0x80000000
#endif

#define PLUMB_STACK_TOP PLUMB_ARENA_BASE

/* Top of the stack region, above an ordinary program's stack: what it wrote to stderr,
 * a u32 length and that many bytes. */
#define PLUMB_ERRORS_BYTES 0x1000
#define PLUMB_ERRORS_BASE (PLUMB_STACK_TOP - PLUMB_ERRORS_BYTES)

/* Code of the break instruction that ends a failed run; its exit status is in $a0. */
#define PLUMB_BREAK_EXIT 0x3e1

#ifndef __ASSEMBLER__

#include <stddef.h>
#include <stdint.h>

#define PLUMB_INPUT_SIZE (*(const volatile uint32_t *)PLUMB_INPUT_BASE)
#define PLUMB_INPUT ((const uint8_t *)(PLUMB_INPUT_BASE + 4))
#define PLUMB_OUTPUT_SIZE (*(volatile uint32_t *)PLUMB_OUTPUT_BASE)
#define PLUMB_OUTPUT ((uint8_t *)(PLUMB_OUTPUT_BASE + 4))
#define PLUMB_ARENA ((uint8_t *)PLUMB_ARENA_BASE)
#define PLUMB_MODEL ((const uint8_t *)PLUMB_MODEL_BASE)

/* Ends the segment. The machine reboots; nothing returns. */
_Noreturn void plumb_yield(void);

/* Ends the run; so does returning from main. */
_Noreturn void plumb_halt(void);

#endif
#endif
