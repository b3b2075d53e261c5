// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Bitmap} from "../libraries/Bitmap.sol";
import {Net} from "../libraries/Infer.sol";
import {PictureToken} from "./PictureToken.sol";

/// @title Digits that nobody wrote: 28 x 28, by the model `hand`, in one of eight inks.
contract HandToken is PictureToken {
    uint256 private constant SIDE = 28;
    uint256 private constant SHADES = 64;
    uint256 private constant INKS = 8;

    /// @dev The seed's last byte is the digit; the one before it chooses the ink, and nothing else.
    uint256 private constant INK_BYTE = 30;

    /// @dev Paper, then ink: red, green, blue each.
    bytes private constant COLOURS = hex"f7f1e316264d" hex"f4efe65a1f1b" hex"101820ffd166" hex"0b132b5bc0be"
        hex"fdf6ec2d4a22" hex"1b1b1eff6b6b" hex"efe9f44a2c6d" hex"fff8e7241f1c";

    /// @dev How much of a pixel is ink: 255 times the logistic function of a quarter of its logits.
    bytes private constant COVER = hex"00000000000000000001010101020203040507090c10151b232c384555657789"
        hex"9bacbbc8d4dde5ebeff3f6f8fafbfcfdfdfefefefeffffffffffffffffffffff";

    constructor(Net memory net, bytes32 modelRoot) PictureToken(net, modelRoot) {}

    function symbol() external pure override returns (string memory) {
        return "HAND";
    }

    function name() public pure override returns (string memory) {
        return "Hand";
    }

    function _bitmap(uint256 seed, bytes memory pixels) internal pure override returns (bytes memory) {
        // A word's pixels at once; behind the last one there is room up to a whole word.
        uint256 quarters = type(uint256).max / 255 * (SHADES - 1);
        for (uint256 at = 0x20; at < pixels.length + 0x20; at += 0x20) {
            assembly ("memory-safe") {
                mstore(add(pixels, at), and(shr(2, mload(add(pixels, at))), quarters))
            }
        }
        return Bitmap.paletted(pixels, SIDE, _palette(uint8(bytes32(seed)[INK_BYTE]) % INKS));
    }

    /// @dev From paper to ink: blue, green, red, 0 each.
    function _palette(uint256 ink) private pure returns (bytes memory palette) {
        palette = new bytes(4 * SHADES);
        uint256 paper = _colour(6 * ink);
        uint256 written = _colour(6 * ink + 3);
        bytes memory cover = COVER;
        unchecked {
            for (uint256 i = 0; i < SHADES; i++) {
                uint256 share = uint8(cover[i]);
                // All three channels at once, 16 bits each; a channel's 255ths are 256ths, rounded up.
                uint256 mixed = paper * (255 - share) + written * share;
                mixed = (mixed + 0x00ff00ff00ff) >> 8;
                assembly ("memory-safe") {
                    let to := add(add(palette, 0x20), shl(2, i))
                    mstore8(to, shr(32, mixed))
                    mstore8(add(to, 1), shr(16, mixed))
                    mstore8(add(to, 2), mixed)
                }
            }
        }
    }

    /// @dev Blue, green, red, 16 bits each.
    function _colour(uint256 at) private pure returns (uint256) {
        bytes memory colours = COLOURS;
        return uint256(uint8(colours[at + 2])) << 32 | uint256(uint8(colours[at + 1])) << 16 | uint8(colours[at]);
    }

    function _side() internal pure override returns (string memory) {
        return "28";
    }

    function _about() internal pure override returns (string memory) {
        return "A digit that nobody wrote, drawn by the chain itself.";
    }
}
