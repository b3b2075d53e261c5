/* The interpreter as a module: what a host calls.
 *
 *   image_room(bytes), the image written there, open_image() == 0;
 *   input_room(), an input written there, begin(bytes);
 *   while (advance(rows) == YIELDED) ...; output(): a u32 length and the bytes.
 *
 * Images are taken to be ones that the validator passes. One that it would not pass can
 * spoil its own instance, and nothing else.
 */

#define main boot
#include "../guest/main.c"
#undef main

#include "export.h"
#include "memory.h"
#include "module.h"
#include "../guest/scratch.h"

#define MAGIC 0x424d4c50u /* "PLMB" */
#define FIRST_VERSION 2u
#define LAST_VERSION 3u

struct regions plumb_regions;

static uint32_t image_bytes;
static enum state state = HALTED;

void image_put(uint8_t *image, uint32_t bytes) {
  plumb_regions.image = image;
  image_bytes = bytes;
  state = HALTED;
}

/* Where an image of so many bytes has to be written; 0 if there is no memory for it. */
uint8_t *EXPORT(image_room)(uint32_t bytes) {
  memory_clear();
  image_put(memory_take(bytes), bytes);
  return plumb_regions.image;
}

static bool has(uint32_t offset, uint32_t count, uint32_t size) {
  return offset <= image_bytes && count <= (image_bytes - offset) / size;
}

static bool is_framed(void) {
  return model->magic == MAGIC && model->version >= FIRST_VERSION &&
         model->version <= LAST_VERSION &&
         model->image_bytes == image_bytes &&
         has(model->outputs_offset, model->output_count, sizeof(struct tensor)) &&
         has(model->operators_offset, model->operator_count,
             sizeof(struct operator_row)) &&
         has(model->segments_offset, model->segment_count, sizeof(struct segment)) &&
         model->segment_count;
}

/* Makes ready for what was written there; what is wrong with it. */
uint32_t EXPORT(open_image)(void) {
  if (!plumb_regions.image || image_bytes < sizeof(struct header))
    return NO_IMAGE;
  if (!is_framed())
    return BAD_FRAME;
  plumb_regions.input = memory_take(4 + model->input_bytes);
  plumb_regions.output = memory_take(4 + model->output_bytes);
  plumb_regions.arena = memory_take(model->arena_bytes);
  memory_keep();
  return plumb_regions.input && plumb_regions.output && plumb_regions.arena ? FINE
                                                                             : NO_MEMORY;
}

/* Where an input of at most `input_most` bytes has to be written. */
uint8_t *EXPORT(input_room)(void) { return plumb_regions.input + 4; }

uint32_t EXPORT(input_most)(void) { return model->input_bytes; }

uint32_t input_varies(void) { return model->flags & VARIES; }

/* Starts a run on an input of so many bytes. */
uint32_t EXPORT(begin)(uint32_t bytes) {
  uint32_t kept = bytes < model->input_bytes ? bytes : model->input_bytes;
  *(uint32_t *)plumb_regions.input = bytes;
  __builtin_memset(plumb_regions.input + 4 + kept, 0, model->input_bytes - kept);
  __builtin_memset(plumb_regions.output, 0, 4 + model->output_bytes);
  __builtin_memset(plumb_regions.arena, 0, model->arena_bytes);
  return state = fits(bytes) ? YIELDED : HALTED;
}

/* The segment at `index`, with at most `rows` of those that follow joined to it if they
 * are of the same operator: elements do not depend on the tile that they are in, and what
 * a segment is skipped by does not change within its operator. */
static struct segment joined(uint32_t index, uint32_t rows, uint32_t *last) {
  const struct segment *segments = table(model->segments_offset);
  struct segment whole = segments[index];
  for (; rows > 1 && index + 1 < model->segment_count; index++, rows--) {
    const struct segment *next = &segments[index + 1];
    if (next->operator_index != whole.operator_index ||
        next->first != whole.first + whole.count)
      break;
    whole.count += next->count;
  }
  *last = index;
  return whole;
}

/* Runs up to `rows` rows of the segment table. */
uint32_t EXPORT(advance)(uint32_t rows) {
  while (state == YIELDED && rows) {
    const uint32_t index = *SEGMENT_INDEX;
    uint32_t last;
    const struct segment whole = joined(index, rows, &last);
    memory_release();
    run(&whole);
    *SEGMENT_INDEX = following(last);
    rows -= last - index + 1;
    if (*SEGMENT_INDEX >= model->segment_count) {
      write_output();
      state = HALTED;
    }
  }
  return state;
}

/* A whole run, at once. */
void EXPORT(answer)(uint32_t bytes) {
  begin(bytes);
  while (advance(0xffffffffu) == YIELDED)
    ;
}

/* The row that comes next, and how many passes of a loop are done. */
uint32_t EXPORT(row)(void) { return *SEGMENT_INDEX; }

uint32_t EXPORT(passes)(void) { return *PASSES_DONE; }

/* How many rows there are, and how many run at most, all passes of a loop counted. */
uint32_t EXPORT(rows)(void) { return model->segment_count; }

uint32_t EXPORT(most_rows)(void) {
  const uint32_t again = model->passes ? model->passes - 1 : 0;
  return model->segment_count + again * (model->loop_end - model->loop_first);
}

uint8_t *EXPORT(output)(void) { return plumb_regions.output; }

uint8_t *EXPORT(arena)(void) { return plumb_regions.arena; }

/* Where a host may put something to be hashed, until a run goes on; 0 without memory. */
uint8_t *EXPORT(scratch_room)(uint32_t bytes) {
  memory_release();
  return memory_take(bytes);
}

void *plumb_scratch(uint32_t bytes) {
  uint8_t *taken = memory_take(bytes);
  if (!taken)
    __builtin_trap();
  return __builtin_memset(taken, 0, bytes);
}
