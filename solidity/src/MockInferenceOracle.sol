// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Staking} from "./Staking.sol";
import {Claim, IInferenceOracle, Meter, Options, Request, RequestState, Status} from "./interfaces/IInferenceOracle.sol";
import {IStaking} from "./interfaces/IStaking.sol";
import {BlockSeed} from "./libraries/BlockSeed.sol";
import {Callback} from "./libraries/Callback.sol";
import {MemoryTree} from "./libraries/MemoryTree.sol";

/// @title An oracle for an app's own tests: no workers, no waiting; the test says what happens.
/// @notice Give its address to the contract under test. What a consumer calls (`request`, `requestMetered`, `cancel`,
/// `getRequest`, `estimateFee`, `staking`) is as in `IInferenceOracle`, with the same events; `answer`, `dispute`,
/// `fail`, `drawSeed` and `retry` are the test's. Never deploy it where money is.
contract MockInferenceOracle {
    uint256 public constant MIN_OPEN = 1 minutes; // as the oracle's

    uint256 public lastRequestId;
    uint256 public fee = 1e15; // what `estimateFee` says
    IStaking public immutable staking;

    mapping(uint256 requestId => Request) private terms;
    mapping(uint256 requestId => RequestState) private states;
    mapping(uint256 requestId => bytes) private outputs;
    mapping(uint256 requestId => Meter) private meters;

    constructor() {
        staking = new Staking(address(this), address(this));
    }

    function request(
        bytes32 modelId,
        bytes calldata input,
        uint32 callbackGas,
        uint40 deadline,
        uint32 window,
        uint96 minBond,
        address refundTo
    ) external payable returns (uint256 requestId) {
        return _request(modelId, input, callbackGas, deadline, window, minBond, refundTo);
    }

    /// @dev The seed waits for `drawSeed` in the place of a block.
    function requestMetered(
        bytes32 modelId,
        bytes calldata input,
        uint32 callbackGas,
        uint40 deadline,
        uint32 window,
        uint96 minBond,
        address refundTo,
        uint96 passPrice,
        uint32 maxPasses,
        bool fromBlock
    ) external payable returns (uint256 requestId) {
        requestId = _request(modelId, input, callbackGas, deadline, window, minBond, refundTo);
        _meter(requestId, passPrice, maxPasses, fromBlock);
    }

    /// @dev Nobody is audited here: that a request permits it is told, and nothing comes of it.
    function requestWith(
        bytes32 modelId,
        bytes calldata input,
        uint32 callbackGas,
        uint40 deadline,
        uint32 window,
        uint96 minBond,
        address refundTo,
        Options calldata options
    ) external payable returns (uint256 requestId) {
        requestId = _request(modelId, input, callbackGas, deadline, window, minBond, refundTo);
        if (options.passPrice != 0 || options.maxPasses != 0 || options.fromBlock) {
            _meter(requestId, options.passPrice, options.maxPasses, options.fromBlock);
        }
        if (options.audits) emit IInferenceOracle.AuditsPermitted(requestId);
    }

    /// @notice The block is there, and somebody has shown it.
    function drawSeed(uint256 requestId, bytes28 seed) external {
        Request memory r = _expect(requestId, Status.Unseeded);
        _enter(requestId, Status.Open);
        emit IInferenceOracle.SeedFixed(requestId, seed, r.inputRoot);
    }

    function _request(
        bytes32 modelId,
        bytes calldata input,
        uint32 callbackGas,
        uint40 deadline,
        uint32 window,
        uint96 minBond,
        address refundTo
    ) private returns (uint256 requestId) {
        requestId = ++lastRequestId;
        Request memory r = Request({
            id: requestId,
            modelId: modelId,
            requester: msg.sender,
            fee: uint96(msg.value),
            inputRoot: MemoryTree.regionRoot(input),
            callbackGas: callbackGas,
            window: window,
            deadline: deadline,
            minBond: minBond,
            refundTo: refundTo == address(0) ? msg.sender : refundTo
        });
        terms[requestId] = r;
        states[requestId].commitment = keccak256(abi.encode(r));
        _enter(requestId, Status.Open);
        emit IInferenceOracle.Requested(requestId, modelId, msg.sender, r, input);
    }

    /// @notice A worker answered, nobody challenged, the window passed: the callback is made. The caller is the
    /// worker, and is paid.
    function answer(uint256 requestId, bytes calldata output) external {
        Request memory r = _expect(requestId, Status.Open);
        _enter(requestId, Status.Final);
        bytes32 claimHash = _claim(r, output);
        states[requestId].commitment = claimHash;
        uint256 refund = _refund(r, output);
        emit IInferenceOracle.Finalized(requestId, claimHash, msg.sender, r.fee - refund, 0);
        staking.deposit{value: r.fee - refund}(msg.sender);
        (bool success, bytes memory reason) =
            Callback.deliver(r.requester, requestId, output, r.callbackGas, r.callbackGas);
        if (success) {
            emit IInferenceOracle.CallbackSucceeded(requestId, r.requester);
        } else {
            states[requestId].callbackFailed = true;
            outputs[requestId] = output;
            emit IInferenceOracle.CallbackFailed(requestId, r.requester, reason);
        }
    }

    /// @notice A worker answered falsely and was caught: the request is open again.
    function dispute(uint256 requestId, bytes calldata lie) external {
        Request memory r = _expect(requestId, Status.Open);
        bytes32 claimHash = _claim(r, lie);
        states[requestId].attempt++;
        emit IInferenceOracle.ClaimKilled(requestId, claimHash, msg.sender);
    }

    /// @notice A worker took the request and never answered: it is open again.
    function fail(uint256 requestId) external {
        _expect(requestId, Status.Open);
        states[requestId].attempt++;
        emit IInferenceOracle.LeaseExpired(requestId, msg.sender, 0, 0);
    }

    /// @notice Makes a failed callback again.
    function retry(uint256 requestId) external {
        Request memory r = _expect(requestId, Status.Final);
        if (!states[requestId].callbackFailed) revert IInferenceOracle.CallbackNotPending(requestId);
        states[requestId].callbackFailed = false;
        this.deliver(r.requester, requestId, outputs[requestId]);
        emit IInferenceOracle.CallbackSucceeded(requestId, r.requester);
    }

    /// @dev For `retry`: the output moves from storage to calldata.
    function deliver(address requester, uint256 requestId, bytes calldata output) external {
        if (msg.sender != address(this)) revert IInferenceOracle.WrongSender(address(this), msg.sender);
        (bool success, bytes memory reason) =
            Callback.deliver(requester, requestId, output, 0, type(uint256).max);
        if (!success) revert IInferenceOracle.CallbackStillFails(requestId, reason);
    }

    function cancel(Request calldata r) external {
        bool unseeded = states[r.id].status == Status.Unseeded;
        Request memory known = _expect(r.id, unseeded ? Status.Unseeded : Status.Open);
        bytes32 expected = keccak256(abi.encode(known));
        bytes32 actual = keccak256(abi.encode(r));
        if (expected != actual) revert IInferenceOracle.WrongRequest(expected, actual);
        if (msg.sender != r.requester && block.timestamp < r.deadline) {
            revert IInferenceOracle.WrongSender(r.requester, msg.sender);
        }
        if (meters[r.id].seedBlock != 0 && block.timestamp < r.deadline) {
            revert IInferenceOracle.Binding(r.deadline, block.timestamp);
        }
        uint256 earliest = states[r.id].changedAt + MIN_OPEN;
        if (states[r.id].attempt == 0 && block.timestamp < earliest) {
            revert IInferenceOracle.TooEarly(earliest, block.timestamp);
        }
        _enter(r.id, Status.Cancelled);
        emit IInferenceOracle.Cancelled(r.id, r.fee);
        staking.deposit{value: r.fee}(r.refundTo);
    }

    function setFee(uint256 wei_) external {
        fee = wei_;
    }

    function getRequest(uint256 requestId) external view returns (RequestState memory) {
        return states[requestId];
    }

    /// @notice The terms as `cancel` wants them.
    function getTerms(uint256 requestId) external view returns (Request memory) {
        return terms[requestId];
    }

    function estimateFee(bytes32, uint256, uint256, uint32) external view returns (uint256) {
        return fee;
    }

    function _meter(uint256 requestId, uint96 passPrice, uint32 maxPasses, bool fromBlock) private {
        uint256 least = uint256(passPrice) * maxPasses;
        if (msg.value < least) revert IInferenceOracle.FeeTooLow(least, msg.value);
        meters[requestId] = Meter(passPrice, maxPasses, fromBlock ? uint40(block.number + BlockSeed.DELAY) : 0);
        if (fromBlock) _enter(requestId, Status.Unseeded);
        emit IInferenceOracle.Metered(requestId, meters[requestId]);
    }

    function _refund(Request memory r, bytes calldata output) private returns (uint256 refund) {
        Meter memory meter = meters[r.id];
        uint256 passes = output.length < 4 ? 0 : uint32(MemoryTree.littleEndian(uint32(bytes4(output))));
        if (meter.passPrice == 0 || passes >= meter.maxPasses) return 0;
        refund = meter.passPrice * (meter.maxPasses - passes);
        emit IInferenceOracle.Unspent(r.id, r.refundTo, passes, refund);
        staking.deposit{value: refund}(r.refundTo);
    }

    function _claim(Request memory r, bytes calldata output) private returns (bytes32 claimHash) {
        Claim memory claim = Claim({
            requestId: r.id,
            requestHash: states[r.id].commitment,
            modelId: r.modelId,
            inputRoot: r.inputRoot,
            outputRoot: MemoryTree.regionRoot(output),
            worker: msg.sender,
            attempt: states[r.id].attempt,
            windowEnd: uint40(block.timestamp),
            bond: 0,
            gasPrice: 0
        });
        claimHash = keccak256(abi.encode(claim));
        emit IInferenceOracle.Claimed(r.id, claimHash, msg.sender, claim, output, false);
    }

    function _expect(uint256 requestId, Status expected) private view returns (Request memory) {
        Status actual = states[requestId].status;
        if (expected != actual) revert IInferenceOracle.WrongStatus(requestId, expected, actual);
        return terms[requestId];
    }

    function _enter(uint256 requestId, Status status) private {
        states[requestId].status = status;
        states[requestId].changedAt = uint40(block.timestamp);
    }
}
