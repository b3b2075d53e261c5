/* Leaf proofs, as docs/state-encoding.md lays them out in a witness. */

#ifndef PROOF_H
#define PROOF_H

#include "judge.h"

/* What of a witness is read; the first thing that is wrong with it stays. */
struct reader {
  const uint8_t *witness;
  uint32_t bytes, cursor;
  struct refusal *refusal;
};

struct leaf {
  uint8_t content[HASH_BYTES];
  uint32_t levels, bitmap;
  const uint8_t *siblings;
};

bool refuse(struct reader *r, enum refusal_kind kind, const uint8_t *expected,
            const uint8_t *actual);

bool refuse_number(struct reader *r, enum refusal_kind kind, uint32_t expected,
                   uint32_t actual);

/* The next so many bytes of the witness; 0 if there are fewer. */
const uint8_t *read_bytes(struct reader *r, uint32_t count);

bool read_leaf(struct reader *r, struct leaf *leaf, uint32_t levels);

/* Root of the subtree whose leaf at `index` is `content` and whose others are as the
 * siblings say. False if a sibling is sent that is zero. */
bool leaf_root(struct reader *r, const struct leaf *leaf, uint32_t index,
               const uint8_t *content, uint8_t *root);

#endif
