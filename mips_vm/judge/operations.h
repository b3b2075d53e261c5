/* What instructions compute: the twin of operations.py, function by function, where C has
 * no operator for it. */

#ifndef OPERATIONS_H
#define OPERATIONS_H

#include <stdbool.h>
#include <stdint.h>

static inline bool less(uint32_t left, uint32_t right) {
  return (int32_t)left < (int32_t)right;
}

/* False on signed overflow. */
static inline bool add(uint32_t left, uint32_t right, uint32_t *sum) {
  *sum = left + right;
  return !((left ^ *sum) & (right ^ *sum) & 0x80000000u);
}

static inline bool sub(uint32_t left, uint32_t right, uint32_t *difference) {
  *difference = left - right;
  return !((left ^ right) & (left ^ *difference) & 0x80000000u);
}

/* Shifts count mod 32. */
static inline uint32_t sll(uint32_t value, uint32_t by) { return value << (by & 31); }
static inline uint32_t srl(uint32_t value, uint32_t by) { return value >> (by & 31); }
static inline uint32_t sra(uint32_t value, uint32_t by) {
  return (uint32_t)((int32_t)value >> (by & 31));
}
static inline uint32_t rotr(uint32_t value, uint32_t by) {
  return value >> (by & 31) | value << (-by & 31);
}

static inline uint32_t clz(uint32_t value) {
  return value ? (uint32_t)__builtin_clz(value) : 32;
}
static inline uint32_t wsbh(uint32_t value) {
  return (value << 8 & 0xff00ff00u) | (value >> 8 & 0x00ff00ffu);
}
static inline uint32_t seb(uint32_t value) {
  return (uint32_t)(int32_t)(int8_t)(uint8_t)value;
}
static inline uint32_t seh(uint32_t value) {
  return (uint32_t)(int32_t)(int16_t)(uint16_t)value;
}

/* Bits 0 to `highest`, which is at most 31. */
static inline uint32_t bits_to(uint32_t highest) { return 0xffffffffu >> (31 - highest); }

static inline uint32_t ext(uint32_t source, uint32_t lowest, uint32_t size_less_one) {
  return source >> lowest & bits_to(size_less_one);
}

static inline uint32_t ins(uint32_t source, uint32_t target, uint32_t lowest,
                           uint32_t highest) {
  if (highest < lowest)
    return target;
  const uint32_t field = bits_to(highest) & ~((1u << lowest) - 1);
  return (target & ~field) | (source << lowest & field);
}

static inline uint64_t mult(uint32_t left, uint32_t right) {
  return (uint64_t)((int64_t)(int32_t)left * (int32_t)right);
}
static inline uint64_t multu(uint32_t left, uint32_t right) {
  return (uint64_t)left * right;
}

/* Quotient below, rest above; of a division by 0, by 1. */
static inline uint64_t div(uint32_t left, uint32_t right) {
  const int64_t dividend = (int32_t)left, divisor = right ? (int32_t)right : 1;
  const uint32_t quotient = (uint32_t)(dividend / divisor);
  const uint32_t rest = (uint32_t)(dividend % divisor);
  return (uint64_t)rest << 32 | quotient;
}
static inline uint64_t divu(uint32_t left, uint32_t right) {
  const uint32_t divisor = right ? right : 1;
  return (uint64_t)(left % divisor) << 32 | left / divisor;
}

/* Loads and stores work on the aligned word; `shift` is 8 times the byte in it. */
static inline uint32_t lwl(uint32_t word, uint32_t shift, uint32_t value) {
  const uint32_t up = 24 - shift;
  return word << up | (value & ((1u << up) - 1));
}
static inline uint32_t lwr(uint32_t word, uint32_t shift, uint32_t value) {
  return word >> shift | (value & ~(0xffffffffu >> shift));
}
static inline uint32_t merge(uint32_t word, uint32_t mask, uint32_t shift,
                             uint32_t value) {
  return (word & ~(mask << shift)) | (value & mask) << shift;
}
static inline uint32_t swl(uint32_t word, uint32_t shift, uint32_t value) {
  const uint32_t up = 24 - shift;
  return (word & ~(0xffffffffu >> up)) | value >> up;
}
static inline uint32_t swr(uint32_t word, uint32_t shift, uint32_t value) {
  return (word & ((1u << shift) - 1)) | value << shift;
}

#endif
