/* The instance's memory behind the module's own data: a stack of pieces. */

#ifndef MEMORY_H
#define MEMORY_H

#include <stdint.h>

/* The next so many bytes, at a multiple of 64; 0 if there is no memory. */
uint8_t *memory_take(uint32_t bytes);

/* Forgets all pieces. */
void memory_clear(void);

/* Forgets pieces that are taken from now on, whenever `memory_release` is called. */
void memory_keep(void);
void memory_release(void);

#endif
