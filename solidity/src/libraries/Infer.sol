// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @notice A net as its consumer knows it: fixed in the constructor, never looked up.
/// @dev Two slots.
struct Net {
    address at;
    uint32 outputBytes;
    bytes32 codeHash; // of the net's runtime code; see `plumb model check-evm`
}

/// @title One call for a model's output, wherever the chain can compute it.
/// @notice The bytes are those of the oracle: same input, same output.
library Infer {
    /// @notice Neither the chain nor a net answers: ask the oracle, asynchronously.
    error UseOracle(bytes32 modelRoot);

    /// @dev docs/precompile.md.
    address internal constant PRECOMPILE = address(0x504c);

    /// @notice The model's output on `input`: from the precompile, else from the net, else `UseOracle`.
    /// @dev INVARIANT: nothing but the pinned code answers. Nobody can tell from bytecode which model it computes,
    /// so a net that anybody enters under a root is no reason to run it.
    function run(Net memory net, bytes32 modelRoot, bytes memory input) internal view returns (bytes memory output) {
        bool good;
        // An absent precompile succeeds with no data, so that the length is looked at in any case.
        (good, output) = PRECOMPILE.staticcall(bytes.concat(modelRoot, input));
        if (good && net.outputBytes != 0 && output.length == net.outputBytes) return output;
        if (net.codeHash != 0 && net.at.codehash == net.codeHash) {
            (good, output) = net.at.staticcall(input);
            if (good && output.length == net.outputBytes) return output;
        }
        revert UseOracle(modelRoot);
    }

    /// @notice Element `index` of an int32 tensor that begins at byte `offset`: the machine is little-endian.
    function int32At(bytes memory data, uint256 offset, uint256 index) internal pure returns (int32) {
        uint32 word;
        for (uint256 i = 0; i < 4; i++) {
            word |= uint32(uint8(data[offset + 4 * index + i])) << uint32(8 * i);
        }
        return int32(word);
    }
}
