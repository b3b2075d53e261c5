#include "config.h"

#define TEXTS 5u
#define TEXT_BYTES 128u

/* The numbers, then texts, each behind a byte that says how long it is. */
struct kept {
  uint8_t model_root[HASH_BYTES];
  uint32_t image_bytes, input_bytes;
  uint8_t varies, sealed, unused[2];
};

void config_write(const struct config *config) {
  const struct slice texts[TEXTS] = {config->owner, config->denom, config->price,
                                     config->reward, config->total};
  struct kept kept = {.image_bytes = config->image_bytes,
                      .input_bytes = config->input_bytes,
                      .varies = (uint8_t)config->varies,
                      .sealed = config->sealed};
  __builtin_memcpy(kept.model_root, config->model_root, HASH_BYTES);
  struct text t = text_of(sizeof kept + TEXTS * (1 + TEXT_BYTES));
  put_bytes(&t, (const uint8_t *)&kept, sizeof kept);
  for (uint32_t i = 0; i < TEXTS; i++) {
    const uint8_t count = (uint8_t)texts[i].count;
    put_bytes(&t, &count, 1);
    put_bytes(&t, texts[i].bytes, count);
  }
  store_write(key_of("config"), t.bytes, t.count);
}

bool config_read(struct call *c, struct config *config) {
  const struct region *region = store_read(key_of("config"));
  if (!region) {
    put(refusal(c), "contract: expected one that is instantiated, got none");
    return false;
  }
  struct kept kept;
  __builtin_memcpy(&kept, region->bytes, sizeof kept);
  *config = (struct config){.image_bytes = kept.image_bytes,
                            .input_bytes = kept.input_bytes,
                            .varies = kept.varies,
                            .sealed = kept.sealed};
  __builtin_memcpy(config->model_root, kept.model_root, HASH_BYTES);
  struct slice *const texts[TEXTS] = {&config->owner, &config->denom, &config->price,
                                      &config->reward, &config->total};
  const uint8_t *at = region->bytes + sizeof kept;
  for (uint32_t i = 0; i < TEXTS; at += 1 + *at, i++)
    *texts[i] = (struct slice){at + 1, *at};
  return true;
}

uint64_t requests_read(void) {
  const struct region *region = store_read(key_of("requests"));
  uint64_t count = 0;
  if (region)
    __builtin_memcpy(&count, region->bytes, sizeof count);
  return count;
}

void requests_write(uint64_t count) {
  store_write(key_of("requests"), (const uint8_t *)&count, sizeof count);
}
