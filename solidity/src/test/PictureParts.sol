// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IERC721Receiver} from "../art/ERC721.sol";
import {Base64} from "../libraries/Base64.sol";
import {Bitmap} from "../libraries/Bitmap.sol";
import {Blob} from "../libraries/Blob.sol";
import {Hex} from "../libraries/Hex.sol";

/// @notice What a picture's metadata is made of, for tests; and a taker of tokens that takes some.
contract PictureParts is IERC721Receiver {
    function keep(bytes calldata data) external returns (address) {
        return Blob.keep(data);
    }

    function load(address at) external view returns (bytes memory) {
        return Blob.load(at);
    }

    function base64(bytes calldata data) external pure returns (string memory) {
        return Base64.encode(data);
    }

    function hexadecimal(uint256 value) external pure returns (string memory) {
        return Hex.encode(value);
    }

    function paletted(bytes calldata pixels, uint256 side, bytes calldata palette) external pure returns (bytes memory) {
        return Bitmap.paletted(pixels, side, palette);
    }

    function coloured(bytes calldata planes, uint256 side) external pure returns (bytes memory) {
        return Bitmap.coloured(planes, side);
    }

    function onERC721Received(address, address, uint256, bytes calldata data) external pure returns (bytes4) {
        return data.length == 0 ? IERC721Receiver.onERC721Received.selector : bytes4(0xffffffff);
    }
}
