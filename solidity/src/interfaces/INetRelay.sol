// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @title A net in parts, each of which fits a transaction.
/// @notice A job is an input, known by its hash. Whoever has the state that the last part left, which is in a log,
/// has the next part run on it. Nothing but what a pinned part returns becomes a state, so that it doesn't matter who
/// goes on, nor how often somebody tries otherwise.
interface INetRelay {
    error NoParts();
    error Finished(bytes32 job);
    error WrongState(bytes32 expected, bytes32 actual);
    error NotThere(address part);
    error PartFailed(uint256 part);

    /// @param done Parts that have run.
    /// @param state What the last of them returned: the model's output, once all have.
    event Advanced(bytes32 indexed job, uint256 indexed done, bytes state);

    /// @notice Runs the next part of a job on `state`: the input for the first one, else what the one before returned.
    function advance(bytes32 job, bytes calldata state) external returns (bytes memory next);

    /// @notice How many parts of a job have run, and the hash of what the last one returned.
    function progress(bytes32 job) external view returns (uint256 done, bytes32 state);

    /// @notice Whether all parts have run on `input`, and `output` came of it.
    function isAnswer(bytes calldata input, bytes calldata output) external view returns (bool);

    function modelRoot() external view returns (bytes32);

    function count() external view returns (uint256);
}
