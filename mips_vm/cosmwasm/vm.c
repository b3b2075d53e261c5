#include "vm.h"
#include "memory.h"

#define IMPORT(name) __attribute__((import_module("env"), import_name(#name))) name

extern struct region *IMPORT(db_read)(struct region *key);
extern void IMPORT(db_write)(struct region *key, struct region *value);

void ENTRY(interface_version_8)(void) {}

/* Behind a call everything is forgotten, but not before its result is read: so at the next
 * call's first request for memory. Some VMs keep an instance for many calls. */
static bool finished = true;

/* What begins the memory behind the module's own data. Zeros, unless data are appended to
 * the module: cargo.py, the twin of this. */
static struct head {
  uint32_t magic, bytes;
} *head;

#define MAGIC 0x4f475243u /* "CRGO" */
#define HEAD_BYTES 64u

static void begin_call(void) {
  finished = false;
  memory_clear();
  head = (struct head *)memory_take(HEAD_BYTES);
  if (head && head->magic == MAGIC)
    memory_take(head->bytes);
}

const uint8_t *cargo(uint32_t *bytes) {
  *bytes = head->magic == MAGIC ? head->bytes : 0;
  return (const uint8_t *)head + HEAD_BYTES;
}

void *take(uint32_t bytes) {
  if (finished)
    begin_call();
  void *taken = memory_take(bytes);
  if (!taken)
    __builtin_trap();
  return taken;
}

void vm_finish(void) { finished = true; }

struct region *ENTRY(allocate)(uint32_t bytes) {
  struct region *region = take(sizeof *region);
  *region = (struct region){take(bytes), bytes, 0};
  return region;
}

void ENTRY(deallocate)(struct region *region) { (void)region; }

struct region *region_of(const uint8_t *bytes, uint32_t count) {
  struct region *region = take(sizeof *region);
  *region = (struct region){(uint8_t *)bytes, count, count};
  return region;
}

struct key key_of(const char *name) {
  struct key key = {{0}, 0};
  while (name[key.count])
    if (key.count == MOST_KEY_BYTES)
      __builtin_trap();
    else
      key.bytes[key.count] = (uint8_t)name[key.count], key.count++;
  return key;
}

struct key key_number(const char *name, uint64_t number) {
  struct key key = key_of(name);
  for (uint32_t i = 0; i < sizeof number; i++)
    key.bytes[key.count++] = (uint8_t)(number >> (56 - 8 * i));
  return key;
}

const struct region *store_read(struct key key) {
  return db_read(region_of(key.bytes, key.count));
}

void store_write(struct key key, const uint8_t *bytes, uint32_t count) {
  db_write(region_of(key.bytes, key.count), region_of(bytes, count));
}
