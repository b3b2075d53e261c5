/* The kernels of bytes.h. The compiler would move hi and lo to registers and back around
 * every multiplication, so the innermost loop is assembly. */

#include "bytes.h"

#pragma clang section text = ".text.near"

/* The first and the last byte of a word. */
#define OUTER 0xff0000ffu
/* The first and the third. */
#define EVEN 0x00ff00ffu

#define GROUP 4u
#define GROUPS_TOGETHER 64u

static inline uint32_t word_at(const uint8_t *bytes) {
  uint32_t word;
  __builtin_memcpy(&word, bytes, sizeof word);
  return word;
}

/* The bytes there, less than four, and zeros. */
static uint32_t part_at(const uint8_t *bytes, uint32_t count, uint32_t turned) {
  uint32_t word = 0;
  for (uint32_t i = 0; i < count; i++)
    word |= (uint32_t)bytes[i] << 8 * i;
  return (word ^ turned) & ((1u << 8 * count) - 1);
}

static inline uint32_t half_turn(uint32_t word) { return word >> 16 | word << 16; }

static inline uint32_t sum_of_word(uint32_t word) {
  uint32_t halves = (word & EVEN) + (word >> 8 & EVEN);
  return (halves & 0xffff) + (halves >> 16);
}

/* v3 + v0 2^24 and v1 + v2 2^24. */
static inline void list_word(uint32_t *pair, uint32_t word) {
  uint32_t swapped = __builtin_bswap32(word);
  pair[0] = swapped & OUTER;
  pair[1] = half_turn(swapped) & OUTER;
}

uint32_t list_bytes(uint32_t *pairs, const uint8_t *bytes, uint32_t terms,
                    uint32_t turned) {
  uint32_t sum = 0;
  for (const uint8_t *end = bytes + terms / GROUP * GROUP; bytes != end; bytes += GROUP) {
    uint32_t word = word_at(bytes) ^ turned;
    list_word(pairs, word);
    sum += sum_of_word(word);
    pairs += 2;
  }
  if (terms % GROUP) {
    uint32_t word = part_at(bytes, terms % GROUP, turned);
    list_word(pairs, word);
    sum += sum_of_word(word);
  }
  return sum;
}

/* Halves of a word hold the sums of 128 words. */
uint32_t sum_of_bytes(const uint8_t *bytes, uint32_t terms, uint32_t turned) {
  uint32_t sum = sum_of_word(part_at(bytes + (terms & ~(GROUP - 1)), terms % GROUP, turned));
  for (uint32_t left = terms / GROUP; left;) {
    uint32_t count = left < 128 ? left : 128, halves = 0;
    for (const uint8_t *end = bytes + count * GROUP; bytes != end; bytes += GROUP) {
      uint32_t word = word_at(bytes) ^ turned;
      halves += (word & EVEN) + (word >> 8 & EVEN);
    }
    sum += (halves & 0xffff) + (halves >> 16);
    left -= count;
  }
  return sum;
}

/* Four terms: a word of bytes, and the two words listed for it. */
#define FOUR(load, at)                                                                 \
  load(at)                                                                             \
  "xor %[four], %[four], %[turned]\n\t"                                                \
  "and %[two], %[four], %[outer]\n\t"                                                  \
  "lw %[listed], 2*" #at "(%[pair])\n\t"                                               \
  "rotr %[four], %[four], 16\n\t"                                                      \
  "maddu %[two], %[listed]\n\t"                                                        \
  "and %[four], %[four], %[outer]\n\t"                                                 \
  "lw %[listed], 2*" #at "+4(%[pair])\n\t"                                             \
  "maddu %[four], %[listed]\n\t"

#define ALIGNED(at) "lw %[four], " #at "(%[bytes])\n\t"
#define UNALIGNED(at)                                                                  \
  "lwl %[four], " #at "+3(%[bytes])\n\t"                                                   \
  "lwr %[four], " #at "(%[bytes])\n\t"

/* Defines the sum over groups of four, at most GROUPS_TOGETHER: those that are too few
 * for four at once, then four at once. */
#define SUM_OF_GROUPS(name, load)                                                      \
  static uint32_t name(const uint32_t *pair, const uint8_t *bytes, uint32_t groups,    \
                       uint32_t turned) {                                              \
    uint32_t four, two, listed, low, high;                                             \
    __asm__(".set push\n\t"                                                            \
            ".set noreorder\n\t"                                                       \
            "mtlo $zero\n\t"                                                           \
            "mthi $zero\n\t"                                                           \
            "beq %[pair], %[few], 2f\n\t"                                              \
            "nop\n"                                                                    \
            "1:\n\t" FOUR(load, 0)                                                     \
            "addiu %[pair], %[pair], 8\n\t"                                            \
            "bne %[pair], %[few], 1b\n\t"                                              \
            "addiu %[bytes], %[bytes], 4\n"                                                    \
            "2:\n\t"                                                                   \
            "beq %[pair], %[end], 4f\n\t"                                              \
            "nop\n"                                                                    \
            "3:\n\t" FOUR(load, 0) FOUR(load, 4) FOUR(load, 8) FOUR(load, 12)          \
            "addiu %[pair], %[pair], 32\n\t"                                           \
            "bne %[pair], %[end], 3b\n\t"                                              \
            "addiu %[bytes], %[bytes], 16\n"                                                   \
            "4:\n\t"                                                                   \
            "mflo %[low]\n\t"                                                          \
            "mfhi %[high]\n\t"                                                         \
            ".set pop"                                                                 \
            : [pair] "+r"(pair), [bytes] "+r"(bytes), [four] "=&r"(four), [two] "=&r"(two),    \
              [listed] "=&r"(listed), [low] "=r"(low), [high] "=r"(high)               \
            : [few] "r"(pair + groups % 4 * 2), [end] "r"(pair + groups * 2),          \
              [turned] "r"(turned), [outer] "r"(OUTER)                                 \
            : "hi", "lo", "memory");                                                   \
    return (high << 8 | low >> 24) & 0xffffff;                                         \
  }

SUM_OF_GROUPS(sum_aligned, ALIGNED)
SUM_OF_GROUPS(sum_unaligned, UNALIGNED)

uint32_t dot_bytes(const uint32_t *pairs, const uint8_t *bytes, uint32_t terms,
                   uint32_t turned) {
  const uint32_t aligned = (uint32_t)bytes % GROUP == 0;
  uint32_t sum = 0;
  for (uint32_t left = (terms + GROUP - 1) / GROUP; left;) {
    uint32_t groups = left < GROUPS_TOGETHER ? left : GROUPS_TOGETHER;
    sum += aligned ? sum_aligned(pairs, bytes, groups, turned)
                   : sum_unaligned(pairs, bytes, groups, turned);
    pairs += groups * 2;
    bytes += groups * GROUP;
    left -= groups;
  }
  return sum;
}
