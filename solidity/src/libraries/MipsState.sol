// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {StateRoot} from "./StateRoot.sol";

/// @notice The unpacked state. Numbers are below 2^32; eight registers share a word, r[0] in the highest bits of the
/// first, so that packing is plain concatenation.
struct State {
    bytes32 memoryRoot;
    uint256 pc;
    uint256 nextPc;
    uint256 lo;
    uint256 hi;
    uint256[4] registers;
}

/// @title The processor's state: packed bytes, registers, program counters.
/// @notice The byte table is in docs/state-encoding.md; `mips_vm/state.py` is the twin.
library MipsState {
    uint256 internal constant WORD_MASK = 0xffffffff;

    /// @param packed At least StateRoot.PACKED_SIZE bytes.
    function unpack(bytes calldata packed) internal pure returns (State memory s) {
        s.memoryRoot = bytes32(packed[0:32]);
        s.pc = uint32(bytes4(packed[32:36]));
        s.nextPc = uint32(bytes4(packed[36:40]));
        s.lo = uint32(bytes4(packed[40:44]));
        s.hi = uint32(bytes4(packed[44:48]));
        s.registers[0] = uint256(bytes32(packed[48:80]));
        s.registers[1] = uint256(bytes32(packed[80:112]));
        s.registers[2] = uint256(bytes32(packed[112:144]));
        s.registers[3] = uint256(bytes32(packed[144:176]));
    }

    /// @notice The root of this state, running.
    function root(State memory s) internal pure returns (bytes32) {
        bytes memory packed = abi.encodePacked(
            s.memoryRoot,
            uint32(s.pc),
            uint32(s.nextPc),
            uint32(s.lo),
            uint32(s.hi),
            s.registers[0],
            s.registers[1],
            s.registers[2],
            s.registers[3]
        );
        return StateRoot.withStatus(keccak256(packed), StateRoot.RUNNING);
    }

    /// @param index Below 32.
    function register(State memory s, uint256 index) internal pure returns (uint256) {
        unchecked {
            return (s.registers[index >> 3] >> (224 - 32 * (index & 7))) & WORD_MASK;
        }
    }

    /// @notice Writes a register; r0 stays zero.
    function write(State memory s, uint256 index, uint256 value) internal pure {
        unchecked {
            if (index == 0) return;
            uint256 shift = 224 - 32 * (index & 7);
            s.registers[index >> 3] = (s.registers[index >> 3] & ~(WORD_MASK << shift)) | (value << shift);
        }
    }

    function advance(State memory s) internal pure {
        unchecked {
            jump(s, (s.nextPc + 4) & WORD_MASK);
        }
    }

    function jump(State memory s, uint256 target) internal pure {
        s.pc = s.nextPc;
        s.nextPc = target;
    }

    function skipSlot(State memory s) internal pure {
        unchecked {
            s.pc = (s.nextPc + 4) & WORD_MASK;
            s.nextPc = (s.nextPc + 8) & WORD_MASK;
        }
    }

    function returnAddress(State memory s) internal pure returns (uint256) {
        unchecked {
            return (s.pc + 8) & WORD_MASK;
        }
    }
}
