// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Mark} from "../interfaces/IModelSwarm.sol";
import {Ring} from "./Ring.sol";

/// @title From the outputs of a ranking model to a ranking.
library Marks {
    uint256 private constant SIGN = 2 ** 31;
    uint256 private constant INFINITY = 0x7f800000;

    /// @notice A number whose order is the order of the marks.
    function key(Mark mark, uint256 at, bytes calldata output) internal pure returns (uint256) {
        uint256 word;
        for (uint256 i = 0; i < 4; i++) {
            uint256 one = at + i < output.length ? uint8(output[at + i]) : 0;
            word |= one << (8 * (mark == Mark.Text ? 3 - i : i));
        }
        if (mark == Mark.Text) return word;
        if (word & (SIGN - 1) > INFINITY) return 0; // NaN
        return word & SIGN == 0 ? word | SIGN : SIGN - (word & (SIGN - 1));
    }

    /// @notice The places of the agents behind a ranker; of equal marks the nearer one's is higher.
    function ranking(Mark mark, uint256 at, bytes[] calldata outputs) internal pure returns (uint64 found) {
        uint256 m = outputs.length;
        uint256[] memory keys = new uint256[](m);
        for (uint256 i = 0; i < m; i++) {
            keys[i] = key(mark, at, outputs[i]);
        }
        for (uint256 i = 0; i < m; i++) {
            uint256 place;
            for (uint256 j = 0; j < m; j++) {
                if (keys[j] < keys[i] || (keys[j] == keys[i] && j > i)) place++;
            }
            found |= uint64(place << (Ring.PLACE_BITS * i));
        }
    }
}
