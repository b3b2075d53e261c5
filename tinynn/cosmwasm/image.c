#include "image.h"
#include "memory.h"
#include "module.h"

#define MODEL_DEPTH 26u
#define ALL_ROWS 0xffffffffu

bool image_is_cargo(void) {
  uint32_t bytes;
  cargo(&bytes);
  return bytes;
}

struct key chunk_key(uint32_t index) { return key_number("image", index); }

static bool refuse_chunk(struct call *c, uint32_t index, uint32_t expected) {
  struct text *t = refusal(c);
  put(t, "chunk ");
  put_decimal(t, index);
  put(t, ": expected ");
  put_decimal(t, expected);
  put(t, " bytes in the store, got none");
  return false;
}

/* Chunks go to their place one after the other, and what a read took is given back. */
static bool gather(struct call *c, const struct config *config, uint8_t *image) {
  memory_keep();
  for (uint32_t i = 0; i < chunks_of(config); i++) {
    const uint32_t bytes = bytes_of_chunk(config, i);
    const struct region *chunk = store_read(chunk_key(i));
    if (!chunk || chunk->count != bytes)
      return refuse_chunk(c, i, bytes);
    __builtin_memcpy(image + i * CHUNK_BYTES, chunk->bytes, bytes);
    memory_release();
  }
  return true;
}

static bool load(struct call *c, const struct config *config, const uint8_t **image) {
  uint32_t bytes;
  *image = cargo(&bytes);
  if (!bytes) {
    uint8_t *room = take(config->image_bytes);
    *image = room;
    if (!gather(c, config, room))
      return false;
  }
  image_put((uint8_t *)*image, config->image_bytes);
  return true;
}

static bool open(struct call *c) {
  static const char *const problems[] = {[NO_IMAGE] = "something shorter",
                                         [BAD_FRAME] = "another file",
                                         [NO_MEMORY] = "no memory for its arena"};
  const uint32_t problem = open_image();
  if (problem == FINE)
    return true;
  struct text *t = refusal(c);
  put(t, "image: expected a model image and memory for it, got ");
  put(t, problems[problem]);
  return false;
}

bool image_seal(struct call *c, struct config *config) {
  const uint8_t *image;
  uint8_t root[HASH_BYTES];
  if (!load(c, config, &image))
    return false;
  region_root(image, config->image_bytes, MODEL_DEPTH, root);
  if (!is_same_hash(root, config->model_root)) {
    struct text *t = refusal(c);
    put(t, "image: expected the root ");
    put_hex(t, config->model_root, HASH_BYTES);
    put(t, ", got ");
    put_hex(t, root, HASH_BYTES);
    return false;
  }
  if (!open(c))
    return false;
  config->input_bytes = input_most();
  config->varies = input_varies();
  config->sealed = true;
  return true;
}

bool read_input(struct call *c, const char *where, struct json body, struct slice *input) {
  struct field field = {.name = "input"};
  return read_fields(c, where, body, &field, 1) && read_bytes_of(c, &field, input);
}

bool check_input(struct call *c, const struct config *config, struct slice input) {
  if (!config->sealed) {
    put(refusal(c), "image: expected a sealed one, got one that may still change");
    return false;
  }
  if (input.count == config->input_bytes ||
      (config->varies && input.count < config->input_bytes))
    return true;
  struct text *t = refusal(c);
  put(t, config->varies ? "input: expected at most " : "input: expected ");
  put_decimal(t, config->input_bytes);
  put(t, " bytes, got ");
  put_decimal(t, input.count);
  return false;
}

bool image_run(struct call *c, const struct config *config, struct slice input,
               struct slice *answer) {
  const uint8_t *image;
  if (!check_input(c, config, input) || !load(c, config, &image) || !open(c))
    return false;
  __builtin_memcpy(input_room(), input.bytes, input.count);
  begin(input.count);
  while (advance(ALL_ROWS) == YIELDED)
    ;
  const uint8_t *written = output();
  __builtin_memcpy(&answer->count, written, sizeof answer->count);
  answer->bytes = written + sizeof answer->count;
  return true;
}
