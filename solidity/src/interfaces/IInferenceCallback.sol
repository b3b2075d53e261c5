// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @title What the oracle calls when an answer is final.
interface IInferenceCallback {
    /// @dev Check that `msg.sender` is the oracle and that the request is yours; `InferenceConsumer` does both.
    function onInference(uint256 requestId, bytes calldata output) external;
}
