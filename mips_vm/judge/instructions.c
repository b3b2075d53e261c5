#include "instructions.h"
#include "encoding.h"
#include "operations.h"

#define RA 31
#define ROTATE 1u
#define JUMP_REGION 0xf0000000u

/* ------------------------------------------------------------------------------------
 * By what an instruction does with its result
 * ---------------------------------------------------------------------------------- */

static bool take(struct state *s, uint32_t number, uint32_t value) {
  state_write(s, number, value);
  state_advance(s);
  return true;
}

static bool take_pair(struct state *s, uint64_t pair) {
  s->hi = (uint32_t)(pair >> 32);
  s->lo = (uint32_t)pair;
  state_advance(s);
  return true;
}

static bool nothing(struct state *s) {
  state_advance(s);
  return true;
}

static bool trap(struct state *s, bool condition) { return !condition && nothing(s); }

/* ------------------------------------------------------------------------------------
 * Branches and jumps. A target is relative to the branch's own pc, a condition is read
 * before the link is written, and the link is written whether or not it is taken.
 * ---------------------------------------------------------------------------------- */

static bool branch(struct state *s, uint32_t word, bool taken) {
  if (taken)
    state_jump(s, s->pc + 4 + branch_of(word));
  else
    state_advance(s);
  return true;
}

static bool branch_likely(struct state *s, uint32_t word, bool taken) {
  if (taken)
    state_jump(s, s->pc + 4 + branch_of(word));
  else
    state_skip_slot(s);
  return true;
}

static bool linked(struct state *s, uint32_t word, bool taken, bool likely) {
  state_write(s, RA, s->pc + 8);
  return likely ? branch_likely(s, word, taken) : branch(s, word, taken);
}

static bool condition_of(const struct state *s, uint32_t word, uint32_t opcode) {
  const uint32_t left = s->r[rs_of(word)], right = s->r[rt_of(word)];
  switch (opcode) {
  case BEQ:
    return left == right;
  case BNE:
    return left != right;
  case BGTZ:
    return less(0, left);
  default: /* blez */
    return !less(0, left);
  }
}

static bool jump(struct state *s, uint32_t word) {
  const uint32_t target = ((s->pc + 4) & JUMP_REGION) | target_of(word);
  if (opcode_of(word) == JAL)
    state_write(s, RA, s->pc + 8);
  state_jump(s, target);
  return true;
}

/* rd may be rs, so the target is read first. */
static bool jump_register_link(struct state *s, uint32_t word) {
  const uint32_t target = s->r[rs_of(word)];
  state_write(s, rd_of(word), s->pc + 8);
  state_jump(s, target);
  return true;
}

/* ------------------------------------------------------------------------------------
 * By encoding
 * ---------------------------------------------------------------------------------- */

static bool immediate(struct state *s, uint32_t word) {
  const uint32_t left = s->r[rs_of(word)];
  uint32_t value;
  switch (opcode_of(word)) {
  case ADDI:
    return add(left, signed_of(word), &value) && take(s, rt_of(word), value);
  case ADDIU:
    return take(s, rt_of(word), left + signed_of(word));
  case SLTI:
    return take(s, rt_of(word), less(left, signed_of(word)));
  case SLTIU:
    return take(s, rt_of(word), left < signed_of(word));
  case ANDI:
    return take(s, rt_of(word), left & unsigned_of(word));
  case ORI:
    return take(s, rt_of(word), left | unsigned_of(word));
  case XORI:
    return take(s, rt_of(word), left ^ unsigned_of(word));
  default: /* lui */
    return take(s, rt_of(word), unsigned_of(word) << 16);
  }
}

static bool shift(struct state *s, uint32_t word) {
  const uint32_t by = s->r[rs_of(word)], value = s->r[rt_of(word)], rd = rd_of(word);
  const uint32_t sa = sa_of(word);
  switch (funct_of(word)) {
  case SLL:
    return take(s, rd, sll(value, sa));
  case SRL:
    if (rs_of(word) == ROTATE)
      return take(s, rd, rotr(value, sa));
    return !rs_of(word) && take(s, rd, srl(value, sa));
  case SRA:
    return take(s, rd, sra(value, sa));
  case SLLV:
    return take(s, rd, sll(value, by));
  case SRLV:
    if (sa == ROTATE)
      return take(s, rd, rotr(value, by));
    return !sa && take(s, rd, srl(value, by));
  case SRAV:
    return take(s, rd, sra(value, by));
  default:
    return false;
  }
}

static bool arithmetic(struct state *s, uint32_t word) {
  const uint32_t left = s->r[rs_of(word)], right = s->r[rt_of(word)], rd = rd_of(word);
  uint32_t value;
  switch (funct_of(word)) {
  case ADD:
    return add(left, right, &value) && take(s, rd, value);
  case ADDU:
    return take(s, rd, left + right);
  case SUB:
    return sub(left, right, &value) && take(s, rd, value);
  case SUBU:
    return take(s, rd, left - right);
  case AND:
    return take(s, rd, left & right);
  case OR:
    return take(s, rd, left | right);
  case XOR:
    return take(s, rd, left ^ right);
  case NOR:
    return take(s, rd, ~(left | right));
  case SLT:
    return take(s, rd, less(left, right));
  case SLTU:
    return take(s, rd, left < right);
  default:
    return false;
  }
}

