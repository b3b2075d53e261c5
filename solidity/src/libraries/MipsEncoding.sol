// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @dev Bits 31..26: every instruction that has a primary opcode of its own, and the four that share one.
library Opcode {
    uint256 internal constant SPECIAL = 0x00;
    uint256 internal constant REGIMM = 0x01;
    uint256 internal constant J = 0x02;
    uint256 internal constant JAL = 0x03;
    uint256 internal constant BEQ = 0x04;
    uint256 internal constant BNE = 0x05;
    uint256 internal constant BLEZ = 0x06;
    uint256 internal constant BGTZ = 0x07;
    uint256 internal constant ADDI = 0x08;
    uint256 internal constant ADDIU = 0x09;
    uint256 internal constant SLTI = 0x0a;
    uint256 internal constant SLTIU = 0x0b;
    uint256 internal constant ANDI = 0x0c;
    uint256 internal constant ORI = 0x0d;
    uint256 internal constant XORI = 0x0e;
    uint256 internal constant LUI = 0x0f;
    uint256 internal constant BEQL = 0x14;
    uint256 internal constant BNEL = 0x15;
    uint256 internal constant BLEZL = 0x16;
    uint256 internal constant BGTZL = 0x17;
    uint256 internal constant SPECIAL2 = 0x1c;
    uint256 internal constant SPECIAL3 = 0x1f;
    uint256 internal constant LB = 0x20;
    uint256 internal constant LH = 0x21;
    uint256 internal constant LWL = 0x22;
    uint256 internal constant LW = 0x23;
    uint256 internal constant LBU = 0x24;
    uint256 internal constant LHU = 0x25;
    uint256 internal constant LWR = 0x26;
    uint256 internal constant SB = 0x28;
    uint256 internal constant SH = 0x29;
    uint256 internal constant SWL = 0x2a;
    uint256 internal constant SW = 0x2b;
    uint256 internal constant SWR = 0x2e;
    uint256 internal constant PREF = 0x33;
}

/// @dev Bits 5..0 where the opcode is SPECIAL.
library Special {
    uint256 internal constant SLL = 0x00;
    uint256 internal constant SRL = 0x02; // and rotr, told apart by rs
    uint256 internal constant SRA = 0x03;
    uint256 internal constant SLLV = 0x04;
    uint256 internal constant SRLV = 0x06; // and rotrv, told apart by sa
    uint256 internal constant SRAV = 0x07;
    uint256 internal constant JR = 0x08;
    uint256 internal constant JALR = 0x09;
    uint256 internal constant MOVZ = 0x0a;
    uint256 internal constant MOVN = 0x0b;
    uint256 internal constant SYSCALL = 0x0c;
    uint256 internal constant BREAK = 0x0d;
    uint256 internal constant SYNC = 0x0f;
    uint256 internal constant MFHI = 0x10;
    uint256 internal constant MTHI = 0x11;
    uint256 internal constant MFLO = 0x12;
    uint256 internal constant MTLO = 0x13;
    uint256 internal constant MULT = 0x18;
    uint256 internal constant MULTU = 0x19;
    uint256 internal constant DIV = 0x1a;
    uint256 internal constant DIVU = 0x1b;
    uint256 internal constant ADD = 0x20;
    uint256 internal constant ADDU = 0x21;
    uint256 internal constant SUB = 0x22;
    uint256 internal constant SUBU = 0x23;
    uint256 internal constant AND = 0x24;
    uint256 internal constant OR = 0x25;
    uint256 internal constant XOR = 0x26;
    uint256 internal constant NOR = 0x27;
    uint256 internal constant SLT = 0x2a;
    uint256 internal constant SLTU = 0x2b;
    uint256 internal constant TGE = 0x30;
    uint256 internal constant TGEU = 0x31;
    uint256 internal constant TLT = 0x32;
    uint256 internal constant TLTU = 0x33;
    uint256 internal constant TEQ = 0x34;
    uint256 internal constant TNE = 0x36;
}

/// @dev Bits 20..16 where the opcode is REGIMM.
library Regimm {
    uint256 internal constant BLTZ = 0x00;
    uint256 internal constant BGEZ = 0x01;
    uint256 internal constant BLTZL = 0x02;
    uint256 internal constant BGEZL = 0x03;
    uint256 internal constant TGEI = 0x08;
    uint256 internal constant TGEIU = 0x09;
    uint256 internal constant TLTI = 0x0a;
    uint256 internal constant TLTIU = 0x0b;
    uint256 internal constant TEQI = 0x0c;
    uint256 internal constant TNEI = 0x0e;
    uint256 internal constant BLTZAL = 0x10;
    uint256 internal constant BGEZAL = 0x11;
    uint256 internal constant BLTZALL = 0x12;
    uint256 internal constant BGEZALL = 0x13;
    uint256 internal constant SYNCI = 0x1f;
}

/// @dev Bits 5..0 where the opcode is SPECIAL2.
library Special2 {
    uint256 internal constant MADD = 0x00;
    uint256 internal constant MADDU = 0x01;
    uint256 internal constant MUL = 0x02;
    uint256 internal constant MSUB = 0x04;
    uint256 internal constant MSUBU = 0x05;
    uint256 internal constant CLZ = 0x20;
    uint256 internal constant CLO = 0x21;
}

/// @dev Bits 5..0 where the opcode is SPECIAL3.
library Special3 {
    uint256 internal constant EXT = 0x00;
    uint256 internal constant INS = 0x04;
    uint256 internal constant BSHFL = 0x20;
}

/// @dev Bits 10..6 where the opcode is SPECIAL3 and the function BSHFL.
library Bshfl {
    uint256 internal constant WSBH = 0x02;
    uint256 internal constant SEB = 0x10;
    uint256 internal constant SEH = 0x18;
}

/// @title Fields of an instruction word, and its immediates as u32.
/// @notice Encodings are those of the MIPS32 manual, volume II-A, release 2; `mips_vm/isa/decode.py` is the twin.
library MipsEncoding {
    function opcode(uint256 word) internal pure returns (uint256) {
        return word >> 26;
    }

    function rs(uint256 word) internal pure returns (uint256) {
        return (word >> 21) & 31;
    }

    function rt(uint256 word) internal pure returns (uint256) {
        return (word >> 16) & 31;
    }

    function rd(uint256 word) internal pure returns (uint256) {
        return (word >> 11) & 31;
    }

    function sa(uint256 word) internal pure returns (uint256) {
        return (word >> 6) & 31;
    }

    function funct(uint256 word) internal pure returns (uint256) {
        return word & 63;
    }

    /// @notice The low half sign-extended.
    function signed(uint256 word) internal pure returns (uint256) {
        return uint32(int32(int16(uint16(word))));
    }

    /// @notice The low half.
    function unsigned(uint256 word) internal pure returns (uint256) {
        return uint16(word);
    }

    /// @notice The low half as the upper half.
    function upper(uint256 word) internal pure returns (uint256) {
        return uint256(uint16(word)) << 16;
    }

    /// @notice A branch's offset from the instruction after it.
    function branch(uint256 word) internal pure returns (uint256) {
        return uint32(signed(word) << 2);
    }

    /// @notice The low 28 bits of a jump's target.
    function target(uint256 word) internal pure returns (uint256) {
        return (word << 2) & 0x0fffffff;
    }
}
