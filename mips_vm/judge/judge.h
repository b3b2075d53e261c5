/* One step of the machine from its witness: the twin of step.py and witness.py, and of
 * MipsVerifier.sol, whose refusals have the same names. docs/state-encoding.md has the
 * byte tables. */

#ifndef JUDGE_H
#define JUDGE_H

#include "keccak.h"

#include <stdbool.h>
#include <stdint.h>

enum refusal_kind {
  ACCEPTED,
  WRONG_STATUS,
  WRONG_WITNESS_LENGTH,
  WRONG_PRE_STATE,
  NON_ZERO_R0,
  WRONG_LEAF_PROOF,
  WRONG_BITMAP,
  NON_CANONICAL_SIBLING,
  WRONG_REGION_ROOTS,
};

/* Why a witness is none: what was expected and what came, as 32 bytes each, numbers
 * big-endian. Kinds with one number have it in `actual`. */
struct refusal {
  uint32_t kind;
  uint8_t expected[HASH_BYTES], actual[HASH_BYTES];
};

/* Makes `post_root` the root of the one post-state. False, and `refusal` says why, unless
 * the witness is the one valid witness of the pre-state. */
bool step(const uint8_t *pre_root, const uint8_t *program_root, const uint8_t *model_root,
          const uint8_t *witness, uint32_t bytes, uint8_t *post_root,
          struct refusal *refusal);

#endif
