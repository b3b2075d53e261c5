// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Claim} from "./IInferenceOracle.sol";
import {IModelRegistry} from "./IModelRegistry.sol";
import {IStaking} from "./IStaking.sol";

/// @title Where claims come from: all that a dispute game has to know of it.
/// @notice `InferenceOracle` is one, `ModelSwarm` another; each has a game and a bank of its own, of the same code.
interface IClaimSource {
    /// @notice The hash of the claim with this id that stands and can be disputed; zero if there is none.
    function standingClaim(uint256 requestId) external view returns (bytes32);

    /// @notice The claim was proved false. Dispute game only.
    function killClaim(Claim calldata claim) external;

    function registry() external view returns (IModelRegistry);

    /// @notice Where the bonds are locked.
    function staking() external view returns (IStaking);

    /// @notice The only address that may kill a claim.
    function game() external view returns (address);
}
