/* Jumps through tables: an interpreter of a small stack machine, and its program. */
#include <stdint.h>

#include "rounds.h"

enum { PUSH, ADD, SUBTRACT, MULTIPLY, DUPLICATE, SWAP, LOAD, STORE, BRANCH, XOR, HALT };

/* Counts variable 0 down to zero; variable 1 takes a sum over it. */
static const int32_t program[] = {
    LOAD, 1, LOAD, 0, DUPLICATE, MULTIPLY, ADD, PUSH, 40503, XOR, STORE, 1, LOAD, 0,
    PUSH, 1, SUBTRACT, DUPLICATE, STORE, 0, PUSH, 7, SWAP, BRANCH, 0, HALT,
};

static uint32_t run(const int32_t *code, uint32_t count, uint32_t seed) {
  uint32_t stack[16], variables[2] = {count, seed}, *top = stack;
  const int32_t *next = code;
  for (;;)
    switch (*next++) {
    case PUSH: *top++ = (uint32_t)*next++; break;
    case ADD: top--, top[-1] += top[0]; break;
    case SUBTRACT: top--, top[-1] -= top[0]; break;
    case MULTIPLY: top--, top[-1] *= top[0]; break;
    case DUPLICATE: top[0] = top[-1], top++; break;
    case SWAP: {
      uint32_t held = top[-1];
      top[-1] = top[-2], top[-2] = held;
      break;
    }
    case LOAD: *top++ = variables[*next++]; break;
    case STORE: variables[*next++] = *--top; break;
    case BRANCH: next = *--top ? code + *next : next + 1, top--; break;
    case XOR: top--, top[-1] ^= top[0]; break;
    case HALT: return variables[1];
    }
}

uint32_t round_of(uint32_t seed) { return run(program, 100000, seed); }
