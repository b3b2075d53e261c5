// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Claim, IInferenceOracle} from "./IInferenceOracle.sol";

/// @notice What a publisher says: this net computes the model whose image and guest have these roots.
/// @dev Four slots; the third holds address, instant and state.
struct NetEntry {
    bytes32 modelRoot;
    bytes32 programRoot;
    address net;
    uint40 leavesAt; // instant from which the bond can be taken back; 0 while nobody has asked
    bool struck;
    bytes32 codeHash;
    uint256 bond; // wei
}

/// @title Nets by model and publisher, each with a bond that a proved difference takes.
/// @notice A list to look things up in before a consumer is deployed, and to watch afterwards. No entry is a reason
/// to call a net: consumers pin address and code hash. An entry is per publisher, so nobody takes a root's place.
interface INetDirectory {
    error NoEntry(bytes32 key);
    error EntryExists(bytes32 key);
    error NotThere(address net);
    error BondTooLow(uint256 expected, uint256 actual);
    error NotPublisher(address expected, address actual);
    error WrongClaim(bytes32 expected, bytes32 actual);
    error NotFinal(uint256 requestId);
    error WrongModel(bytes32 expected, bytes32 actual);
    error WrongInput(bytes32 expected, bytes32 actual);
    error NoDifference(bytes32 key);
    error TooEarly(uint256 expected, uint256 actual);
    error NotLeaving(bytes32 key);
    error TransferFailed(address to, uint256 amount);

    event Entered(
        bytes32 indexed key,
        bytes32 indexed modelRoot,
        address indexed publisher,
        bytes32 programRoot,
        address net,
        bytes32 codeHash,
        uint256 bond
    );
    event Leaving(bytes32 indexed key, uint256 leavesAt);
    event Left(bytes32 indexed key, uint256 bond);
    /// @param reward What the striker got; as much was burned.
    event Struck(bytes32 indexed key, address indexed striker, uint256 indexed requestId, uint256 reward);

    /// @notice Enters a net for `msg.sender`. The value sent is the bond, MIN_BOND at least.
    function enter(bytes32 modelRoot, bytes32 programRoot, address net) external payable returns (bytes32 key);

    /// @notice Ends an entry: its bond can be struck for NOTICE more seconds, and then be taken back.
    function leave(bytes32 key) external;

    /// @notice Takes the bond of an entry that has left back.
    function takeBack(bytes32 key) external;

    /// @notice Takes the bond of a net that answers otherwise than a Final claim of the oracle on the same roots. Half
    /// goes to `msg.sender`, half is burned, so that striking oneself costs.
    /// @param claim The claim as it was told; `input` is what its request asked about.
    /// @dev A net that reverts, or runs out of gas, shows no difference: who calls decides how much gas there is.
    function strike(bytes32 key, Claim calldata claim, bytes calldata input) external;

    function entry(bytes32 key) external view returns (NetEntry memory);

    function keyOf(bytes32 modelRoot, bytes32 programRoot, address publisher, address net)
        external
        pure
        returns (bytes32 key);

    function oracle() external view returns (IInferenceOracle);
}
