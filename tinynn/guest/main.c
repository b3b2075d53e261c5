/* The interpreter: each boot runs one row of the model's segment table. */

#include "image.h"
#include "kernels.h"

#define SEGMENT_INDEX ((uint32_t *)PLUMB_ARENA_BASE)

static const struct header *const model = (const struct header *)PLUMB_MODEL_BASE;

static const void *table(uint32_t offset) { return PLUMB_MODEL + offset; }

static void run(const struct segment *segment) {
  const struct operator_row *rows = table(model->operators_offset);
  const struct operator_row *row = &rows[segment->operator_index];
  switch (row->opcode) {
  case SCALE_U8:
    scale_u8(row, segment->first, segment->count);
    break;
  case DENSE:
    dense(row, segment->first, segment->count);
    break;
  case RELU:
    relu(row, segment->first, segment->count);
    break;
  case SOFTMAX:
    softmax(row);
    break;
  case ARGMAX:
    argmax(row);
    break;
  }
}

/* The output tensors, end to end. They are whole words. */
static void write_output(void) {
  const struct tensor *tensors = table(model->outputs_offset);
  uint32_t *next = (uint32_t *)PLUMB_OUTPUT;
  for (uint32_t i = 0; i < model->output_count; i++) {
    const uint32_t *words = (const uint32_t *)tensors[i].address;
    for (uint32_t j = 0; j < tensors[i].bytes / 4; j++)
      *next++ = words[j];
  }
  PLUMB_OUTPUT_SIZE = model->output_bytes;
}

int main(void) {
  if (PLUMB_INPUT_SIZE != model->input_bytes)
    return 0;
  const struct segment *segments = table(model->segments_offset);
  run(&segments[*SEGMENT_INDEX]);
  *SEGMENT_INDEX += 1;
  if (*SEGMENT_INDEX < model->segment_count)
    plumb_yield();
  write_output();
  return 0;
}
