// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Claim, IInferenceOracle, RequestState, Status} from "../interfaces/IInferenceOracle.sol";
import {INetDirectory, NetEntry} from "../interfaces/INetDirectory.sol";
import {Model} from "../interfaces/IModelRegistry.sol";
import {MemoryTree} from "../libraries/MemoryTree.sol";

/// @title The directory of nets.
contract NetDirectory is INetDirectory {
    uint256 public constant MIN_BOND = 0.01 ether;
    uint40 public constant NOTICE = 14 days; // longer than a request and its dispute usually take

    uint256 public constant MAX_OUTPUT = 96 * 1024; // bytes that the oracle takes of a worker

    /// @inheritdoc INetDirectory
    IInferenceOracle public immutable oracle;

    mapping(bytes32 key => NetEntry) private entries;
    mapping(bytes32 key => address) private publishers;

    constructor(IInferenceOracle oracle_) {
        oracle = oracle_;
    }

    /// @inheritdoc INetDirectory
    function enter(bytes32 modelRoot, bytes32 programRoot, address net) external payable returns (bytes32 key) {
        if (net.code.length == 0) revert NotThere(net);
        if (msg.value < MIN_BOND) revert BondTooLow(MIN_BOND, msg.value);
        key = keyOf(modelRoot, programRoot, msg.sender, net);
        if (publishers[key] != address(0)) revert EntryExists(key);
        publishers[key] = msg.sender;
        bytes32 codeHash = net.codehash;
        entries[key] = NetEntry(modelRoot, programRoot, net, 0, false, codeHash, msg.value);
        emit Entered(key, modelRoot, msg.sender, programRoot, net, codeHash, msg.value);
    }

    /// @inheritdoc INetDirectory
    function leave(bytes32 key) external {
        NetEntry storage e = _own(key);
        // INVARIANT: notice is given once. Asking again neither shortens nor stretches it.
        if (e.leavesAt == 0) e.leavesAt = uint40(block.timestamp) + NOTICE;
        emit Leaving(key, e.leavesAt);
    }

    /// @inheritdoc INetDirectory
    function takeBack(bytes32 key) external {
        NetEntry storage e = _own(key);
        if (e.leavesAt == 0) revert NotLeaving(key);
        if (block.timestamp < e.leavesAt) revert TooEarly(e.leavesAt, block.timestamp);
        uint256 bond = e.bond;
        e.bond = 0;
        emit Left(key, bond);
        _pay(msg.sender, bond);
    }

    /// @inheritdoc INetDirectory
    function strike(bytes32 key, Claim calldata claim, bytes calldata input) external {
        NetEntry storage e = entries[key];
        if (publishers[key] == address(0) || e.bond == 0) revert NoEntry(key);
        _checkFinal(claim);
        _checkModel(e, claim.modelId);
        bytes32 inputRoot = MemoryTree.regionRoot(input);
        if (inputRoot != claim.inputRoot) revert WrongInput(claim.inputRoot, inputRoot);
        if (!_differs(e.net, input, claim.outputRoot)) revert NoDifference(key);
        uint256 reward = e.bond / 2;
        e.bond = 0;
        e.struck = true;
        emit Struck(key, msg.sender, claim.requestId, reward);
        _pay(msg.sender, reward);
    }

    /// @inheritdoc INetDirectory
    function entry(bytes32 key) external view returns (NetEntry memory) {
        if (publishers[key] == address(0)) revert NoEntry(key);
        return entries[key];
    }

    /// @notice The region root of a net's answer, as the oracle makes it.
    function rootOf(bytes calldata data) external pure returns (bytes32) {
        return MemoryTree.regionRoot(data);
    }

    /// @inheritdoc INetDirectory
    function keyOf(bytes32 modelRoot, bytes32 programRoot, address publisher, address net)
        public
        pure
        returns (bytes32 key)
    {
        return keccak256(abi.encode(modelRoot, programRoot, publisher, net));
    }

    function _own(bytes32 key) private view returns (NetEntry storage e) {
        e = entries[key];
        address publisher = publishers[key];
        if (publisher == address(0) || e.bond == 0) revert NoEntry(key);
        if (publisher != msg.sender) revert NotPublisher(publisher, msg.sender);
    }

    /// @dev Only what the net truly answers counts against it. An answer that is longer than any claim's differs, and
    /// is not copied: a net must not be able to make striking it too dear.
    function _differs(address net, bytes calldata input, bytes32 outputRoot) private view returns (bool) {
        bytes memory data = input;
        bool good;
        uint256 size;
        assembly ("memory-safe") {
            good := staticcall(gas(), net, add(data, 0x20), mload(data), 0, 0)
            size := returndatasize()
        }
        if (!good) return false;
        if (size > MAX_OUTPUT) return true;
        bytes memory output = new bytes(size);
        assembly ("memory-safe") {
            returndatacopy(add(output, 0x20), 0, size)
        }
        return this.rootOf(output) != outputRoot;
    }

    function _checkFinal(Claim calldata claim) private view {
        RequestState memory state = oracle.getRequest(claim.requestId);
        if (state.status != Status.Final) revert NotFinal(claim.requestId);
        bytes32 actual = keccak256(abi.encode(claim));
        if (actual != state.commitment) revert WrongClaim(state.commitment, actual);
    }

    /// @dev INVARIANT: both roots count. Under another guest the same image may compute anything.
    function _checkModel(NetEntry storage e, bytes32 modelId) private view {
        Model memory model = oracle.registry().model(modelId);
        if (model.modelRoot != e.modelRoot) revert WrongModel(e.modelRoot, model.modelRoot);
        if (model.programRoot != e.programRoot) revert WrongModel(e.programRoot, model.programRoot);
    }

    function _pay(address to, uint256 amount) private {
        (bool good,) = to.call{value: amount}("");
        if (!good) revert TransferFailed(to, amount);
    }
}
