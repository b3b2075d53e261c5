// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IEarlyCallback} from "../interfaces/IEarlyCallback.sol";
import {IInferenceCallback} from "../interfaces/IInferenceCallback.sol";

/// @dev What the contract does whenever someone calls it, be it with an answer or with ether.
enum Mood {
    Polite,
    Reverting,
    GasEating,
    ReturnBombing,
    RevertBombing,
    Reentering
}

/// @title A requester, worker, challenger or payee that does its worst.
contract Hostile is IInferenceCallback, IEarlyCallback {
    error Unwilling(uint256 requestId, bytes32 word);

    Mood public mood;
    address private target; // of the call that a reentering contract makes
    bytes private message;
    uint96 private funds;

    uint256 public calls;
    uint256 public gasGiven;
    bytes public lastOutput;
    uint96 public lastBond; // of an early answer
    uint40 public lastWindowEnd;
    bool public reentered; // whether that call succeeded
    bytes public reentryResult;

    receive() external payable {
        _misbehave(0);
    }

    function setMood(Mood next) external {
        mood = next;
    }

    function setReentry(address to, uint96 value, bytes calldata data) external {
        mood = Mood.Reentering;
        (target, funds, message) = (to, value, data);
    }

    /// @notice Acts on the test's behalf.
    function execute(address to, uint256 value, bytes calldata data) external payable returns (bytes memory result) {
        bool success;
        (success, result) = to.call{value: value}(data);
        if (!success) {
            assembly ("memory-safe") {
                revert(add(result, 0x20), mload(result))
            }
        }
    }

    /// @inheritdoc IInferenceCallback
    function onInference(uint256 requestId, bytes calldata output) external {
        gasGiven = gasleft();
        calls++;
        lastOutput = output;
        _misbehave(requestId);
    }

    /// @inheritdoc IEarlyCallback
    function onEarlyInference(uint256 requestId, bytes calldata output, uint256 bond, uint256 windowEnd) external {
        gasGiven = gasleft();
        calls++;
        lastOutput = output;
        (lastBond, lastWindowEnd) = (uint96(bond), uint40(windowEnd));
        _misbehave(requestId);
    }

    function _misbehave(uint256 requestId) private {
        Mood now_ = mood;
        if (now_ == Mood.Reverting) revert Unwilling(requestId, "no");
        if (now_ == Mood.GasEating) {
            while (true) calls++;
        }
        if (now_ == Mood.ReturnBombing) {
            assembly ("memory-safe") {
                return(0, 200000)
            }
        }
        if (now_ == Mood.RevertBombing) {
            assembly ("memory-safe") {
                revert(0, 200000)
            }
        }
        if (now_ == Mood.Reentering) (reentered, reentryResult) = target.call{value: funds}(message);
    }
}
