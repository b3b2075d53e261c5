/* What each of these programs is: so many rounds as the input says, in which each one
 * starts from what the one before computed. The last result is the output. */

#ifndef ROUNDS_H
#define ROUNDS_H

#include <stdint.h>

/* The program's work; it must depend on the seed. */
uint32_t round_of(uint32_t seed);

#endif
