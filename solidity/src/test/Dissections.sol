// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Interval} from "../interfaces/IDisputeGame.sol";
import {Dissection} from "../libraries/Dissection.sol";
import {Position} from "../libraries/Position.sol";
import {Tariff} from "../libraries/Tariff.sol";

/// @title The game's libraries, callable one by one.
contract Dissections {
    function root(bytes32 first, bytes32[] calldata inner, bytes32 last) external pure returns (bytes32) {
        return Dissection.root(first, inner, last);
    }

    function rootPlain(bytes32 first, bytes32[] calldata inner, bytes32 last) external pure returns (bytes32) {
        return Dissection.rootPlain(first, inner, last);
    }

    function part(Interval calldata whole, uint256 count, uint256 index) external pure returns (Interval memory) {
        return Dissection.part(whole, count, index);
    }

    function dissected(Interval calldata interval, bytes32 dissectionRoot) external pure returns (bytes32) {
        return Position.dissected(interval, dissectionRoot);
    }

    function disputed(Interval calldata interval, bytes32 startRoot, bytes32 endRoot) external pure returns (bytes32) {
        return Position.disputed(interval, startRoot, endRoot);
    }

    function rounds(uint256 k, uint256 steps) external pure returns (uint256) {
        return Tariff.rounds(k, steps);
    }
}
