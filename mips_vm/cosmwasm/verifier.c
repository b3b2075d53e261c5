/* The dispute game's last word as a contract: one instruction, from its witness. It holds
 * nothing, and whoever asks pays for the gas. The twin of MipsVerifier.sol.
 *
 *   query    {"step": {"pre_root", "program_root", "model_root": 64 hex digits,
 *                      "witness": base64}}  ->  {"post_root": hex digits}
 *   execute  the same; the answer is an event, and the root its data, for a contract
 *            that asks by a submessage.
 *
 * An invalid witness is an error that names what was expected, and decides nothing.
 */

#include "contract.h"
#include "judge.h"

#define ROOT_ROOM (2 * HASH_BYTES + 64)

static const char *const refusals[] = {
    [WRONG_STATUS] = "WrongStatus",
    [WRONG_WITNESS_LENGTH] = "WrongWitnessLength",
    [WRONG_PRE_STATE] = "WrongPreState",
    [NON_ZERO_R0] = "NonZeroR0",
    [WRONG_LEAF_PROOF] = "WrongLeafProof",
    [WRONG_BITMAP] = "WrongBitmap",
    [NON_CANONICAL_SIBLING] = "NonCanonicalSibling",
    [WRONG_REGION_ROOTS] = "WrongRegionRoots",
};

struct claim {
  uint8_t pre_root[HASH_BYTES], program_root[HASH_BYTES], model_root[HASH_BYTES];
  struct slice witness;
  uint8_t post_root[HASH_BYTES];
};

static bool try_step(struct call *c, struct json body, struct claim *claim) {
  struct field fields[] = {{.name = "pre_root"},
                           {.name = "program_root"},
                           {.name = "model_root"},
                           {.name = "witness"}};
  struct refusal refused;
  if (!read_fields(c, "step", body, fields, 4) ||
      !read_hash(c, &fields[0], claim->pre_root) ||
      !read_hash(c, &fields[1], claim->program_root) ||
      !read_hash(c, &fields[2], claim->model_root) ||
      !read_bytes_of(c, &fields[3], &claim->witness))
    return false;
  if (step(claim->pre_root, claim->program_root, claim->model_root, claim->witness.bytes,
           claim->witness.count, claim->post_root, &refused))
    return true;
  struct text *t = refusal(c);
  put(t, refusals[refused.kind]);
  put(t, ": expected ");
  put_hex(t, refused.expected, HASH_BYTES);
  put(t, ", got ");
  put_hex(t, refused.actual, HASH_BYTES);
  return false;
}

static bool tell_step(struct call *c, struct json body) {
  struct claim claim;
  if (!try_step(c, body, &claim))
    return false;
  struct text *result = result_open(ROOT_ROOM);
  put(result, "{\"post_root\":\"");
  put_hex(result, claim.post_root, HASH_BYTES);
  put(result, "\"}");
  result_close(c, result);
  return true;
}

static void put_root(struct call *c, const char *name, const uint8_t *root) {
  put_hex(attribute_open(c, name), root, HASH_BYTES);
  attribute_close(c);
}

static bool prove_step(struct call *c, struct json body) {
  struct claim claim;
  const struct slice nothing = {(const uint8_t *)"0", 1};
  if (!check_funds(c, nothing, nothing) || !try_step(c, body, &claim))
    return false;
  event_open(c, "plumb-step", 4 * (ROOT_ROOM + 64));
  put_root(c, "pre_root", claim.pre_root);
  put_root(c, "program_root", claim.program_root);
  put_root(c, "model_root", claim.model_root);
  put_root(c, "post_root", claim.post_root);
  uint8_t *root = take(HASH_BYTES);
  __builtin_memcpy(root, claim.post_root, HASH_BYTES);
  c->data = (struct slice){root, HASH_BYTES};
  return true;
}

bool contract_instantiate(struct call *c) {
  const struct slice nothing = {(const uint8_t *)"0", 1};
  return read_fields(c, "message", c->message, 0, 0) && check_funds(c, nothing, nothing);
}

bool contract_execute(struct call *c) {
  static const struct handler handlers[] = {{"step", prove_step}};
  return dispatch(c, handlers, 1);
}

bool contract_query(struct call *c) {
  static const struct handler handlers[] = {{"step", tell_step}};
  return dispatch(c, handlers, 1);
}
