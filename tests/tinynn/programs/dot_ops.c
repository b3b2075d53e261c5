/* Sums of products three ways. The input is words: terms, whether to skip zeros; then for
 * every case the inputs, and their weights in four columns, K-major. Out come each case's
 * four sums: by dot, by dots, by dots with the columns laid apart. */

#include "../../../tinynn/guest/dot.h"
#include "plumb.h"

#define COLUMNS 4

/* The same weights column by column. */
static uint32_t *lay_apart(const uint32_t *weights, uint32_t terms) {
  uint32_t *apart = (uint32_t *)PLUMB_ARENA;
  for (uint32_t k = 0; k < terms; k++)
    for (uint32_t c = 0; c < COLUMNS; c++)
      apart[c * terms + k] = weights[k * COLUMNS + c];
  return apart;
}

static void sum_up(const uint32_t *inputs, uint32_t terms, bool skip_zeros,
                   uint32_t *sums) {
  const uint32_t *weights = inputs + terms;
  struct list list;
  list_open(&list);
  list_row(&list, inputs, terms, COLUMNS * 4, skip_zeros);
  list_close(&list);
  for (uint32_t c = 0; c < COLUMNS; c++)
    sums[c] = dot(&list, weights + c);
  dots(&list, weights, 4, COLUMNS, sums + COLUMNS, 1);
  list_open(&list);
  list_row(&list, inputs, terms, 4, skip_zeros);
  list_close(&list);
  dots(&list, lay_apart(weights, terms), 4 * terms, COLUMNS, sums + 2 * COLUMNS, 1);
}

int main(void) {
  const uint32_t *words = (const uint32_t *)PLUMB_INPUT;
  uint32_t *sums = (uint32_t *)PLUMB_OUTPUT;
  uint32_t terms = words[0], case_words = terms * (1 + COLUMNS);
  uint32_t cases = (PLUMB_INPUT_SIZE / 4 - 2) / case_words;
  for (uint32_t i = 0; i < cases; i++)
    sum_up(words + 2 + i * case_words, terms, words[1], sums + i * 3 * COLUMNS);
  PLUMB_OUTPUT_SIZE = 4 * cases * 3 * COLUMNS;
  return 0;
}
