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
  X(6, log_softmax) \
  X(10, map_absolute) \
  X(11, map_negative) \
  X(12, map_floor) \
  X(13, map_ceil) \
  X(14, map_rounded) \
  X(15, map_sign) \
  X(16, map_sqrt) \
  X(17, map_reciprocal) \
  X(18, map_exp) \
  X(19, map_log) \
  X(20, map_sin) \
  X(21, map_cos) \
  X(22, map_tanh) \
  X(23, map_erf) \
  X(24, map_sigmoid) \
  X(25, map_hard_sigmoid) \
  X(26, map_hard_swish) \
  X(27, map_silu) \
  X(28, map_softplus) \
  X(29, map_softsign) \
  X(30, map_mish) \
  X(31, map_gelu_erf) \
  X(32, map_gelu_tanh) \
  X(33, map_leaky_relu) \
  X(34, map_elu) \
  X(35, map_selu) \
  X(36, map_celu) \
  X(37, map_thresholded_relu) \
  X(38, map_clip) \
  X(40, zip_add) \
  X(41, zip_sub) \
  X(42, zip_mul) \
  X(43, zip_div) \
  X(44, zip_min) \
  X(45, zip_max) \
  X(46, zip_pow) \
  X(47, zip_prelu) \
  X(48, zip_equal) \
  X(49, zip_less) \
  X(50, zip_less_equal) \
  X(51, zip_and) \
  X(52, zip_or) \
  X(53, zip_xor) \
  X(54, zip_where) \
  X(55, zip_bit_and) \
  X(56, zip_bit_or) \
  X(57, zip_bit_xor) \
  X(60, strided) \
  X(61, concat) \
  X(62, pad) \
  X(63, gather) \
  X(64, gather_elements) \
  X(65, scatter) \
  X(70, reduce_sum) \
  X(71, reduce_mean) \
  X(72, reduce_max) \
  X(73, reduce_min) \
  X(74, reduce_prod) \
  X(75, reduce_l2) \
  X(76, cumsum) \
  X(77, top_indices) \
  X(78, cast) \
  X(100, matmul) \
  X(101, conv) \
  X(102, max_pool) \
  X(103, average_pool) \
  X(104, normalize) \
  X(110, matmul_integer) \
  X(111, conv_integer) \
  X(112, quantize) \
  X(113, dequantize) \
  X(114, requantize) \
  X(115, dynamic_scale) \
  X(116, dynamic_zero) \
  X(117, rescale) \
  X(120, trees) \
  X(130, put_row) \
  X(140, encode) \
  X(141, token_count) \
  X(142, decode) \
  X(143, decode_length)

#endif
