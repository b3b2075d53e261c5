/* The interpreter: each boot runs one row of the model's segment table. */

#include "image.h"
#include "kernels.h"

#include <stdbool.h>

#pragma clang section text = ".text.near"

#define SEGMENT_INDEX ((uint32_t *)PLUMB_ARENA)
#define PASSES_DONE (SEGMENT_INDEX + 1)

#define model ((const struct header *)PLUMB_MODEL)

static const void *table(uint32_t offset) { return PLUMB_MODEL + offset; }

typedef void kernel(const struct call *);

#define ENTRY(opcode, name) [opcode] = name,
static kernel *const kernels[] = {OPERATORS(ENTRY)};

static uint32_t word_at(uint32_t address) { return *(const uint32_t *)at(address); }

static void run(const struct segment *segment) {
  if (segment->skip > NEVER && !word_at(segment->skip))
    return;
  const struct operator_row *rows = table(model->operators_offset);
  const struct operator_row *row = &rows[segment->operator_index];
  const struct operand *record = at(row->record);
  const struct operand *sources = record + 1;
  struct call call = {
      .target = record,
      .sources = sources,
      .source_count = row->source_count,
      .attributes = (const uint32_t *)(sources + row->source_count),
      .first = segment->first,
      .count = segment->count,
  };
  kernels[row->opcode](&call);
}

/* The segment after this one: behind the loop's last, its first, until no pass is left. */
static uint32_t following(uint32_t index) {
  index++;
  if (index != model->loop_end)
    return index;
  uint32_t done = ++*PASSES_DONE;
  if (done == model->passes || (model->stop && word_at(model->stop)))
    return index;
  return model->loop_first;
}

/* The output tensors, end to end, as far as the answer goes; before them, if the input
 * varies, how many passes that took: what a request pays for is not the image's word. */
static void write_output(void) {
  const struct tensor *tensors = table(model->outputs_offset);
  uint8_t *next = (uint8_t *)PLUMB_OUTPUT;
  uint32_t left = model->output_bytes;
  if (model->flags & VARIES) {
    *(uint32_t *)next = *PASSES_DONE;
    next += 4;
    left -= 4;
  }
  if (model->length && word_at(model->length) < left)
    left = word_at(model->length);
  PLUMB_OUTPUT_SIZE = (uint32_t)(next + left - PLUMB_OUTPUT);
  for (; left; tensors++) {
    const uint8_t *bytes = at(tensors->address);
    uint32_t size = tensors->bytes < left ? tensors->bytes : left, j = 0;
    if (!(((uint32_t)next | (uint32_t)bytes) & 3))
      for (; j + 4 <= size; j += 4)
        *(uint32_t *)(next + j) = *(const uint32_t *)(bytes + j);
    for (; j < size; j++)
      next[j] = bytes[j];
    next += size;
    left -= size;
  }
}

static bool fits(uint32_t input_bytes) {
  if (model->flags & VARIES)
    return input_bytes <= model->input_bytes;
  return input_bytes == model->input_bytes;
}

int main(void) {
  if (!fits(PLUMB_INPUT_SIZE))
    return 0;
  const struct segment *segments = table(model->segments_offset);
  const uint32_t index = *SEGMENT_INDEX;
  run(&segments[index]);
  *SEGMENT_INDEX = following(index);
  if (*SEGMENT_INDEX < model->segment_count)
    plumb_yield();
  write_output();
  return 0;
}
