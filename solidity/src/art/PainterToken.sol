// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Bitmap} from "../libraries/Bitmap.sol";
import {Net} from "../libraries/Infer.sol";
import {PictureToken} from "./PictureToken.sol";

/// @title Places that there are not: 32 x 32 in colour, by the model `painter`.
contract PainterToken is PictureToken {
    uint256 private constant SIDE = 32;

    constructor(Net memory net, bytes32 modelRoot) PictureToken(net, modelRoot) {}

    function symbol() external pure override returns (string memory) {
        return "PLACE";
    }

    function name() public pure override returns (string memory) {
        return "Painter";
    }

    function _bitmap(uint256, bytes memory pixels) internal pure override returns (bytes memory) {
        return Bitmap.coloured(pixels, SIDE);
    }

    function _side() internal pure override returns (string memory) {
        return "32";
    }

    function _about() internal pure override returns (string memory) {
        return "A place that there is not, painted by the chain itself.";
    }
}
