// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {VerifiedContent} from "../erc7007/VerifiedContent.sol";
import {IInferenceOracle} from "../interfaces/IInferenceOracle.sol";

/// @notice As little of a token as `VerifiedContent` needs.
contract ContentToken is VerifiedContent {
    error HasContent(uint256 tokenId);

    mapping(uint256 tokenId => bytes) public contents;

    constructor(IInferenceOracle oracle_, bytes32 modelId) VerifiedContent(oracle_, modelId) {}

    function _onContent(uint256 tokenId, bytes calldata, bytes calldata aigcData) internal override {
        if (contents[tokenId].length != 0) revert HasContent(tokenId);
        contents[tokenId] = aigcData;
    }
}
