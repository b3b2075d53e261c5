/* The interpreter's functions, which main.c says how to call, and tree.c's. */

#ifndef MODULE_H
#define MODULE_H

#include <stdint.h>

enum state { YIELDED = 1, HALTED = 2 };
enum problem { FINE, NO_IMAGE, BAD_FRAME, NO_MEMORY };

/* Takes an image that lies somewhere already, at a multiple of 64. */
void image_put(uint8_t *image, uint32_t bytes);

uint32_t open_image(void);
uint8_t *input_room(void);
uint32_t input_most(void);
uint32_t begin(uint32_t bytes);
uint32_t advance(uint32_t rows);

/* A u32 length, then the bytes. */
uint8_t *output(void);

/* 1 where an input may be shorter than `input_most`, else 0. */
uint32_t input_varies(void);

void region_root(const uint8_t *data, uint32_t bytes, uint32_t depth, uint8_t *root);

#endif
