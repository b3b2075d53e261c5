// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @title One step of the machine. The byte tables are in docs/state-encoding.md, the rules in docs/machine.md.
interface IMipsVerifier {
    error WrongPreState(bytes32 expected, bytes32 actual);
    error WrongStatus(uint256 maximum, uint256 actual);
    error WrongWitnessLength(uint256 expected, uint256 actual);
    error NonZeroR0(uint256 actual);
    error WrongLeafProof(bytes32 expected, bytes32 actual);
    error WrongBitmap(uint256 levels, uint256 actual);
    error NonCanonicalSibling(uint256 level);
    error WrongRegionRoots(bytes32 expected, bytes32 actual);

    /// @notice The one post-state of `preRoot`. Reverts, deciding nothing, unless `witness` is its one valid witness.
    /// @dev Sound only for a `preRoot` whose tree holds `programRoot` and `modelRoot`; the dispute game
    /// derives its start so.
    function step(bytes32 preRoot, bytes32 programRoot, bytes32 modelRoot, bytes calldata witness)
        external
        pure
        returns (bytes32 postRoot);
}
