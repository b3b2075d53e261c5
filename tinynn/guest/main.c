/* The interpreter: each boot runs one row of the model's segment table. */

#include "image.h"
#include "kernels.h"

#define SEGMENT_INDEX ((uint32_t *)PLUMB_ARENA_BASE)

static const struct header *const model = (const struct header *)PLUMB_MODEL_BASE;

static const void *table(uint32_t offset) { return PLUMB_MODEL + offset; }

typedef void kernel(const struct call *);

#define ENTRY(opcode, name) [opcode] = name,
static kernel *const kernels[] = {OPERATORS(ENTRY)};

static void run(const struct segment *segment) {
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

/* The output tensors, end to end. */
static void write_output(void) {
  const struct tensor *tensors = table(model->outputs_offset);
  uint8_t *next = (uint8_t *)PLUMB_OUTPUT;
  for (uint32_t i = 0; i < model->output_count; i++) {
    const uint8_t *bytes = (const uint8_t *)tensors[i].address;
    uint32_t size = tensors[i].bytes, j = 0;
    if (!(((uint32_t)next | (uint32_t)bytes) & 3))
      for (; j + 4 <= size; j += 4)
        *(uint32_t *)(next + j) = *(const uint32_t *)(bytes + j);
    for (; j < size; j++)
      next[j] = bytes[j];
    next += size;
  }
  PLUMB_OUTPUT_SIZE = model->output_bytes;
}

int main(void) {
  if (PLUMB_INPUT_SIZE != model->input_bytes)
    return 0;
  const struct segment *segments = table(model->segments_offset);
  const uint32_t index = *SEGMENT_INDEX;
  run(&segments[index]);
  *SEGMENT_INDEX = index + 1;
  if (index + 1 < model->segment_count)
    plumb_yield();
  write_output();
  return 0;
}
