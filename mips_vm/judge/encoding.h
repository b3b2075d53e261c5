/* Fields of an instruction word. Encodings are those of the MIPS32 manual, volume II-A,
 * release 2; a test compares the numbers with the table in instructions.py. */

#ifndef ENCODING_H
#define ENCODING_H

#include <stdint.h>

/* Bits 31 to 26. */
enum opcode {
  SPECIAL = 0x00,
  REGIMM = 0x01,
  J = 0x02,
  JAL = 0x03,
  BEQ = 0x04,
  BNE = 0x05,
  BLEZ = 0x06,
  BGTZ = 0x07,
  ADDI = 0x08,
  ADDIU = 0x09,
  SLTI = 0x0a,
  SLTIU = 0x0b,
  ANDI = 0x0c,
  ORI = 0x0d,
  XORI = 0x0e,
  LUI = 0x0f,
  BEQL = 0x14,
  BNEL = 0x15,
  BLEZL = 0x16,
  BGTZL = 0x17,
  SPECIAL2 = 0x1c,
  SPECIAL3 = 0x1f,
  LB = 0x20,
  LH = 0x21,
  LWL = 0x22,
  LW = 0x23,
  LBU = 0x24,
  LHU = 0x25,
  LWR = 0x26,
  SB = 0x28,
  SH = 0x29,
  SWL = 0x2a,
  SW = 0x2b,
  SWR = 0x2e,
  PREF = 0x33,
};

/* Bits 5 to 0 where the opcode is SPECIAL. */
enum special {
  SLL = 0x00,
  SRL = 0x02, /* and rotr, told apart by rs */
  SRA = 0x03,
  SLLV = 0x04,
  SRLV = 0x06, /* and rotrv, told apart by sa */
  SRAV = 0x07,
  JR = 0x08,
  JALR = 0x09,
  MOVZ = 0x0a,
  MOVN = 0x0b,
  SYSCALL = 0x0c,
  SYNC = 0x0f,
  MFHI = 0x10,
  MTHI = 0x11,
  MFLO = 0x12,
  MTLO = 0x13,
  MULT = 0x18,
  MULTU = 0x19,
  DIV = 0x1a,
  DIVU = 0x1b,
  ADD = 0x20,
  ADDU = 0x21,
  SUB = 0x22,
  SUBU = 0x23,
  AND = 0x24,
  OR = 0x25,
  XOR = 0x26,
  NOR = 0x27,
  SLT = 0x2a,
  SLTU = 0x2b,
  TGE = 0x30,
  TGEU = 0x31,
  TLT = 0x32,
  TLTU = 0x33,
  TEQ = 0x34,
  TNE = 0x36,
};

/* Bits 20 to 16 where the opcode is REGIMM. */
enum regimm {
  BLTZ = 0x00,
  BGEZ = 0x01,
  BLTZL = 0x02,
  BGEZL = 0x03,
  TGEI = 0x08,
  TGEIU = 0x09,
  TLTI = 0x0a,
  TLTIU = 0x0b,
  TEQI = 0x0c,
  TNEI = 0x0e,
  BLTZAL = 0x10,
  BGEZAL = 0x11,
  BLTZALL = 0x12,
  BGEZALL = 0x13,
  SYNCI = 0x1f,
};

/* Bits 5 to 0 where the opcode is SPECIAL2. */
enum special2 {
  MADD = 0x00,
  MADDU = 0x01,
  MUL = 0x02,
  MSUB = 0x04,
  MSUBU = 0x05,
  CLZ = 0x20,
  CLO = 0x21,
};

/* Bits 5 to 0 where the opcode is SPECIAL3. */
enum special3 {
  EXT = 0x00,
  INS = 0x04,
  BSHFL = 0x20, /* told apart by sa */
};

enum bshfl { WSBH = 0x02, SEB = 0x10, SEH = 0x18 };

static inline uint32_t opcode_of(uint32_t word) { return word >> 26; }
static inline uint32_t rs_of(uint32_t word) { return word >> 21 & 31; }
static inline uint32_t rt_of(uint32_t word) { return word >> 16 & 31; }
static inline uint32_t rd_of(uint32_t word) { return word >> 11 & 31; }
static inline uint32_t sa_of(uint32_t word) { return word >> 6 & 31; }
static inline uint32_t funct_of(uint32_t word) { return word & 63; }

/* The low half: as it is, with its sign, as a branch's offset. */
static inline uint32_t unsigned_of(uint32_t word) { return word & 0xffff; }
static inline uint32_t signed_of(uint32_t word) {
  return (uint32_t)(int32_t)(int16_t)(uint16_t)word;
}
static inline uint32_t branch_of(uint32_t word) { return signed_of(word) << 2; }

/* The low 28 bits of a jump's target. */
static inline uint32_t target_of(uint32_t word) { return word << 2 & 0x0fffffff; }

#endif
