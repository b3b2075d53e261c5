/* The model's image: in the store in chunks, or in the contract's own code. */

#ifndef CONTRACT_IMAGE_H
#define CONTRACT_IMAGE_H

#include "config.h"

/* Whether it is in the code. */
bool image_is_cargo(void);

static inline uint32_t chunks_of(const struct config *config) {
  return (config->image_bytes + CHUNK_BYTES - 1) / CHUNK_BYTES;
}

/* How many bytes a chunk has: all but the last, CHUNK_BYTES. */
static inline uint32_t bytes_of_chunk(const struct config *config, uint32_t index) {
  const uint32_t left = config->image_bytes - index * CHUNK_BYTES;
  return left < CHUNK_BYTES ? left : CHUNK_BYTES;
}

struct key chunk_key(uint32_t index);

/* Compares the image's root with the one that was announced, and takes note of what the
 * image says about inputs. From here on it can't change. */
bool image_seal(struct call *c, struct config *config);

/* Runs a sealed image on an input; `answer` lies where it stays until the next run. */
bool image_run(struct call *c, const struct config *config, struct slice input,
               struct slice *answer);

/* The input of {"input": base64}. */
bool read_input(struct call *c, const char *where, struct json body, struct slice *input);

/* Refuses an input that the model would not take. */
bool check_input(struct call *c, const struct config *config, struct slice input);

#endif
