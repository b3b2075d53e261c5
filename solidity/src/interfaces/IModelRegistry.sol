// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @notice What a publisher registered. Its hash is the model's id, so it can never change.
struct Model {
    address publisher;
    uint16 royaltyBps; // the publisher's share of each fee, in 1/10,000
    bytes32 modelRoot; // region root of the model image, depth 26
    bytes32 programRoot; // region root of the guest program, depth 23
}

/// @notice What one run takes, as the publisher says; workers compare it with the image. One slot.
/// @dev Instructions of the machine. A model without a loop has them all in `prologue`.
struct Work {
    uint64 prologue; // before the loop
    uint64 body; // a pass
    uint64 epilogue; // after the loop
    uint32 outputBytes; // of an answer, without what passes add; at least one, so that all zeros say nothing
    uint32 passBytes; // that a pass may add to them
}

/// @title The open list of models.
interface IModelRegistry {
    error UnknownModel(bytes32 modelId);
    error ModelExists(bytes32 modelId);
    error RoyaltyTooHigh(uint256 maximum, uint256 actual);
    error NotPublisher(address expected, address actual);
    error TooManyUris(uint256 maximum, uint256 actual);
    error UriTooLong(uint256 maximum, uint256 actual);
    error ZeroRoot();
    error WorkNotStated(bytes32 modelId);

    event ModelRegistered(
        bytes32 indexed modelId,
        address indexed publisher,
        bytes32 indexed programRoot,
        bytes32 modelRoot,
        uint16 royaltyBps,
        string[] uris
    );
    event UrisChanged(bytes32 indexed modelId, string[] uris);
    event WorkStated(bytes32 indexed modelId, Work work);

    /// @notice Registers a model for `msg.sender`; anyone may. The id is `keccak256(abi.encode(Model))`.
    function register(bytes32 modelRoot, bytes32 programRoot, uint16 royaltyBps, string[] calldata uris)
        external
        returns (bytes32 modelId);

    /// @notice Replaces the list of places to fetch the image from. The image itself is fixed by its root.
    function setUris(bytes32 modelId, string[] calldata uris) external;

    /// @notice Says, or corrects, what a run takes. It is no part of the model's id: the image is what it is.
    function stateWork(bytes32 modelId, Work calldata work) external;

    /// @notice What the publisher says that a run takes, or `WorkNotStated`.
    function workOf(bytes32 modelId) external view returns (Work memory);

    /// @notice Who is paid what share of each fee, or `UnknownModel`.
    function royalty(bytes32 modelId) external view returns (address publisher, uint16 royaltyBps);

    /// @notice The model, or `UnknownModel`.
    function model(bytes32 modelId) external view returns (Model memory);

    function exists(bytes32 modelId) external view returns (bool);

    function uris(bytes32 modelId) external view returns (string[] memory);

    function idOf(Model calldata m) external pure returns (bytes32 modelId);
}
