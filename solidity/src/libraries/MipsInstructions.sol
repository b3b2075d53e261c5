// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Bshfl, MipsEncoding, Opcode, Regimm, Special, Special2, Special3} from "./MipsEncoding.sol";
import {MipsOperations} from "./MipsOperations.sol";
import {MipsState, State} from "./MipsState.sol";

/// @title The instructions that touch registers only: all but loads, stores and system calls.
/// @notice Each function returns whether the instruction completed; where it did not, it faults, and the state is to
/// be thrown away. An encoding that no function knows faults. `mips_vm/step.py` is the twin.
library MipsInstructions {
    using MipsEncoding for uint256;
    using MipsState for State;

    uint256 private constant RA = 31; // takes a call's return address
    uint256 private constant ROTATE = 1; // in the field that tells rotr from srl, and rotrv from srlv
    uint256 private constant JUMP_REGION = 0xf0000000;

    function execute(State memory s, uint256 word) internal pure returns (bool ok) {
        uint256 opcode = word.opcode();
        if (opcode == Opcode.SPECIAL) return special(s, word);
        if (opcode == Opcode.REGIMM) return regimm(s, word);
        if (opcode <= Opcode.JAL) return jump(s, word);
        if (opcode <= Opcode.BGTZ) return branch(s, word, conditionOf(s, word, opcode));
        if (opcode <= Opcode.LUI) return immediate(s, word);
        if (opcode == Opcode.SPECIAL2) return special2(s, word);
        if (opcode == Opcode.SPECIAL3) return special3(s, word);
        if (opcode == Opcode.PREF) return nothing(s);
        if (opcode >= Opcode.BEQL && opcode <= Opcode.BGTZL) {
            return branchLikely(s, word, conditionOf(s, word, opcode - Opcode.BEQL + Opcode.BEQ));
        }
        return false;
    }

    // By encoding.

    function immediate(State memory s, uint256 word) private pure returns (bool ok) {
        uint256 opcode = word.opcode();
        uint256 left = s.register(word.rs());
        uint256 value;
        if (opcode == Opcode.ADDIU) value = MipsOperations.addu(left, word.signed());
        else if (opcode == Opcode.LUI) value = word.upper();
        else if (opcode == Opcode.ORI) value = left | word.unsigned();
        else if (opcode == Opcode.ANDI) value = left & word.unsigned();
        else if (opcode == Opcode.XORI) value = left ^ word.unsigned();
        else if (opcode == Opcode.SLTI) value = flag(MipsOperations.less(left, word.signed()));
        else if (opcode == Opcode.SLTIU) value = flag(left < word.signed());
        else {
            (ok, value) = MipsOperations.add(left, word.signed());
            if (!ok) return false;
        }
        return take(s, word.rt(), value);
    }

    function special(State memory s, uint256 word) private pure returns (bool ok) {
        uint256 funct = word.funct();
        uint256 left = s.register(word.rs());
        uint256 right = s.register(word.rt());
        uint256 value;
        if (funct >= Special.ADD && funct <= Special.SLTU) {
            (ok, value) = arithmetic(funct, left, right);
            return ok && take(s, word.rd(), value);
        }
        if (funct <= Special.SRAV) {
            (ok, value) = shift(word, left, right);
            return ok && take(s, word.rd(), value);
        }
        if (funct == Special.MOVZ) return right == 0 ? take(s, word.rd(), left) : nothing(s);
        if (funct == Special.MOVN) return right != 0 ? take(s, word.rd(), left) : nothing(s);
        if (funct == Special.JR) return jumpRegister(s, left);
        if (funct == Special.JALR) return jumpRegisterLink(s, word, left);
        if (funct == Special.MFHI) return take(s, word.rd(), s.hi);
        if (funct == Special.MFLO) return take(s, word.rd(), s.lo);
        if (funct == Special.MTHI) return takePair(s, (left << 32) | s.lo);
        if (funct == Special.MTLO) return takePair(s, (s.hi << 32) | left);
        if (funct == Special.MULT) return takePair(s, MipsOperations.mult(left, right));
        if (funct == Special.MULTU) return takePair(s, MipsOperations.multu(left, right));
        if (funct == Special.DIV) return takePair(s, MipsOperations.div(left, right));
        if (funct == Special.DIVU) return takePair(s, MipsOperations.divu(left, right));
        if (funct == Special.TGE) return trap(s, !MipsOperations.less(left, right));
        if (funct == Special.TGEU) return trap(s, left >= right);
        if (funct == Special.TLT) return trap(s, MipsOperations.less(left, right));
        if (funct == Special.TLTU) return trap(s, left < right);
        if (funct == Special.TEQ) return trap(s, left == right);
        if (funct == Special.TNE) return trap(s, left != right);
        if (funct == Special.SYNC) return nothing(s);
        return false; // and BREAK
    }

    function regimm(State memory s, uint256 word) private pure returns (bool ok) {
        uint256 kind = word.rt();
        uint256 left = s.register(word.rs());
        uint256 right = word.signed();
        bool negative = MipsOperations.less(left, 0);
        if (kind == Regimm.BLTZ) return branch(s, word, negative);
        if (kind == Regimm.BGEZ) return branch(s, word, !negative);
        if (kind == Regimm.BLTZL) return branchLikely(s, word, negative);
        if (kind == Regimm.BGEZL) return branchLikely(s, word, !negative);
        if (kind == Regimm.BLTZAL) return branchLink(s, word, negative);
        if (kind == Regimm.BGEZAL) return branchLink(s, word, !negative);
        if (kind == Regimm.BLTZALL) return branchLinkLikely(s, word, negative);
        if (kind == Regimm.BGEZALL) return branchLinkLikely(s, word, !negative);
        if (kind == Regimm.TGEI) return trap(s, !MipsOperations.less(left, right));
        if (kind == Regimm.TGEIU) return trap(s, left >= right);
        if (kind == Regimm.TLTI) return trap(s, MipsOperations.less(left, right));
        if (kind == Regimm.TLTIU) return trap(s, left < right);
        if (kind == Regimm.TEQI) return trap(s, left == right);
        if (kind == Regimm.TNEI) return trap(s, left != right);
        if (kind == Regimm.SYNCI) return nothing(s);
        return false;
    }

    function special2(State memory s, uint256 word) private pure returns (bool ok) {
        uint256 funct = word.funct();
        uint256 left = s.register(word.rs());
        uint256 right = s.register(word.rt());
        uint256 pair = (s.hi << 32) | s.lo;
        if (funct == Special2.MUL) return take(s, word.rd(), MipsOperations.mul(left, right));
        if (funct == Special2.MADD) return takePair(s, MipsOperations.madd(pair, left, right));
        if (funct == Special2.MADDU) return takePair(s, MipsOperations.maddu(pair, left, right));
        if (funct == Special2.MSUB) return takePair(s, MipsOperations.msub(pair, left, right));
        if (funct == Special2.MSUBU) return takePair(s, MipsOperations.msubu(pair, left, right));
        if (funct == Special2.CLZ) return take(s, word.rd(), MipsOperations.clz(left));
        if (funct == Special2.CLO) return take(s, word.rd(), MipsOperations.clo(left));
        return false;
    }

    function special3(State memory s, uint256 word) private pure returns (bool ok) {
        uint256 funct = word.funct();
        uint256 left = s.register(word.rs());
        uint256 right = s.register(word.rt());
        if (funct == Special3.EXT) return take(s, word.rt(), MipsOperations.ext(left, word.sa(), word.rd()));
        if (funct == Special3.INS) return take(s, word.rt(), MipsOperations.ins(left, right, word.sa(), word.rd()));
        if (funct != Special3.BSHFL) return false;
        if (word.sa() == Bshfl.WSBH) return take(s, word.rd(), MipsOperations.wsbh(right));
        if (word.sa() == Bshfl.SEB) return take(s, word.rd(), MipsOperations.seb(right));
        if (word.sa() == Bshfl.SEH) return take(s, word.rd(), MipsOperations.seh(right));
        return false;
    }

    function arithmetic(uint256 funct, uint256 left, uint256 right) private pure returns (bool ok, uint256 value) {
        if (funct == Special.ADDU) return (true, MipsOperations.addu(left, right));
        if (funct == Special.SUBU) return (true, MipsOperations.subu(left, right));
        if (funct == Special.AND) return (true, left & right);
        if (funct == Special.OR) return (true, left | right);
        if (funct == Special.XOR) return (true, left ^ right);
        if (funct == Special.NOR) return (true, MipsOperations.bitNor(left, right));
        if (funct == Special.SLT) return (true, flag(MipsOperations.less(left, right)));
        if (funct == Special.SLTU) return (true, flag(left < right));
        if (funct == Special.ADD) return MipsOperations.add(left, right);
        if (funct == Special.SUB) return MipsOperations.sub(left, right);
        return (false, 0);
    }

    function shift(uint256 word, uint256 left, uint256 right) private pure returns (bool ok, uint256 value) {
        uint256 funct = word.funct();
        if (funct == Special.SLL) return (true, MipsOperations.sll(right, word.sa()));
        if (funct == Special.SRA) return (true, MipsOperations.sra(right, word.sa()));
        if (funct == Special.SLLV) return (true, MipsOperations.sll(right, left));
        if (funct == Special.SRAV) return (true, MipsOperations.sra(right, left));
        if (funct == Special.SRL) {
            if (word.rs() == ROTATE) return (true, MipsOperations.rotr(right, word.sa()));
            return (word.rs() == 0, MipsOperations.srl(right, word.sa()));
        }
        if (funct == Special.SRLV) {
            if (word.sa() == ROTATE) return (true, MipsOperations.rotr(right, left));
            return (word.sa() == 0, MipsOperations.srl(right, left));
        }
        return (false, 0);
    }

    function flag(bool condition) private pure returns (uint256) {
        return condition ? 1 : 0;
    }

    // By what the instruction does with its result.

    function take(State memory s, uint256 register, uint256 value) private pure returns (bool ok) {
        s.write(register, value);
        s.advance();
        return true;
    }

    function takePair(State memory s, uint256 pair) private pure returns (bool ok) {
        s.hi = pair >> 32;
        s.lo = uint32(pair);
        s.advance();
        return true;
    }

    function nothing(State memory s) private pure returns (bool ok) {
        s.advance();
        return true;
    }

    function trap(State memory s, bool condition) private pure returns (bool ok) {
        return !condition && nothing(s);
    }

    // Branches and jumps. A target is relative to the branch's own pc, a condition is read before the link is
    // written, and the link is written whether or not the branch is taken.

    function conditionOf(State memory s, uint256 word, uint256 opcode) private pure returns (bool) {
        uint256 left = s.register(word.rs());
        uint256 right = s.register(word.rt());
        if (opcode == Opcode.BEQ) return left == right;
        if (opcode == Opcode.BNE) return left != right;
        bool positive = MipsOperations.less(0, left);
        return opcode == Opcode.BGTZ ? positive : !positive;
    }

    function branchTarget(State memory s, uint256 word) private pure returns (uint256) {
        return MipsOperations.addu(MipsOperations.addu(s.pc, 4), word.branch());
    }

    function branch(State memory s, uint256 word, bool taken) private pure returns (bool ok) {
        if (taken) s.jump(branchTarget(s, word));
        else s.advance();
        return true;
    }

    function branchLikely(State memory s, uint256 word, bool taken) private pure returns (bool ok) {
        if (taken) s.jump(branchTarget(s, word));
        else s.skipSlot();
        return true;
    }

    function branchLink(State memory s, uint256 word, bool taken) private pure returns (bool ok) {
        s.write(RA, s.returnAddress());
        return branch(s, word, taken);
    }

    function branchLinkLikely(State memory s, uint256 word, bool taken) private pure returns (bool ok) {
        s.write(RA, s.returnAddress());
        return branchLikely(s, word, taken);
    }

    function jump(State memory s, uint256 word) private pure returns (bool ok) {
        uint256 target = (MipsOperations.addu(s.pc, 4) & JUMP_REGION) | word.target();
        if (word.opcode() == Opcode.JAL) s.write(RA, s.returnAddress());
        s.jump(target);
        return true;
    }

    function jumpRegister(State memory s, uint256 target) private pure returns (bool ok) {
        s.jump(target);
        return true;
    }

    /// @param target Read before the link is written, since rd may be rs.
    function jumpRegisterLink(State memory s, uint256 word, uint256 target) private pure returns (bool ok) {
        s.write(word.rd(), s.returnAddress());
        s.jump(target);
        return true;
    }
}
