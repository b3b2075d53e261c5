// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @title ERC-7007: tokens whose content a model made, as anyone can check. The ERC-165 identifier is 0x702c55a6.
interface IERC7007 {
    event AigcData(uint256 indexed tokenId, bytes indexed prompt, bytes aigcData, bytes proof);

    /// @notice Gives a token its content.
    function addAigcData(uint256 tokenId, bytes calldata prompt, bytes calldata aigcData, bytes calldata proof)
        external;

    /// @notice Whether the model made `aigcData` of `prompt`.
    function verify(bytes calldata prompt, bytes calldata aigcData, bytes calldata proof)
        external
        view
        returns (bool success);
}
