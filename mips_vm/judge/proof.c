#include "proof.h"
#include "state.h"

bool refuse(struct reader *r, enum refusal_kind kind, const uint8_t *expected,
            const uint8_t *actual) {
  r->refusal->kind = kind;
  __builtin_memcpy(r->refusal->expected, expected, HASH_BYTES);
  __builtin_memcpy(r->refusal->actual, actual, HASH_BYTES);
  return false;
}

bool refuse_number(struct reader *r, enum refusal_kind kind, uint32_t expected,
                   uint32_t actual) {
  uint8_t wide[2][HASH_BYTES] = {{0}, {0}};
  put_big(wide[0] + HASH_BYTES - 4, expected);
  put_big(wide[1] + HASH_BYTES - 4, actual);
  return refuse(r, kind, wide[0], wide[1]);
}

const uint8_t *read_bytes(struct reader *r, uint32_t count) {
  const uint8_t *found = r->witness + r->cursor;
  r->cursor += count;
  if (r->bytes < r->cursor) {
    refuse_number(r, WRONG_WITNESS_LENGTH, r->cursor, r->bytes);
    return 0;
  }
  return found;
}

bool read_leaf(struct reader *r, struct leaf *leaf, uint32_t levels) {
  const uint8_t *head = read_bytes(r, HASH_BYTES + 4);
  if (!head)
    return false;
  __builtin_memcpy(leaf->content, head, HASH_BYTES);
  leaf->levels = levels;
  leaf->bitmap = big_at(head + HASH_BYTES);
  if (leaf->bitmap >> levels)
    return refuse_number(r, WRONG_BITMAP, levels, leaf->bitmap);
  leaf->siblings = read_bytes(r, HASH_BYTES * (uint32_t)__builtin_popcount(leaf->bitmap));
  return leaf->siblings;
}

bool leaf_root(struct reader *r, const struct leaf *leaf, uint32_t index,
               const uint8_t *content, uint8_t *root) {
  uint8_t zero[HASH_BYTES] = {0};
  const uint8_t *sent = leaf->siblings;
  __builtin_memcpy(root, content, HASH_BYTES);
  for (uint32_t level = 0; level < leaf->levels; level++) {
    const uint8_t *sibling = zero;
    if (leaf->bitmap >> level & 1) {
      sibling = sent;
      sent += HASH_BYTES;
      /* INVARIANT: one witness a state. A zero sibling has two spellings, and only the
       * short one is valid. */
      if (is_same_hash(sibling, zero))
        return refuse_number(r, NON_CANONICAL_SIBLING, 0, level);
    }
    if (index >> level & 1)
      join_nodes(sibling, root, root);
    else
      join_nodes(root, sibling, root);
    join_nodes(zero, zero, zero);
  }
  return true;
}
