// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IMipsVerifier} from "./interfaces/IMipsVerifier.sol";
import {Leaf, LeafProof} from "./libraries/LeafProof.sol";
import {MemoryTree} from "./libraries/MemoryTree.sol";
import {MipsEncoding, Opcode, Special} from "./libraries/MipsEncoding.sol";
import {MipsInstructions} from "./libraries/MipsInstructions.sol";
import {MipsOperations} from "./libraries/MipsOperations.sol";
import {MipsState, State} from "./libraries/MipsState.sol";
import {StateRoot} from "./libraries/StateRoot.sol";

/// @title The judge: executes one instruction.
/// @notice `mips_vm/step.py` is the twin. Total: whatever the state and the instruction, one post-state; the only
/// reverts are refusals of a witness. So all arithmetic is unchecked, and a fault is a result, `ok == false`.
contract MipsVerifier is IMipsVerifier {
    using LeafProof for Leaf;
    using MipsEncoding for uint256;
    using MipsState for State;
    using StateRoot for bytes32;

    uint256 private constant PROGRAM_END = 0x10000000;
    uint256 private constant WRITABLE_BASE = 0x20000000;
    uint256 private constant WRITABLE_END = 0x80000000;
    uint256 private constant MODEL_BASE = 0x80000000;

    uint256 private constant SYSCALL_HALT = 4001;
    uint256 private constant SYSCALL_YIELD = 4162;

    uint256 private constant V0 = 2; // holds a system call's number

    uint256 private constant REGIONS_SIZE = 128; // input, output, stack and arena roots

    /// @dev Both halves of memory have this depth; the upper half is the model region.
    uint256 private constant HALF_DEPTH = MemoryTree.MODEL_DEPTH;

    /// @dev What a step carries besides the witness itself.
    struct Step {
        State state;
        bytes32 programRoot;
        bytes32 modelRoot;
        uint256 cursor; // bytes of the witness that were read
        uint256 status;
    }

    /// @inheritdoc IMipsVerifier
    function step(bytes32 preRoot, bytes32 programRoot, bytes32 modelRoot, bytes calldata witness)
        external
        pure
        returns (bytes32 postRoot)
    {
        uint256 status = preRoot.statusOf();
        if (status > StateRoot.FAULTED) revert WrongStatus(StateRoot.FAULTED, status);

        Step memory t;
        t.programRoot = programRoot;
        t.modelRoot = modelRoot;
        t.status = status;
        if (status == StateRoot.RUNNING) {
            _unpack(t, witness, preRoot);
            if (!_execute(t, witness)) t.status = StateRoot.FAULTED;
        }
        if (witness.length != t.cursor) revert WrongWitnessLength(t.cursor, witness.length);

        if (t.status == StateRoot.RUNNING) return t.state.root();
        if (t.cursor == 0 || t.status == StateRoot.FAULTED) return preRoot.withStatus(t.status);
        return StateRoot.rebooted(t.state.memoryRoot, t.status);
    }

    function _unpack(Step memory t, bytes calldata witness, bytes32 preRoot) private pure {
        t.cursor = StateRoot.PACKED_SIZE;
        LeafProof.requireLength(witness, t.cursor);
        t.state = MipsState.unpack(witness);
        bytes32 actual = t.state.root();
        if (actual != preRoot) revert WrongPreState(preRoot, actual);
        // INVARIANT: r0 is zero; a read of it is a plain read.
        uint256 r0 = t.state.register(0);
        if (r0 != 0) revert NonZeroR0(r0);
    }

    function _execute(Step memory t, bytes calldata witness) private pure returns (bool ok) {
        State memory s = t.state;
        if (s.pc & 3 != 0 || s.pc >= PROGRAM_END) return false;
        uint256 word = _fetch(t, witness);
        uint256 opcode = word.opcode();

        if (opcode >= Opcode.LB && opcode <= Opcode.LWR) return _load(t, witness, word);
        if (opcode >= Opcode.SB && opcode <= Opcode.SWR) return _store(t, witness, word);
        if (opcode == Opcode.SPECIAL && word.funct() == Special.SYSCALL) return _syscall(t, witness);
        return MipsInstructions.execute(s, word);
    }

    // Memory. Sub-word accesses work on the aligned word that holds the address.

    function _fetch(Step memory t, bytes calldata witness) private pure returns (uint256 word) {
        Leaf memory leaf;
        (leaf, t.cursor) = LeafProof.read(witness, t.cursor, MemoryTree.SMALL_REGION_DEPTH);
        bytes32 actual = leaf.root(witness, t.state.pc >> 5, leaf.content);
        if (actual != t.programRoot) revert WrongLeafProof(t.programRoot, actual);
        return MipsOperations.wordAt(leaf.content, t.state.pc);
    }

    /// @dev The leaf that holds `address_`, proved to be part of memory.
    function _leaf(Step memory t, bytes calldata witness, uint256 address_) private pure returns (Leaf memory leaf) {
        (leaf, t.cursor) = LeafProof.read(witness, t.cursor, HALF_DEPTH);
        bytes32 actual = leaf.root(witness, address_ >> 5, leaf.content);
        bytes32 expected = t.modelRoot;
        if (address_ < MODEL_BASE) {
            actual = MemoryTree.parent(actual, t.modelRoot);
            expected = t.state.memoryRoot;
        }
        if (actual != expected) revert WrongLeafProof(expected, actual);
    }

    function _load(Step memory t, bytes calldata witness, uint256 word) private pure returns (bool ok) {
        State memory s = t.state;
        uint256 opcode = word.opcode();
        uint256 address_ = MipsOperations.addu(s.register(word.rs()), word.signed());
        if (address_ & _alignmentMask(opcode) != 0) return false;

        uint256 memoryWord = MipsOperations.wordAt(_leaf(t, witness, address_).content, address_);
        uint256 shift = (address_ & 3) << 3;
        uint256 value;
        if (opcode == Opcode.LW) value = memoryWord;
        else if (opcode == Opcode.LBU) value = uint8(memoryWord >> shift);
        else if (opcode == Opcode.LB) value = MipsOperations.seb(memoryWord >> shift);
        else if (opcode == Opcode.LHU) value = uint16(memoryWord >> shift);
        else if (opcode == Opcode.LH) value = MipsOperations.seh(memoryWord >> shift);
        else if (opcode == Opcode.LWL) value = MipsOperations.lwl(memoryWord, shift, s.register(word.rt()));
        else value = MipsOperations.lwr(memoryWord, shift, s.register(word.rt()));
        s.write(word.rt(), value);
        s.advance();
        return true;
    }

    function _store(Step memory t, bytes calldata witness, uint256 word) private pure returns (bool ok) {
        State memory s = t.state;
        uint256 opcode = word.opcode();
        if (opcode > Opcode.SW && opcode < Opcode.SWR) return false;
        uint256 address_ = MipsOperations.addu(s.register(word.rs()), word.signed());
        if (address_ & _alignmentMask(opcode) != 0) return false;
        if (address_ < WRITABLE_BASE || address_ >= WRITABLE_END) return false;

        Leaf memory leaf = _leaf(t, witness, address_);
        uint256 memoryWord = MipsOperations.wordAt(leaf.content, address_);
        uint256 value = s.register(word.rt());
        uint256 shift = (address_ & 3) << 3;
        if (opcode == Opcode.SW) memoryWord = value;
        else if (opcode == Opcode.SB) memoryWord = MipsOperations.sb(memoryWord, shift, value);
        else if (opcode == Opcode.SH) memoryWord = MipsOperations.sh(memoryWord, shift, value);
        else if (opcode == Opcode.SWL) memoryWord = MipsOperations.swl(memoryWord, shift, value);
        else memoryWord = MipsOperations.swr(memoryWord, shift, value);

        bytes32 content = MipsOperations.withWordAt(leaf.content, address_, memoryWord);
        s.memoryRoot = MemoryTree.parent(leaf.root(witness, address_ >> 5, content), t.modelRoot);
        s.advance();
        return true;
    }

    function _alignmentMask(uint256 opcode) private pure returns (uint256) {
        if (opcode == Opcode.LW || opcode == Opcode.SW) return 3;
        if (opcode == Opcode.LH || opcode == Opcode.LHU || opcode == Opcode.SH) return 1;
        return 0;
    }

    // The system.

    /// @dev Both calls reboot: registers and stack are wiped, by halt the arena too.
    function _syscall(Step memory t, bytes calldata witness) private pure returns (bool ok) {
        uint256 number = t.state.register(V0);
        if (number != SYSCALL_YIELD && number != SYSCALL_HALT) return false;

        (bytes32 input, bytes32 output, bytes32 stack, bytes32 arena) = _regions(t, witness);
        bytes32 actual = MemoryTree.memoryRoot(t.programRoot, input, output, stack, arena, t.modelRoot);
        if (actual != t.state.memoryRoot) revert WrongRegionRoots(t.state.memoryRoot, actual);

        t.status = StateRoot.YIELDED;
        if (number == SYSCALL_HALT) {
            t.status = StateRoot.HALTED;
            arena = MemoryTree.ZERO_ARENA;
        }
        t.state.memoryRoot = MemoryTree.memoryRoot(
            t.programRoot, input, output, MemoryTree.ZERO_SMALL_REGION, arena, t.modelRoot
        );
        return true;
    }

    function _regions(Step memory t, bytes calldata witness)
        private
        pure
        returns (bytes32 input, bytes32 output, bytes32 stack, bytes32 arena)
    {
        uint256 start = t.cursor;
        t.cursor = start + REGIONS_SIZE;
        LeafProof.requireLength(witness, t.cursor);
        return abi.decode(witness[start:t.cursor], (bytes32, bytes32, bytes32, bytes32));
    }
}
