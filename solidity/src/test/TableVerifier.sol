// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IMipsVerifier} from "../interfaces/IMipsVerifier.sol";
import {StateRoot} from "../libraries/StateRoot.sol";

/// @title A verifier that believes what it was told, so that a test of the game can make up a run of any length.
/// @dev Has `IMipsVerifier`'s function but for `pure`. A witness of the one valid form is `abi.encode(preRoot)`.
contract TableVerifier {
    mapping(bytes32 preRoot => bytes32) private posts;

    function learn(bytes32 preRoot, bytes32 postRoot) external {
        posts[preRoot] = postRoot;
    }

    function step(bytes32 preRoot, bytes32, bytes32, bytes calldata witness) external view returns (bytes32) {
        if (StateRoot.statusOf(preRoot) != StateRoot.RUNNING) {
            if (witness.length != 0) revert IMipsVerifier.WrongWitnessLength(0, witness.length);
            return preRoot;
        }
        if (witness.length != 32) revert IMipsVerifier.WrongWitnessLength(32, witness.length);
        if (bytes32(witness) != preRoot) revert IMipsVerifier.WrongPreState(preRoot, bytes32(witness));
        return posts[preRoot];
    }
}
