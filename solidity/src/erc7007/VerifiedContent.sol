// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Claim, IInferenceOracle, RequestState, Status} from "../interfaces/IInferenceOracle.sol";
import {MemoryTree} from "../libraries/MemoryTree.sol";
import {IERC7007} from "./IERC7007.sol";

/// @title The part of an ERC-7007 token that verifies: content is true when its claim is final.
/// @notice The prompt is the model's input, the content its output, byte for byte. A proof is the ABI encoding of the
/// `Claim`, as the oracle's `Claimed` event has it. Whoever asked doesn't matter: the answer is the same.
abstract contract VerifiedContent is IERC7007 {
    error NotVerified(uint256 tokenId);

    uint256 private constant PROOF_BYTES = 10 * 32;

    IInferenceOracle public immutable contentOracle;
    bytes32 public immutable contentModel;

    constructor(IInferenceOracle oracle_, bytes32 modelId) {
        (contentOracle, contentModel) = (oracle_, modelId);
    }

    /// @inheritdoc IERC7007
    function addAigcData(uint256 tokenId, bytes calldata prompt, bytes calldata aigcData, bytes calldata proof)
        external
    {
        if (!verify(prompt, aigcData, proof)) revert NotVerified(tokenId);
        emit AigcData(tokenId, prompt, aigcData, proof);
        _onContent(tokenId, prompt, aigcData);
    }

    /// @dev Of ERC-165; a token adds its own.
    function supportsInterface(bytes4 interfaceId) public view virtual returns (bool) {
        return interfaceId == type(IERC7007).interfaceId || interfaceId == 0x01ffc9a7;
    }

    /// @inheritdoc IERC7007
    /// @dev False, not a revert, for whatever is no proof. The oracle stores the hash of what it accepted, so a proof
    /// of that hash is well formed.
    function verify(bytes calldata prompt, bytes calldata aigcData, bytes calldata proof)
        public
        view
        returns (bool success)
    {
        if (proof.length != PROOF_BYTES) return false;
        RequestState memory state = contentOracle.getRequest(uint256(bytes32(proof[:32])));
        if (state.status != Status.Final || state.commitment != keccak256(proof)) return false;
        Claim memory claim = abi.decode(proof, (Claim));
        return claim.modelId == contentModel && claim.inputRoot == MemoryTree.regionRoot(prompt)
            && claim.outputRoot == MemoryTree.regionRoot(aigcData);
    }

    /// @dev The content is true. Refuses, by a revert, tokens that there aren't, or have theirs already.
    function _onContent(uint256 tokenId, bytes calldata prompt, bytes calldata aigcData) internal virtual;
}
