// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IEarlyCallback} from "../interfaces/IEarlyCallback.sol";
import {IInferenceCallback} from "../interfaces/IInferenceCallback.sol";
import {IInferenceOracle} from "../interfaces/IInferenceOracle.sol";

/// @title The call to a requester, whose code may be hostile.
library Callback {
    uint256 internal constant MAX_REASON = 132; // a custom error with four words, or a short string
    uint256 internal constant RESERVE = 50_000; // the call itself, and recording that it failed

    /// @notice Delivers an answer; false with the start of what came back if the requester's code failed.
    /// @dev INVARIANT: the callee gets at least `minimum` gas, whoever pays for the transaction. The EVM silently
    /// gives less when 63/64 of what is left is less, so that a stranger could make any callback fail.
    /// @param cap At most this much gas is given.
    function deliver(address requester, uint256 requestId, bytes calldata output, uint256 minimum, uint256 cap)
        internal
        returns (bool success, bytes memory reason)
    {
        _checkGas(minimum);
        return _call(requester, cap, abi.encodeCall(IInferenceCallback.onInference, (requestId, output)));
    }

    /// @notice Tells of a claim, with at most and at least `gasLimit`; false if the requester's code failed.
    function tellEarly(
        address requester,
        uint256 requestId,
        bytes calldata output,
        uint256 bond,
        uint256 windowEnd,
        uint256 gasLimit
    ) internal returns (bool success) {
        _checkGas(gasLimit);
        bytes memory data = abi.encodeCall(IEarlyCallback.onEarlyInference, (requestId, output, bond, windowEnd));
        (success,) = _call(requester, gasLimit, data);
    }

    function _checkGas(uint256 minimum) private view {
        uint256 needed = (minimum * 64) / 63 + RESERVE;
        if (gasleft() < needed) revert IInferenceOracle.NotEnoughGas(needed, gasleft());
    }

    /// @dev `(success, reason) = to.call{gas: cap}(data)`, but that it copies at most MAX_REASON bytes of what
    /// comes back: copying all of it would be at our cost, and a callee could return megabytes.
    function _call(address to, uint256 cap, bytes memory data) private returns (bool success, bytes memory reason) {
        uint256 size;
        assembly ("memory-safe") {
            success := call(cap, to, 0, add(data, 0x20), mload(data), 0, 0)
            size := returndatasize()
        }
        if (success) return (true, "");
        reason = new bytes(size < MAX_REASON ? size : MAX_REASON);
        assembly ("memory-safe") {
            returndatacopy(add(reason, 0x20), 0, mload(reason))
        }
    }
}
