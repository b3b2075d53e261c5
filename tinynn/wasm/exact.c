/* Whether this engine's floats are IEEE-754's. A processor that keeps no subnormals in
 * its vector unit (32-bit ARM), or an engine that fuses a product and a sum, is found out
 * here, before it answers anything. */

#include "../guest/dot.h"
#include "export.h"
#include "memory.h"

#define WIDTH 8u

struct trial {
  /* Twice an input and a weight: what is summed up, and what comes out. */
  f32 inputs[2], weights[2], sum;
};

/* Volatile: the compiler would know the sums. */
static const volatile struct trial trials[] = {
    /* -(1 + 2^-11) + (1 + 2^-12)^2 is 2^-24 if it is rounded but once. */
    {{0xbf800000, 0x3f800800}, {0x3f801000, 0x3f800800}, 0x00000000},
    /* 2^-70 times 2^-70 is 2^-140. */
    {{0x1c800000, 0x00000000}, {0x1c800000, 0x00000000}, 0x00000200},
    /* 2^-149 + 2^-149. */
    {{0x3f800000, 0x3f800000}, {0x00000001, 0x00000001}, 0x00000002},
    /* 2^-75 squared is half of 2^-149: a tie, to even. */
    {{0x1a000000, 0x00000000}, {0x1a000000, 0x00000000}, 0x00000000},
    /* A subnormal that leaves a normal number less by one. */
    {{0x3f800000, 0xbf800000}, {0x00800000, 0x00000001}, 0x007fffff},
    /* Infinity less infinity. */
    {{0x3f800000, 0xbf800000}, {0x7f800000, 0x7f800000}, 0x7fc00000},
};

static bool passes(const volatile struct trial *t) {
  f32 weights[2][WIDTH], sums[WIDTH];
  struct list list;
  list_open(&list);
  for (uint32_t i = 0; i < 2; i++) {
    list_add(&list, t->inputs[i], i * sizeof weights[0]);
    for (uint32_t j = 0; j < WIDTH; j++)
      weights[i][j] = t->weights[i];
  }
  list_close(&list);
  dots(&list, weights, sizeof(f32), WIDTH, sums, 1);
  bool same = dot(&list, weights) == t->sum;
  for (uint32_t j = 0; j < WIDTH; j++)
    same &= sums[j] == t->sum;
  return same;
}

/* 1, or 0 if nothing that this instance computes is to be believed. To be called before
 * there is an image. */
uint32_t EXPORT(exact)(void) {
  memory_clear();
  SCRATCH_TAKE(terms, 3);
  bool all = true;
  for (uint32_t i = 0; i < sizeof trials / sizeof *trials; i++)
    all &= passes(&trials[i]);
  return all && f32_div(0x00800000, 0x40000000) == 0x00400000 &&
         f32_sqrt(0x00000002) == 0x1a800000;
}
