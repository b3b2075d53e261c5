// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {INetRelay} from "../interfaces/INetRelay.sol";
import {Net} from "../libraries/Infer.sol";

/// @title The relay of a net's parts.
contract NetRelay is INetRelay {
    /// @dev Two slots.
    struct Progress {
        bytes32 state;
        uint256 done;
    }

    /// @inheritdoc INetRelay
    bytes32 public immutable modelRoot;

    Net[] private parts;
    mapping(bytes32 job => Progress) private jobs;

    constructor(Net[] memory parts_, bytes32 modelRoot_) {
        if (parts_.length == 0) revert NoParts();
        for (uint256 i = 0; i < parts_.length; i++) {
            if (parts_[i].at.codehash != parts_[i].codeHash) revert NotThere(parts_[i].at);
            parts.push(parts_[i]);
        }
        modelRoot = modelRoot_;
    }

    /// @inheritdoc INetRelay
    function advance(bytes32 job, bytes calldata state) external returns (bytes memory next) {
        Progress storage p = jobs[job];
        uint256 done = p.done;
        if (done == parts.length) revert Finished(job);
        bytes32 actual = keccak256(state);
        bytes32 expected = done == 0 ? job : p.state;
        if (actual != expected) revert WrongState(expected, actual);
        next = _run(done, state);
        (p.done, p.state) = (done + 1, keccak256(next));
        emit Advanced(job, done + 1, next);
    }

    /// @inheritdoc INetRelay
    function progress(bytes32 job) external view returns (uint256 done, bytes32 state) {
        return (jobs[job].done, jobs[job].state);
    }

    /// @inheritdoc INetRelay
    function isAnswer(bytes calldata input, bytes calldata output) external view returns (bool) {
        Progress storage p = jobs[keccak256(input)];
        return p.done == parts.length && p.state == keccak256(output);
    }

    /// @notice A part's address, the bytes that it returns, and its code's hash.
    function part(uint256 index) external view returns (Net memory) {
        return parts[index];
    }

    /// @inheritdoc INetRelay
    function count() external view returns (uint256) {
        return parts.length;
    }

    /// @dev INVARIANT: a part's answer has its length, or nothing happens. Without gas enough it fails, or is empty;
    /// and so it is for an input of another length.
    function _run(uint256 index, bytes calldata state) private view returns (bytes memory next) {
        Net memory net = parts[index];
        bool good;
        // Its code is what it was when the relay was made: a net has no instruction that ends it.
        (good, next) = net.at.staticcall(state);
        if (!good || next.length != net.outputBytes) revert PartFailed(index);
    }
}
