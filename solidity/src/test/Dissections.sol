// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Interval} from "../interfaces/IDisputeGame.sol";
import {Dissection} from "../libraries/Dissection.sol";
import {Position} from "../libraries/Position.sol";
import {Tariff} from "../libraries/Tariff.sol";

/// @title The game's libraries, callable one by one.
contract Dissections {
    function root(bytes32 first, bytes32[] calldata inner, bytes32 last, uint256 k, Interval calldata whole)
        external
        pure
        returns (bytes32)
    {
        return Dissection.root(first, inner, last, k, whole);
    }

    function rootPlain(bytes32 first, bytes32[] calldata inner, bytes32 last, uint256 k, Interval calldata whole)
        external
        pure
        returns (bytes32)
    {
        return Dissection.rootPlain(first, inner, last, k, whole);
    }

    function climbed(bytes32 leaf, uint256 index, bytes32[] calldata path) external pure returns (bytes32) {
        return Dissection.climbed(leaf, index, path);
    }

    function climbedPlain(bytes32 leaf, uint256 index, bytes32[] calldata path) external pure returns (bytes32) {
        return Dissection.climbedPlain(leaf, index, path);
    }

    function parts(uint256 k, uint256 length) external pure returns (uint256) {
        return Dissection.parts(k, length);
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

    function ofMemoryPlain(uint256 kind, Interval calldata interval, bytes32 a, bytes32 b)
        external
        pure
        returns (bytes32)
    {
        return Position.ofMemoryPlain(kind, interval, a, b);
    }

    function supplied(uint256 kind, Interval calldata interval, bytes32 a, bytes32 b) external pure returns (bytes32) {
        return Position.supplied(kind, interval, a, b);
    }

    function rounds(uint256 k, uint256 steps) external pure returns (uint256) {
        return Tariff.rounds(k, steps);
    }
}
