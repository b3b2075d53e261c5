/* The judge: one instruction, from a witness. Total: whatever the state and the
 * instruction, one post-state; a fault is a result, and only a witness is refused. */

#include "encoding.h"
#include "instructions.h"
#include "operations.h"
#include "proof.h"

#define PROGRAM_END 0x10000000u
#define WRITABLE_BASE 0x20000000u
#define MODEL_BASE 0x80000000u

#define SMALL_REGION_DEPTH 23u
#define ARENA_DEPTH 25u
#define MODEL_DEPTH 26u

#define SYSCALL_HALT 4001u
#define SYSCALL_YIELD 4162u
#define V0 2

struct trial {
  struct reader reader;
  struct state state;
  const uint8_t *program_root, *model_root;
  enum status status;
};

static uint32_t *word_of(uint8_t *leaf, uint32_t address) {
  return (uint32_t *)(leaf + (address & (HASH_BYTES - 4)));
}

static void zero_root(uint32_t depth, uint8_t *root) {
  __builtin_memset(root, 0, HASH_BYTES);
  while (depth--)
    join_nodes(root, root, root);
}

static bool unpack(struct trial *t, const uint8_t *pre_root) {
  const uint8_t *packed = read_bytes(&t->reader, PACKED_BYTES);
  if (!packed)
    return false;
  uint8_t actual[HASH_BYTES];
  state_unpack(&t->state, packed);
  state_root(&t->state, RUNNING, actual);
  if (!is_same_hash(actual, pre_root))
    return refuse(&t->reader, WRONG_PRE_STATE, pre_root, actual);
  /* INVARIANT: r0 is zero; a read of it is a plain read. */
  if (t->state.r[0])
    return refuse_number(&t->reader, NON_ZERO_R0, 0, t->state.r[0]);
  return true;
}

/* ------------------------------------------------------------------------------------
 * Memory. Functions return whether the witness is valid so far; a fault is told by the
 * status.
 * ---------------------------------------------------------------------------------- */

static bool fault(struct trial *t) {
  t->status = FAULTED;
  return true;
}

static bool fetch(struct trial *t, uint32_t *word) {
  struct leaf leaf __attribute__((aligned(4)));
  uint8_t actual[HASH_BYTES];
  if (!read_leaf(&t->reader, &leaf, SMALL_REGION_DEPTH) ||
      !leaf_root(&t->reader, &leaf, t->state.pc / HASH_BYTES, leaf.content, actual))
    return false;
  if (!is_same_hash(actual, t->program_root))
    return refuse(&t->reader, WRONG_LEAF_PROOF, t->program_root, actual);
  *word = *word_of(leaf.content, t->state.pc);
  return true;
}

/* The leaf that holds `address`, proved to be part of memory. Both halves of memory have
 * one depth; the upper half is the model. */
static bool prove_leaf(struct trial *t, uint32_t address, struct leaf *leaf) {
  uint8_t actual[HASH_BYTES];
  const uint8_t *expected = t->model_root;
  if (!read_leaf(&t->reader, leaf, MODEL_DEPTH) ||
      !leaf_root(&t->reader, leaf, address / HASH_BYTES, leaf->content, actual))
    return false;
  if (address < MODEL_BASE) {
    join_nodes(actual, t->model_root, actual);
    expected = t->state.memory_root;
  }
  return is_same_hash(actual, expected) ||
         refuse(&t->reader, WRONG_LEAF_PROOF, expected, actual);
}

static uint32_t alignment_of(uint32_t opcode) {
  switch (opcode) {
  case LW:
  case SW:
    return 4;
  case LH:
  case LHU:
  case SH:
    return 2;
  default:
    return 1;
  }
}

static bool load(struct trial *t, uint32_t word) {
  struct state *s = &t->state;
  const uint32_t opcode = opcode_of(word), rt = rt_of(word);
  const uint32_t address = s->r[rs_of(word)] + signed_of(word);
  if (address % alignment_of(opcode))
    return fault(t);
  struct leaf leaf __attribute__((aligned(4)));
  if (!prove_leaf(t, address, &leaf))
    return false;
  const uint32_t held = *word_of(leaf.content, address), shift = address % 4 * 8;
  uint32_t value = held >> shift;
  if (opcode == LB)
    value = seb(value);
  else if (opcode == LBU)
    value &= 0xff;
  else if (opcode == LH)
    value = seh(value);
  else if (opcode == LHU)
    value &= 0xffff;
  else if (opcode == LWL)
    value = lwl(held, shift, s->r[rt]);
  else if (opcode == LWR)
    value = lwr(held, shift, s->r[rt]);
  state_write(s, rt, value);
  state_advance(s);
  return true;
}

