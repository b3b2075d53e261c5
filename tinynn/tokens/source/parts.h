/* What encode.c is made of. */

#ifndef PARTS_H
#define PARTS_H

#include "table.h"

/* Where the next word of a text ends, by a tokenizer's rules: behind `i`, at most at
 * `end`. words.c. */
uint32_t word_end(const struct table *t, const uint8_t *text, uint32_t i, uint32_t end);

/* A symbol of a word that is being merged. One that went into its left neighbour has no
 * rank, and nothing leads to it any more. */
struct symbol {
  uint32_t id;
  uint32_t start;
  uint32_t before;
  uint32_t after;
  /* Of the pair that it makes with the one after it. */
  uint32_t rank;
  uint32_t made;
};

/* A pair that may be merged: its rank, and the place of its left symbol. */
struct pair {
  uint32_t rank;
  uint32_t at;
};

/* Merges `count` symbols, of which ids are set: always the pair of the least rank, of
 * equals the leftmost. What is left leads on by `after`, from the first to `count`.
 * `heap` has room for three pairs a symbol. merge.c. */
void merge(const struct table *t, struct symbol *symbols, uint32_t count,
           struct pair *heap);

/* The canonical composition (NFC) of a text, at most `room` bytes of it, at `to`; how
 * many bytes it has. `codes` and `sorted` each have four words for each character.
 * normal.c. */
uint32_t compose(const struct table *t, struct span text, uint8_t *to, uint32_t room,
                 uint32_t *codes, uint32_t *sorted);

#endif