static bool special(struct state *s, uint32_t word) {
  const uint32_t left = s->r[rs_of(word)], right = s->r[rt_of(word)], rd = rd_of(word);
  const uint32_t funct = funct_of(word);
  if (funct <= SRAV)
    return shift(s, word);
  if (funct >= ADD && funct <= SLTU)
    return arithmetic(s, word);
  switch (funct) {
  case JR:
    state_jump(s, left);
    return true;
  case JALR:
    return jump_register_link(s, word);
  case MOVZ:
    return right ? nothing(s) : take(s, rd, left);
  case MOVN:
    return right ? take(s, rd, left) : nothing(s);
  case SYNC:
    return nothing(s);
  case MFHI:
    return take(s, rd, s->hi);
  case MTHI:
    return take_pair(s, (uint64_t)left << 32 | s->lo);
  case MFLO:
    return take(s, rd, s->lo);
  case MTLO:
    return take_pair(s, (uint64_t)s->hi << 32 | left);
  case MULT:
    return take_pair(s, mult(left, right));
  case MULTU:
    return take_pair(s, multu(left, right));
  case DIV:
    return take_pair(s, div(left, right));
  case DIVU:
    return take_pair(s, divu(left, right));
  case TGE:
    return trap(s, !less(left, right));
  case TGEU:
    return trap(s, left >= right);
  case TLT:
    return trap(s, less(left, right));
  case TLTU:
    return trap(s, left < right);
  case TEQ:
    return trap(s, left == right);
  case TNE:
    return trap(s, left != right);
  default: /* break, too */
    return false;
  }
}

static bool regimm(struct state *s, uint32_t word) {
  const uint32_t left = s->r[rs_of(word)], right = signed_of(word);
  const bool negative = less(left, 0);
  switch (rt_of(word)) {
  case BLTZ:
    return branch(s, word, negative);
  case BGEZ:
    return branch(s, word, !negative);
  case BLTZL:
    return branch_likely(s, word, negative);
  case BGEZL:
    return branch_likely(s, word, !negative);
  case BLTZAL:
    return linked(s, word, negative, false);
  case BGEZAL:
    return linked(s, word, !negative, false);
  case BLTZALL:
    return linked(s, word, negative, true);
  case BGEZALL:
    return linked(s, word, !negative, true);
  case TGEI:
    return trap(s, !less(left, right));
  case TGEIU:
    return trap(s, left >= right);
  case TLTI:
    return trap(s, less(left, right));
  case TLTIU:
    return trap(s, left < right);
  case TEQI:
    return trap(s, left == right);
  case TNEI:
    return trap(s, left != right);
  case SYNCI:
    return nothing(s);
  default:
    return false;
  }
}

static bool special2(struct state *s, uint32_t word) {
  const uint32_t left = s->r[rs_of(word)], right = s->r[rt_of(word)];
  const uint64_t pair = (uint64_t)s->hi << 32 | s->lo;
  switch (funct_of(word)) {
  case MADD:
    return take_pair(s, pair + mult(left, right));
  case MADDU:
    return take_pair(s, pair + multu(left, right));
  case MUL:
    return take(s, rd_of(word), left * right);
  case MSUB:
    return take_pair(s, pair - mult(left, right));
  case MSUBU:
    return take_pair(s, pair - multu(left, right));
  case CLZ:
    return take(s, rd_of(word), clz(left));
  case CLO:
    return take(s, rd_of(word), clz(~left));
  default:
    return false;
  }
}

static bool special3(struct state *s, uint32_t word) {
  const uint32_t left = s->r[rs_of(word)], right = s->r[rt_of(word)];
  switch (funct_of(word)) {
  case EXT:
    return take(s, rt_of(word), ext(left, sa_of(word), rd_of(word)));
  case INS:
    return take(s, rt_of(word), ins(left, right, sa_of(word), rd_of(word)));
  case BSHFL:
    break;
  default:
    return false;
  }
  switch (sa_of(word)) {
  case WSBH:
    return take(s, rd_of(word), wsbh(right));
  case SEB:
    return take(s, rd_of(word), seb(right));
  case SEH:
    return take(s, rd_of(word), seh(right));
  default:
    return false;
  }
}

bool execute_registers(struct state *s, uint32_t word) {
  const uint32_t opcode = opcode_of(word);
  if (opcode >= BEQ && opcode <= BGTZ)
    return branch(s, word, condition_of(s, word, opcode));
  if (opcode >= BEQL && opcode <= BGTZL)
    return branch_likely(s, word, condition_of(s, word, opcode - BEQL + BEQ));
  if (opcode >= ADDI && opcode <= LUI)
    return immediate(s, word);
  switch (opcode) {
  case SPECIAL:
    return special(s, word);
  case REGIMM:
    return regimm(s, word);
  case J:
  case JAL:
    return jump(s, word);
  case SPECIAL2:
    return special2(s, word);
  case SPECIAL3:
    return special3(s, word);
  case PREF:
    return nothing(s);
  default:
    return false;
  }
}
