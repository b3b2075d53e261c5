// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {InferenceConsumer} from "@plumbline/contracts/InferenceConsumer.sol";
import {IInferenceOracle, Request} from "@plumbline/contracts/interfaces/IInferenceOracle.sol";

/// @title Asks a model about bytes that anyone sends, and keeps the answer: a place to start from.
contract Asker is InferenceConsumer {
    error NotAsker(address expected, address actual);

    event Answered(uint256 indexed requestId, bytes output);

    uint32 public constant CALLBACK_GAS = 200_000; // what `_onInference` may use
    uint40 public constant PATIENCE = 1 hours; // in which a worker must answer
    uint32 public constant WINDOW = 10 minutes; // in which an answer can be challenged before it arrives

    bytes32 public immutable modelId;

    mapping(uint256 requestId => address) public askers;
    mapping(uint256 requestId => bytes) public answers;

    constructor(IInferenceOracle oracle_, bytes32 modelId_) InferenceConsumer(oracle_) {
        modelId = modelId_;
    }

    /// @notice Asks. The value sent is the fee; if the request is cancelled, it is the asker's in `oracle.staking()`.
    function ask(bytes calldata input) external payable returns (uint256 requestId) {
        uint40 deadline = uint40(block.timestamp) + PATIENCE;
        // The last but one: wei that a false answer must cost at least. Make it what hangs on the answer.
        requestId = _request(modelId, input, msg.value, CALLBACK_GAS, deadline, WINDOW, 0, msg.sender);
        askers[requestId] = msg.sender;
    }

    /// @notice Takes back what no worker holds.
    function cancel(Request calldata r) external {
        address asker = askers[r.id];
        if (msg.sender != asker) revert NotAsker(asker, msg.sender);
        _cancel(r);
    }

    function _onInference(uint256 requestId, bytes calldata output) internal override {
        answers[requestId] = output;
        emit Answered(requestId, output);
    }
}
