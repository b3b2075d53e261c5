/* Entry point of every guest program: a stack, main, halt. With PLUMB_HOSTED main is
 * entered by way of plumb_start, which readies a C program's variables. */

#include "plumb.h"

#define SYS_EXIT 4001
#define SYS_SCHED_YIELD 4162

    .set noreorder
    .set noat

    .section .start, "ax", @progbits
    .globl _start
    .ent _start
_start:
#ifdef PLUMB_QEMU
    move  $s0, $sp
    jal   plumb_host_make_stack     /* the kernel's lies where the arena will be */
    addiu $sp, $sp, -16
    li    $sp, PLUMB_HOST_STACK
    addiu $sp, $sp, -16
    jal   plumb_host_start
    move  $a0, $s0
plumb_reboot:
#endif
    lui   $sp, PLUMB_STACK_TOP >> 16
#ifdef PLUMB_HOSTED
    lui   $k0, %hi(plumb_stack_end) /* what the check after each frame compares with */
    addiu $k0, $k0, %lo(plumb_stack_end)
    addiu $sp, $sp, -PLUMB_ERRORS_BYTES
    jal   plumb_start
#else
    jal   main
#endif
    addiu $sp, $sp, -16             /* o32: a callee may spill four arguments here */
    .end _start

    .globl plumb_halt
    .ent plumb_halt
plumb_halt:
#ifdef PLUMB_QEMU
    li    $sp, PLUMB_HOST_STACK
    jal   plumb_host_again
    addiu $sp, $sp, -16
    bnez  $v0, plumb_reboot
    nop
    jal   plumb_host_finish
    nop
#endif
    li    $v0, SYS_EXIT
    move  $a0, $zero
    syscall
    .end plumb_halt

    .globl plumb_yield
    .ent plumb_yield
plumb_yield:
    li    $v0, SYS_SCHED_YIELD
    syscall
#ifdef PLUMB_QEMU
    /* Here the call returns, and the reboot is ours: a fresh stack region, then main. */
    li    $sp, PLUMB_HOST_STACK
    jal   plumb_host_wipe
    addiu $sp, $sp, -16
    b     plumb_reboot
    nop
#endif
    .end plumb_yield

#ifdef PLUMB_HOSTED
#ifdef PLUMB_QEMU
    .globl plumb_arena_end
    .set plumb_arena_end, PLUMB_MODEL_BASE
#endif
    /* The run failed: exit with a status other than 0 ($a0), or abort (134). */
    .globl plumb_fail
    .ent plumb_fail
plumb_fail:
#ifdef PLUMB_QEMU
    move  $s0, $a0
    li    $sp, PLUMB_HOST_STACK
    jal   plumb_host_finish
    addiu $sp, $sp, -16
    li    $v0, SYS_EXIT
    move  $a0, $s0
    syscall
#endif
    break PLUMB_BREAK_EXIT
    .end plumb_fail
#endif
