// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IERC7007} from "../erc7007/IERC7007.sol";
import {Base64} from "../libraries/Base64.sol";
import {Hex} from "../libraries/Hex.sol";
import {Infer, Net} from "../libraries/Infer.sol";
import {Pixelated} from "../libraries/Pixelated.sol";
import {ERC721} from "./ERC721.sol";

/// @title Tokens whose pictures the chain draws: a generator's net makes each of them from 32 bytes, whenever asked.
/// @notice A token's number is its seed, which is all that is kept of its picture; beside it there is its owner.
/// Seeds are hashes of who mints and of what that chooses: a picture can be looked at before it is minted, and nobody
/// can mint it first by watching.
abstract contract PictureToken is ERC721, IERC7007 {
    error WrongContent(uint256 tokenId);

    bytes32 public immutable modelRoot;
    address private immutable netAt;
    uint32 private immutable netOutputBytes;
    bytes32 private immutable netCodeHash;

    constructor(Net memory net, bytes32 modelRoot_) {
        (netAt, netOutputBytes, netCodeHash) = (net.at, net.outputBytes, net.codeHash);
        modelRoot = modelRoot_;
    }

    /// @notice Mints the picture of `seedOf(msg.sender, choice)`.
    function mint(uint256 choice) external returns (uint256 tokenId) {
        tokenId = seedOf(msg.sender, choice);
        _mint(msg.sender, tokenId);
    }

    /// @inheritdoc IERC7007
    /// @dev Nothing is stored: whoever wants the pixels in a log pays for them.
    function addAigcData(uint256 tokenId, bytes calldata prompt, bytes calldata aigcData, bytes calldata proof)
        external
    {
        ownerOf(tokenId);
        bool own = prompt.length == 32 && bytes32(prompt) == bytes32(tokenId);
        if (!own || !verify(prompt, aigcData, proof)) revert WrongContent(tokenId);
        emit AigcData(tokenId, prompt, aigcData, proof);
    }

    /// @notice Metadata of ERC-721 and of ERC-7007.
    function tokenURI(uint256 tokenId) external view override returns (string memory) {
        ownerOf(tokenId);
        (string memory svg, string memory bitmap) = _drawn(tokenId);
        string memory seed = Hex.encode(tokenId);
        string memory about = string.concat(seed, "\",\"description\":\"", _about());
        // solhint-disable gas-small-strings
        string memory head = string.concat("{\"name\":\"", name(), " ", about, "\",\"image\":\"", svg);
        string memory content = string.concat("\",\"aigc_type\":\"image\",\"aigc_data\":\"", bitmap);
        string memory tail = string.concat("\",\"prompt\":\"", seed, content, "\",\"proof_type\":\"validity\"}");
        // solhint-enable gas-small-strings
        bytes memory json = bytes(string.concat(head, tail));
        return string.concat("data:application/json;base64,", Base64.encode(json));
    }

    /// @notice The picture of a seed, whether it is minted or not, as SVG in a data URI.
    function draw(uint256 seed) external view returns (string memory svg) {
        (svg,) = _drawn(seed);
    }

    function seedOf(address minter, uint256 choice) public pure returns (uint256) {
        return uint256(keccak256(abi.encode(minter, choice)));
    }

    /// @inheritdoc IERC7007
    /// @dev The net says it again: there is no proof, and none is looked at.
    function verify(bytes calldata prompt, bytes calldata aigcData, bytes calldata) public view returns (bool success) {
        return prompt.length == 32 && keccak256(_pixels(uint256(bytes32(prompt)))) == keccak256(aigcData);
    }

    function supportsInterface(bytes4 interfaceId) public view override returns (bool) {
        return interfaceId == type(IERC7007).interfaceId || super.supportsInterface(interfaceId);
    }

    /// @dev The picture as a file, and pixels a side.
    function _bitmap(uint256 seed, bytes memory pixels) internal view virtual returns (bytes memory);

    function _side() internal pure virtual returns (string memory);

    /// @dev A sentence for the metadata, without quotes.
    function _about() internal pure virtual returns (string memory);

    /// @dev What the model makes of the seed.
    function _pixels(uint256 seed) internal view returns (bytes memory) {
        return Infer.run(Net(netAt, netOutputBytes, netCodeHash), modelRoot, abi.encode(seed));
    }

    function _drawn(uint256 seed) private view returns (string memory svg, string memory bitmap) {
        bitmap = string.concat("data:image/bmp;base64,", Base64.encode(_bitmap(seed, _pixels(seed))));
        svg = Pixelated.svg(bitmap, _side());
    }
}
