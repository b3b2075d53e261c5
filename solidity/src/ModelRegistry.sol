// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IModelRegistry, Model, Work} from "./interfaces/IModelRegistry.sol";

/// @title The open list of models.
contract ModelRegistry is IModelRegistry {
    uint256 public constant MAX_ROYALTY_BPS = 5_000;
    uint256 public constant MAX_URIS = 8;
    uint256 public constant MAX_URI_BYTES = 256;

    mapping(bytes32 modelId => Model) private models;
    mapping(bytes32 modelId => string[]) private places;
    mapping(bytes32 modelId => Work) private works;

    /// @inheritdoc IModelRegistry
    function register(bytes32 modelRoot, bytes32 programRoot, uint16 royaltyBps, string[] calldata list)
        external
        returns (bytes32 modelId)
    {
        if (modelRoot == 0 || programRoot == 0) revert ZeroRoot();
        if (royaltyBps > MAX_ROYALTY_BPS) revert RoyaltyTooHigh(MAX_ROYALTY_BPS, royaltyBps);
        Model memory m = Model(msg.sender, royaltyBps, modelRoot, programRoot);
        modelId = keccak256(abi.encode(m));
        if (exists(modelId)) revert ModelExists(modelId);
        models[modelId] = m;
        _store(modelId, list);
        emit ModelRegistered(modelId, msg.sender, programRoot, modelRoot, royaltyBps, list);
    }

    /// @inheritdoc IModelRegistry
    function setUris(bytes32 modelId, string[] calldata list) external {
        _checkPublisher(modelId);
        _store(modelId, list);
        emit UrisChanged(modelId, list);
    }

    /// @inheritdoc IModelRegistry
    function stateWork(bytes32 modelId, Work calldata work) external {
        _checkPublisher(modelId);
        if (work.outputBytes == 0) revert WorkNotStated(modelId);
        works[modelId] = work;
        emit WorkStated(modelId, work);
    }

    /// @inheritdoc IModelRegistry
    function workOf(bytes32 modelId) external view returns (Work memory work) {
        if (!exists(modelId)) revert UnknownModel(modelId);
        work = works[modelId];
        if (work.outputBytes == 0) revert WorkNotStated(modelId);
    }

    /// @inheritdoc IModelRegistry
    function royalty(bytes32 modelId) external view returns (address publisher, uint16 royaltyBps) {
        if (!exists(modelId)) revert UnknownModel(modelId);
        return (models[modelId].publisher, models[modelId].royaltyBps);
    }

    /// @inheritdoc IModelRegistry
    function uris(bytes32 modelId) external view returns (string[] memory) {
        return places[modelId];
    }

    /// @inheritdoc IModelRegistry
    function idOf(Model calldata m) external pure returns (bytes32) {
        return keccak256(abi.encode(m));
    }

    /// @inheritdoc IModelRegistry
    function model(bytes32 modelId) public view returns (Model memory) {
        if (!exists(modelId)) revert UnknownModel(modelId);
        return models[modelId];
    }

    /// @inheritdoc IModelRegistry
    function exists(bytes32 modelId) public view returns (bool) {
        return models[modelId].publisher != address(0);
    }

    function _checkPublisher(bytes32 modelId) private view {
        address publisher = model(modelId).publisher;
        if (msg.sender != publisher) revert NotPublisher(publisher, msg.sender);
    }

    function _store(bytes32 modelId, string[] calldata list) private {
        if (list.length > MAX_URIS) revert TooManyUris(MAX_URIS, list.length);
        delete places[modelId];
        for (uint256 i = 0; i < list.length; i++) {
            uint256 size = bytes(list[i]).length;
            if (size > MAX_URI_BYTES) revert UriTooLong(MAX_URI_BYTES, size);
            places[modelId].push(list[i]);
        }
    }
}
