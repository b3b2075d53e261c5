/* Every operator: its opcode and the function that computes it. The twin of
 * FAMILIES in tinynn/operators/__init__.py; a test compares them. */

#ifndef OPCODES_H
#define OPCODES_H

#define OPERATORS(X) \
  X(1, scale_u8) \
  X(2, dense) \
  X(3, relu) \
  X(4, softmax) \
  X(5, argmax) \
  X(100, matmul) \
  X(101, conv)

#endif
