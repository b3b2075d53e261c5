// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @title A seed that nobody chose: the beacon's randomness of a block that was yet to come.
/// @notice Not a block's hash, which its builder grinds; not `prevrandao` of the transaction's own block, which a
/// contract that reverts does. docs/economics.md says what bias is left.
library BlockSeed {
    error NoRandomness(uint256 prevrandao);
    error NoBlockHash(uint256 number);
    error WrongHeader(bytes32 expected, bytes32 actual);
    error NotAHeader();

    /// @dev Where a chain since Prague keeps its latest block hashes (EIP-2935), and how many of them.
    address internal constant HISTORY = 0x0000F90827F1C53a10cb7A02335B175320002935;
    uint256 internal constant HISTORY_BLOCKS = 8191;
    /// @dev From a request to the block whose randomness is its seed: an epoch, of which nobody proposes all blocks.
    uint256 internal constant DELAY = 32;
    uint256 internal constant SEED_BYTES = 28;
    /// @dev Place of `mixHash` among a header's fields, and how RLP begins 32 bytes.
    uint256 private constant MIX_HASH = 13;
    uint256 private constant WORD_PREFIX = 0xa0;
    /// @dev Chains without a beacon give 0, 1 or some other constant here. A real one is so small once in 2^192.
    uint256 private constant LEAST_RANDOM = 2 ** 64;

    /// @notice Reverts where there is no randomness to wait for, or no history to show it by.
    /// @dev The history's code alone proves nothing: anyone can deploy it on a chain that never fills it.
    function check() internal view {
        if (block.prevrandao < LEAST_RANDOM) revert NoRandomness(block.prevrandao);
        uint256 last = block.number - 1;
        if (hashOf(last) != blockhash(last)) revert NoBlockHash(last);
    }

    /// @notice The seed of that request, from the header of its block.
    function draw(uint256 number, bytes calldata header, uint256 requestId) internal view returns (bytes28) {
        bytes32 expected = hashOf(number);
        bytes32 actual = keccak256(header);
        if (actual != expected) revert WrongHeader(expected, actual);
        return bytes28(keccak256(abi.encode(mixHash(header), requestId)));
    }

    /// @notice The hash of one of the last 8,191 blocks.
    function hashOf(uint256 number) internal view returns (bytes32) {
        (bool success, bytes memory found) = HISTORY.staticcall(abi.encode(number));
        // A call of what isn't there succeeds, and returns nothing.
        if (!success || found.length != 32) revert NoBlockHash(number);
        return abi.decode(found, (bytes32));
    }

    /// @notice What a header's RLP has in the place of `prevrandao` (EIP-4399).
    /// @dev INVARIANT: the header is a block's, by its hash; its fields before this one are strings.
    function mixHash(bytes calldata header) internal pure returns (bytes32) {
        uint256 at = _content(header, 0, 0xf7);
        for (uint256 field = 0; field < MIX_HASH; field++) {
            at = _end(header, at);
        }
        if (uint8(header[at]) != WORD_PREFIX) revert NotAHeader();
        return bytes32(header[at + 1:at + 33]);
    }

    /// @dev Where the string at `at` ends.
    function _end(bytes calldata rlp, uint256 at) private pure returns (uint256) {
        uint256 first = uint8(rlp[at]);
        if (first < 0x80) return at + 1;
        if (first < 0xb8) return at + 1 + (first - 0x80);
        uint256 content = _content(rlp, at, 0xb7);
        return content + (uint256(bytes32(rlp[at + 1:content])) >> (256 - 8 * (content - at - 1)));
    }

    /// @dev Where the content of a long string or list at `at` begins.
    function _content(bytes calldata rlp, uint256 at, uint256 short) private pure returns (uint256) {
        uint256 first = uint8(rlp[at]);
        if (first <= short || first > short + 8) revert NotAHeader();
        return at + 1 + (first - short);
    }
}