static bool store(struct trial *t, uint32_t word) {
  struct state *s = &t->state;
  const uint32_t opcode = opcode_of(word), value = s->r[rt_of(word)];
  const uint32_t address = s->r[rs_of(word)] + signed_of(word);
  if (opcode > SW && opcode < SWR)
    return fault(t);
  if (address % alignment_of(opcode) || address < WRITABLE_BASE || address >= MODEL_BASE)
    return fault(t);
  struct leaf leaf __attribute__((aligned(4)));
  if (!prove_leaf(t, address, &leaf))
    return false;
  uint32_t *held = word_of(leaf.content, address);
  const uint32_t shift = address % 4 * 8;
  if (opcode == SW)
    *held = value;
  else if (opcode == SH)
    *held = merge(*held, 0xffff, shift, value);
  else if (opcode == SB)
    *held = merge(*held, 0xff, shift, value);
  else if (opcode == SWL)
    *held = swl(*held, shift, value);
  else
    *held = swr(*held, shift, value);
  if (!leaf_root(&t->reader, &leaf, address / HASH_BYTES, leaf.content, s->memory_root))
    return false;
  join_nodes(s->memory_root, t->model_root, s->memory_root);
  state_advance(s);
  return true;
}

/* ------------------------------------------------------------------------------------
 * The system. Both calls reboot: registers and stack are wiped, by halt the arena too.
 * ---------------------------------------------------------------------------------- */

enum region { INPUT, OUTPUT, STACK, ARENA, REGION_COUNT };

static void memory_root(const struct trial *t, uint8_t regions[][HASH_BYTES],
                        uint8_t *root) {
  uint8_t right[HASH_BYTES];
  join_nodes(t->program_root, regions[INPUT], root);
  join_nodes(regions[OUTPUT], regions[STACK], right);
  join_nodes(root, right, root);
  join_nodes(root, regions[ARENA], root);
  join_nodes(root, t->model_root, root);
}

static bool call_system(struct trial *t) {
  const uint32_t number = t->state.r[V0];
  if (number != SYSCALL_YIELD && number != SYSCALL_HALT)
    return fault(t);
  const uint8_t *told = read_bytes(&t->reader, REGION_COUNT * HASH_BYTES);
  if (!told)
    return false;
  uint8_t regions[REGION_COUNT][HASH_BYTES], actual[HASH_BYTES];
  __builtin_memcpy(regions, told, sizeof regions);
  memory_root(t, regions, actual);
  if (!is_same_hash(actual, t->state.memory_root))
    return refuse(&t->reader, WRONG_REGION_ROOTS, t->state.memory_root, actual);
  t->status = YIELDED;
  zero_root(SMALL_REGION_DEPTH, regions[STACK]);
  if (number == SYSCALL_HALT) {
    t->status = HALTED;
    zero_root(ARENA_DEPTH, regions[ARENA]);
  }
  memory_root(t, regions, t->state.memory_root);
  state_reboot(&t->state);
  return true;
}

static bool execute(struct trial *t) {
  if (t->state.pc % 4 || t->state.pc >= PROGRAM_END)
    return fault(t);
  uint32_t word;
  if (!fetch(t, &word))
    return false;
  const uint32_t opcode = opcode_of(word);
  if (opcode >= LB && opcode <= LWR)
    return load(t, word);
  if (opcode >= SB && opcode <= SWR)
    return store(t, word);
  if (opcode == SPECIAL && funct_of(word) == SYSCALL)
    return call_system(t);
  return execute_registers(&t->state, word) || fault(t);
}

bool step(const uint8_t *pre_root, const uint8_t *program_root, const uint8_t *model_root,
          const uint8_t *witness, uint32_t bytes, uint8_t *post_root,
          struct refusal *refusal) {
  struct trial t = {
      .reader = {witness, bytes, 0, refusal},
      .program_root = program_root,
      .model_root = model_root,
      .status = pre_root[0],
  };
  *refusal = (struct refusal){.kind = ACCEPTED};
  if (pre_root[0] > FAULTED)
    return refuse_number(&t.reader, WRONG_STATUS, FAULTED, pre_root[0]);
  const bool running = t.status == RUNNING;
  if (running && !(unpack(&t, pre_root) && execute(&t)))
    return false;
  if (bytes != t.reader.cursor)
    return refuse_number(&t.reader, WRONG_WITNESS_LENGTH, t.reader.cursor, bytes);
  if (!running || t.status == FAULTED) {
    __builtin_memcpy(post_root, pre_root, HASH_BYTES);
    post_root[0] = (uint8_t)t.status;
  } else {
    state_root(&t.state, t.status, post_root);
  }
  return true;
}
