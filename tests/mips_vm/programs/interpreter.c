/* Input: a program for a stack machine. Output: what it prints, a u32 each. Calls go
 * through a table of functions, so that jumps through registers occur. */

#include "plumb.h"

enum { HALT, PUSH, ADD, SUB, MUL, LESS, JUMP, JUMP_IF, LOAD, STORE, PRINT, CALL, RETURN };

#define DEPTH 256

typedef struct {
  const uint8_t *code;
  uint32_t pc, size, calls;
  uint32_t stack[DEPTH], frames[DEPTH], variables[16];
  uint32_t *out;
} vm_t;

static uint32_t pop(vm_t *vm) { return vm->stack[--vm->size & (DEPTH - 1)]; }
static void push(vm_t *vm, uint32_t value) { vm->stack[vm->size++ & (DEPTH - 1)] = value; }

static uint32_t add(uint32_t a, uint32_t b) { return a + b; }
static uint32_t subtract(uint32_t a, uint32_t b) { return a - b; }
static uint32_t multiply(uint32_t a, uint32_t b) { return a * b; }
static uint32_t less(uint32_t a, uint32_t b) { return (int32_t)a < (int32_t)b; }

static uint32_t (*const operations[])(uint32_t, uint32_t) = {add, subtract, multiply, less};

static int step(vm_t *vm) {
  uint8_t code = vm->code[vm->pc++];
  switch (code) {
  case PUSH:
    push(vm, (uint32_t)(int8_t)vm->code[vm->pc++]);
    return 1;
  case ADD:
  case SUB:
  case MUL:
  case LESS: {
    uint32_t right = pop(vm), left = pop(vm);
    push(vm, operations[code - ADD](left, right));
    return 1;
  }
  case JUMP:
    vm->pc = vm->code[vm->pc];
    return 1;
  case JUMP_IF:
    vm->pc = pop(vm) ? vm->code[vm->pc] : vm->pc + 1;
    return 1;
  case LOAD:
    push(vm, vm->variables[vm->code[vm->pc++] & 15]);
    return 1;
  case STORE:
    vm->variables[vm->code[vm->pc++] & 15] = pop(vm);
    return 1;
  case PRINT:
    *vm->out++ = pop(vm);
    return 1;
  case CALL:
    vm->frames[vm->calls++ & (DEPTH - 1)] = vm->pc + 1;
    vm->pc = vm->code[vm->pc];
    return 1;
  case RETURN:
    vm->pc = vm->frames[--vm->calls & (DEPTH - 1)];
    return 1;
  default:
    return 0;
  }
}

int main(void) {
  static vm_t vm;
  vm.code = PLUMB_INPUT;
  vm.out = (uint32_t *)PLUMB_OUTPUT;
  while (step(&vm))
    ;
  PLUMB_OUTPUT_SIZE = (uint32_t)((uint8_t *)vm.out - PLUMB_OUTPUT);
  return 0;
}
