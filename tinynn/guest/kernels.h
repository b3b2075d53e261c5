/* The operators. Each stores elements [first, first + count) of its target; those that
 * take neither compute the whole. docs/float.md defines the arithmetic. */

#ifndef KERNELS_H
#define KERNELS_H

#include "image.h"

void scale_u8(const struct operator_row *row, uint32_t first, uint32_t count);
void dense(const struct operator_row *row, uint32_t first, uint32_t count);
void relu(const struct operator_row *row, uint32_t first, uint32_t count);
void softmax(const struct operator_row *row);
void argmax(const struct operator_row *row);

#endif
