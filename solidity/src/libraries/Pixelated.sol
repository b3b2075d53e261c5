// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Base64} from "./Base64.sol";

/// @title A small picture as wallets show it large: an SVG in a data URI, whose pixels stay squares.
library Pixelated {
    /// @param bitmap A data URI.
    /// @param side Pixels a side, in decimal.
    function svg(string memory bitmap, string memory side) internal pure returns (string memory) {
        string memory box = string.concat("0 0 ", side, " ", side);
        string memory size = string.concat("' width='", side, "' height='", side);
        // solhint-disable gas-small-strings
        string memory head = string.concat("<svg xmlns='http://www.w3.org/2000/svg' viewBox='", box, "'><image x='0");
        string memory style = string.concat(size, "' style='image-rendering:pixelated' href='");
        // solhint-enable gas-small-strings
        string memory image = string.concat(head, style, bitmap, "'/></svg>");
        return string.concat("data:image/svg+xml;base64,", Base64.encode(bytes(image)));
    }
}
