// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @title Square pictures as BMP files, the first row on top.
library Bitmap {
    uint256 private constant HEADER = 54;
    uint256 private constant COLOUR_BYTES = 4; // of a palette: blue, green, red, 0
    uint256 private constant CHANNELS = 3;

    /// @notice A byte a pixel, a number of the palette's each. `side` is a multiple of 4, as a row of BMP's is.
    function paletted(bytes memory pixels, uint256 side, bytes memory palette) internal pure returns (bytes memory) {
        uint256 offset = HEADER + palette.length;
        return bytes.concat(_header(offset, side, 8, palette.length / COLOUR_BYTES), palette, pixels);
    }

    /// @notice Planes of red, green and blue, a byte a pixel. `side` is a multiple of 4.
    function coloured(bytes memory planes, uint256 side) internal pure returns (bytes memory) {
        uint256 count = side * side;
        bytes memory pixels = new bytes(CHANNELS * count);
        assembly ("memory-safe") {
            let to := add(pixels, 0x20)
            let red := add(planes, 0x20)
            let end := add(red, count)
            for {} lt(red, end) { red := add(red, 1) } {
                let green := add(red, count)
                mstore8(to, byte(0, mload(add(green, count))))
                mstore8(add(to, 1), byte(0, mload(green)))
                mstore8(add(to, 2), byte(0, mload(red)))
                to := add(to, 3)
            }
        }
        return bytes.concat(_header(HEADER, side, 24, 0), pixels);
    }

    /// @dev A height below 0 says that the first row is on top.
    function _header(uint256 offset, uint256 side, uint256 bits, uint256 colours) private pure returns (bytes memory) {
        uint256 size = offset + side * side * (bits / 8);
        bytes memory file = abi.encodePacked("BM", _le(size), bytes4(0), _le(offset), _le(40));
        bytes memory picture = abi.encodePacked(_le(side), _le(type(uint256).max - side + 1), _le(1 + (bits << 16)));
        return bytes.concat(file, picture, new bytes(16), _le(colours), bytes4(0));
    }

    /// @dev 32 bits, least byte first.
    function _le(uint256 value) private pure returns (bytes4) {
        uint32 v = uint32(value);
        v = (v & 0xff00ff) << 8 | (v >> 8) & 0xff00ff;
        return bytes4(v << 16 | v >> 16);
    }
}
