// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IInferenceOracle} from "../interfaces/IInferenceOracle.sol";

/// @title A requester that reverts unless it likes the seed that it foretells from the block that it is in.
contract Grinder {
    error NotThisTime(bytes28 seed);

    IInferenceOracle private immutable oracle;

    constructor(IInferenceOracle oracle_) {
        oracle = oracle_;
    }

    /// @notice Asks if the seed, were it this block's, began with `wanted`.
    function grind(bytes32 modelId, bytes calldata input, uint40 deadline, bytes1 wanted)
        external
        payable
        returns (uint256 requestId)
    {
        requestId = oracle.requestMetered{value: msg.value}(
            modelId, input, 0, deadline, 600, 0, msg.sender, 0, 0, true
        );
        bytes28 seed = bytes28(keccak256(abi.encode(block.prevrandao, requestId)));
        if (seed[0] != wanted) revert NotThisTime(seed);
    }
}
