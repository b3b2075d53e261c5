/* Sums of products of unsigned bytes, two products a multiplication.
 *
 * A number a + b 2^24 times another, c + d 2^24, has a d + b c in its bits 24 to 47, as
 * long as a c < 2^24. So with the bytes of a word, u0 u1 u2 u3 from the lowest,
 *
 *   (u0 + u3 2^24) (v3 + v0 2^24)   and   (u2 + u1 2^24) (v1 + v2 2^24)
 *
 * hold four products, and both left numbers are the word, turned or not, under one mask;
 * those on the right are listed once, for many words.
 * Added up in hi:lo, they stay apart for 256 terms: 128 times 2 times 255^2 < 2^24.
 */

#ifndef BYTES_H
#define BYTES_H

#include "kernels.h"

#define MAX_TERMS (1u << 22)

/* A signed byte is an unsigned one with its sign bit turned, less 128. */
#define SIGNS 0x80808080u

/* A list of bytes: two words for every four. */
#define PAIR_WORDS(terms) (((terms) + 3) / 4 * 2)

/* Lists bytes, of which the bits of `turned` are turned first; their sum. */
uint32_t list_bytes(uint32_t *pairs, const uint8_t *bytes, uint32_t terms,
                    uint32_t turned);

/* The sum of the listed bytes' products with those at `bytes`. Up to three bytes behind
 * these are read, and multiplied by zeros. */
uint32_t dot_bytes(const uint32_t *pairs, const uint8_t *bytes, uint32_t terms,
                   uint32_t turned);

uint32_t sum_of_bytes(const uint8_t *bytes, uint32_t terms, uint32_t turned);

#endif
