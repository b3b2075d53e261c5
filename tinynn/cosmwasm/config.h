/* What a contract keeps of itself. */

#ifndef CONFIG_H
#define CONFIG_H

#include "contract.h"
#include "keccak.h"

/* A chunk of the image, as it lies in the store: a VM takes values up to 128 KiB. */
#define CHUNK_BYTES (96u << 10)

#define MOST_IMAGE_BYTES (16u << 20)

struct config {
  uint8_t model_root[HASH_BYTES];
  uint32_t image_bytes, input_bytes, varies;
  bool sealed;
  /* `total` is price and reward. Without fees: all zero, and no denomination. */
  struct slice owner, denom, price, reward, total;
};

void config_write(const struct config *config);

/* Refuses a call of a contract that was never instantiated. */
bool config_read(struct call *c, struct config *config);

/* How many requests there have been. */
uint64_t requests_read(void);
void requests_write(uint64_t count);

#endif
