// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @title What apps know of ORA's on-chain AI oracle (OAO), of which `OaoAdapter` is one.
interface IAIOracle {
    event AICallbackRequest(
        address indexed account,
        uint256 indexed requestId,
        uint256 modelId,
        bytes input,
        address callbackContract,
        uint64 gasLimit,
        bytes callbackData
    );
    event AICallbackResult(address indexed account, uint256 indexed requestId, address invoker, bytes output);

    /// @notice Asks model `modelId`; the answer comes to `callbackContract`, with `callbackData`. The value is the fee.
    function requestCallback(
        uint256 modelId,
        bytes calldata input,
        address callbackContract,
        uint64 gasLimit,
        bytes calldata callbackData
    ) external payable returns (uint256 requestId);

    /// @notice Wei that such a request should bring, at the present price of gas.
    function estimateFee(uint256 modelId, uint64 gasLimit) external view returns (uint256);

    /// @notice Whether the answer has been delivered.
    function isFinalized(uint256 requestId) external view returns (bool);
}

/// @title What an app of OAO has.
interface IAIOracleCallback {
    function aiOracleCallback(uint256 requestId, bytes calldata output, bytes calldata callbackData) external;
}
