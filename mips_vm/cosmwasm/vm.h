/* What a CosmWasm contract and its VM ask of one another (interface version 8): regions of
 * memory, and a store of keys and values. */

#ifndef VM_H
#define VM_H

#include <stdbool.h>
#include <stdint.h>

/* A function that the VM calls. */
#define ENTRY(name) __attribute__((export_name(#name))) name

/* How bytes are handed over, in both directions. */
struct region {
  uint8_t *bytes;
  uint32_t capacity, count;
};

#define MOST_KEY_BYTES 64u

/* `count` letters, then `number` big-endian: keys that are counted lie in order. */
struct key {
  uint8_t bytes[MOST_KEY_BYTES];
  uint32_t count;
};

struct key key_of(const char *name);
struct key key_number(const char *name, uint64_t number);

/* The value at a key; NULL if there is none. */
const struct region *store_read(struct key key);

void store_write(struct key key, const uint8_t *bytes, uint32_t count);

/* Data that were appended to the module, at a multiple of 64; 0 bytes where none were. */
const uint8_t *cargo(uint32_t *bytes);

/* Memory for this call; a trap where there is no more. */
void *take(uint32_t bytes);

/* Bytes as a region for the VM. */
struct region *region_of(const uint8_t *bytes, uint32_t count);

/* The call is over: all memory is free again, once its result is read. */
void vm_finish(void);

#endif
