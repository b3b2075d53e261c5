// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {InferenceConsumer} from "../InferenceConsumer.sol";
import {IInferenceOracle, Request, Status} from "../interfaces/IInferenceOracle.sol";
import {MemoryTree} from "../libraries/MemoryTree.sol";
import {IAIOracle, IAIOracleCallback} from "./IAIOracle.sol";

/// @dev Of the dispute game: seconds that one side has for a whole game.
interface IClock {
    function clockSeconds() external view returns (uint32);
}

/// @title An OAO whose answers come from here: apps written for ORA's oracle run on it unchanged.
/// @notice An app is called once, when its answer is final: OAO may call sooner, and again with another answer.
/// Numbers of models are chosen when this is deployed; nobody can change them, nor anything else.
contract OaoAdapter is IAIOracle, InferenceConsumer {
    /// @param number OAO's id of the model.
    /// @param passes That the model's loop may run, and each answer is paid for; zero if it has none.
    struct Served {
        uint256 number;
        bytes32 modelId;
        uint32 passes;
    }

    struct Call {
        address account;
        address callbackContract;
        uint32 callbackGas;
        uint32 passes;
        bytes callbackData;
    }

    error UnknownNumber(uint256 number);
    error NumberTwice(uint256 number);
    error ZeroModel(uint256 number);
    error NotAsked(uint256 requestId);
    error NotCancelled(uint256 requestId, Status actual);

    /// @notice The request `requestId` was cancelled, and is `oracleId` at the oracle now.
    event AskedAgain(uint256 indexed requestId, uint256 indexed oracleId);

    uint256 public constant MAX_CALLBACK_GAS = 2_000_000; // the oracle's
    uint256 public constant OWN_GAS = 100_000; // of a callback, for what is done here
    uint40 public constant PATIENCE = 1 hours; // in which a worker must answer

    /// @dev Of workers' default settings: a bond's rent is a tenth of it a year.
    uint256 private constant RENT_DIVISOR = 10 * 365 days;
    uint256 private constant MAX_LEASE = 30 minutes;
    uint256 private constant MARGIN_PERCENT = 150; // gas may cost more when a worker looks

    uint32 public immutable window;
    uint96 public immutable minBond;

    mapping(uint256 number => Served) private served;
    mapping(uint256 requestId => Call) private calls;
    mapping(uint256 oracleId => uint256 requestId) public requestOf;
    mapping(uint256 requestId => bool) public isFinalized;

    /// @param window_ Seconds in which each answer can be challenged before it is delivered.
    /// @param minBond_ Wei that a false answer must cost at least.
    constructor(IInferenceOracle oracle_, uint32 window_, uint96 minBond_, Served[] memory all)
        InferenceConsumer(oracle_)
    {
        (window, minBond) = (window_, minBond_);
        for (uint256 i = 0; i < all.length; i++) {
            uint256 number = all[i].number;
            if (all[i].modelId == 0) revert ZeroModel(number);
            if (served[number].modelId != 0) revert NumberTwice(number);
            served[number] = all[i];
        }
    }

    /// @dev For what the bank sends back before a cancelled request is made again.
    receive() external payable {
        if (msg.sender != address(oracle.staking())) revert NotOracle(address(oracle.staking()), msg.sender);
    }

    /// @inheritdoc IAIOracle
    function requestCallback(
        uint256 modelId,
        bytes calldata input,
        address callbackContract,
        uint64 gasLimit,
        bytes calldata callbackData
    ) external payable returns (uint256 requestId) {
        Served memory model = _servedAs(modelId);
        uint32 callbackGas = _callbackGas(gasLimit);
        requestId = _ask(model.modelId, input, msg.value, callbackGas, model.passes);
        requestOf[requestId] = requestId;
        calls[requestId] = Call(msg.sender, callbackContract, callbackGas, model.passes, callbackData);
        emit AICallbackRequest(
            msg.sender, requestId, modelId, input, callbackContract, gasLimit, callbackData
        );
    }

    /// @notice Makes a cancelled request again, with the same fee and the value sent on top. Anyone may: an app of OAO
    /// knows of no refunds, so its fee is kept for its answer.
    /// @param r The terms that were cancelled.
    function askAgain(Request calldata r, bytes calldata input) external payable {
        uint256 requestId = requestOf[r.id];
        if (requestId == 0) revert NotAsked(r.id);
        Status status = oracle.getRequest(r.id).status;
        if (status != Status.Cancelled) revert NotCancelled(r.id, status);
        bytes32 expected = oracle.getRequest(r.id).commitment;
        bytes32 actual = keccak256(abi.encode(r));
        if (expected != actual) revert IInferenceOracle.WrongRequest(expected, actual);
        bytes32 root = MemoryTree.regionRoot(input);
        if (root != r.inputRoot) revert IInferenceOracle.WrongRequest(r.inputRoot, root);
        delete requestOf[r.id];
        _withdraw(address(this), r.fee);
        uint256 oracleId = _ask(r.modelId, input, r.fee + msg.value, r.callbackGas, calls[requestId].passes);
        requestOf[oracleId] = requestId;
        emit AskedAgain(requestId, oracleId);
    }

    /// @inheritdoc IAIOracle
    /// @dev The oracle's estimate, with the rent of the worker's bond and a margin.
    function estimateFee(uint256 modelId, uint64 gasLimit) external view returns (uint256) {
        Served memory model = _servedAs(modelId);
        uint256 gas = oracle.estimateFee(model.modelId, 0, model.passes, _callbackGas(gasLimit));
        (uint96 bond,) = oracle.bondFor(minBond);
        uint256 locked = MAX_LEASE + window + IClock(oracle.game()).clockSeconds();
        uint256 royaltyBps = oracle.registry().model(model.modelId).royaltyBps;
        uint256 rent = (bond * locked * 10_000) / (RENT_DIVISOR * (10_000 - royaltyBps));
        return ((gas + rent) * MARGIN_PERCENT) / 100;
    }

    function _onInference(uint256 oracleId, bytes calldata output) internal override {
        uint256 requestId = requestOf[oracleId];
        Call memory call_ = calls[requestId];
        delete requestOf[oracleId];
        delete calls[requestId];
        isFinalized[requestId] = true;
        emit AICallbackResult(call_.account, requestId, msg.sender, output);
        // What it reverts with goes on to the oracle, where anyone can have the call made again.
        if (call_.callbackContract != address(0)) {
            IAIOracleCallback(call_.callbackContract).aiOracleCallback(requestId, output, call_.callbackData);
        }
    }

    /// @dev Of passes that aren't run nothing comes back: an app of OAO knows of no refunds.
    function _ask(bytes32 model, bytes calldata input, uint256 fee, uint32 callbackGas, uint32 passes)
        private
        returns (uint256)
    {
        uint40 deadline = uint40(block.timestamp) + PATIENCE;
        if (passes == 0) {
            return _request(model, input, fee, callbackGas, deadline, window, minBond, address(this));
        }
        return _requestMetered(
            model, input, fee, callbackGas, deadline, window, minBond, address(this), 0, passes, false
        );
    }

    function _servedAs(uint256 number) private view returns (Served memory model) {
        model = served[number];
        if (model.modelId == 0) revert UnknownNumber(number);
    }

    /// @dev Apps of OAO ask for up to five million; a callback that needs more than there is can be made again.
    function _callbackGas(uint64 gasLimit) private pure returns (uint32) {
        uint256 wanted = gasLimit + OWN_GAS;
        return uint32(wanted < MAX_CALLBACK_GAS ? wanted : MAX_CALLBACK_GAS);
    }
}
