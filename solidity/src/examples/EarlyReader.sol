// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {InferenceConsumer} from "../InferenceConsumer.sol";
import {IEarlyCallback} from "../interfaces/IEarlyCallback.sol";
import {IInferenceOracle, Options} from "../interfaces/IInferenceOracle.sol";

/// @title Believes an answer before it is final, as far as the bond behind it reaches: an example.
/// @notice What hangs on an answer decides how long to wait for it: whoever relies on `answerFor` says what that is.
contract EarlyReader is InferenceConsumer, IEarlyCallback {
    /// @dev One slot, and the hash of the answer.
    struct Reading {
        bool told;
        bool isFinal;
        uint40 windowEnd;
        uint96 bond; // wei behind the answer, while it isn't final
        bytes32 answer; // keccak256 of the output
    }

    error TooEarly(uint256 bond, uint256 needed, uint256 windowEnd);
    error NoAnswer(uint256 requestId);

    event Read(uint256 indexed requestId, bytes32 answer, bool isFinal, uint256 bond);

    /// @dev A lie that is worth V and is noticed with the chance c pays unless the bond is above 2.5 V (1 - c) / c: this
    /// reckons with a half. docs/economics.md
    uint256 public constant BOND_MULTIPLE = 3;
    uint32 public constant CALLBACK_GAS = 120_000;
    uint40 public constant PATIENCE = 1 hours;

    bytes32 public immutable modelId;
    uint32 public immutable window;

    mapping(uint256 requestId => Reading) public readings;

    constructor(IInferenceOracle oracle_, bytes32 modelId_, uint32 window_) InferenceConsumer(oracle_) {
        modelId = modelId_;
        window = window_;
    }

    /// @notice Asks. The value sent is the fee; `minBond` is what an early answer must have behind it, at least.
    function read(bytes calldata input, uint96 minBond) external payable returns (uint256 requestId) {
        requestId = _requestWith(
            modelId,
            input,
            msg.value,
            CALLBACK_GAS,
            uint40(block.timestamp) + PATIENCE,
            window,
            minBond,
            msg.sender,
            Options({passPrice: 0, maxPasses: 0, fromBlock: false, early: true, audits: false})
        );
    }

    /// @inheritdoc IEarlyCallback
    function onEarlyInference(uint256 requestId, bytes calldata output, uint256 bond, uint256 windowEnd) external {
        _checkPending(requestId);
        bytes32 answer = keccak256(output);
        readings[requestId] = Reading(true, false, uint40(windowEnd), uint96(bond), answer);
        emit Read(requestId, answer, false, bond);
    }

    /// @notice The answer, for whom `atStake` wei hang on it; reverts while less stands behind it than that needs.
    function answerFor(uint256 requestId, uint256 atStake) external view returns (bytes32) {
        Reading memory reading = readings[requestId];
        if (!reading.told) revert NoAnswer(requestId);
        uint256 needed = BOND_MULTIPLE * atStake;
        if (!reading.isFinal && reading.bond < needed) revert TooEarly(reading.bond, needed, reading.windowEnd);
        return reading.answer;
    }

    function _onInference(uint256 requestId, bytes calldata output) internal override {
        bytes32 answer = keccak256(output);
        readings[requestId] = Reading(true, true, 0, 0, answer);
        emit Read(requestId, answer, true, 0);
    }
}
