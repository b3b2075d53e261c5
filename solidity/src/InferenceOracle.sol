// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IAudits} from "./interfaces/IAudits.sol";
import {IDisputeGame} from "./interfaces/IDisputeGame.sol";
import {
    Claim,
    IInferenceOracle,
    Lease,
    Meter,
    Options,
    Request,
    RequestState,
    Status
} from "./interfaces/IInferenceOracle.sol";
import {IModelRegistry, Work} from "./interfaces/IModelRegistry.sol";
import {IStaking} from "./interfaces/IStaking.sol";
import {BlockSeed} from "./libraries/BlockSeed.sol";
import {Callback} from "./libraries/Callback.sol";
import {Commitment} from "./libraries/Commitment.sol";
import {GasPrice} from "./libraries/GasPrice.sol";
import {MemoryTree} from "./libraries/MemoryTree.sol";
import {Tariff} from "./libraries/Tariff.sol";

/// @title Requests for inference, and their answers.
/// @dev Holds the fees of the requests that are neither final nor cancelled; all else is in `staking`.
/// Effects come before interactions everywhere, so there is no lock, and a consumer may request inside its callback.
contract InferenceOracle is IInferenceOracle {
    /// @dev A RequestState, and the request's traits: in the byte that was left of the packed slot.
    struct Stored {
        Status status;
        bool callbackFailed;
        uint8 traits;
        uint32 attempt;
        uint40 changedAt;
        address worker;
        bytes32 commitment;
    }

    uint256 public constant MAX_IO = 96 * 1024; // bytes; a transaction's data is at most 128 KiB in mempools
    uint256 public constant MAX_CALLBACK_GAS = 2_000_000;
    uint256 public constant MIN_WINDOW = 5 minutes;
    uint256 public constant MAX_WINDOW = 30 days;
    uint256 public constant MIN_TIME = 1 minutes; // in which a request can be accepted, at least
    uint256 public constant MAX_TIME = 90 days; // from the request to its deadline
    uint256 public constant MAX_LEASE = 30 minutes;
    /// @dev Before, it can't be cancelled: each worker that was about to accept it would pay for a revert.
    uint256 public constant MIN_OPEN = 1 minutes;
    /// @dev From a request to its last instant to be accepted, besides, if its seed is yet to come: 32 blocks, and to
    /// show one of them.
    uint256 public constant SEED_TIME = 10 minutes;

    /// @dev Of the least bond, for a lease that ran out; and of what the bond has above it, up to the fee.
    uint256 public constant PENALTY_SHARE = 10;
    /// @dev What `expireLease` uses at least, as a transaction of its own. Its caller is credited with that.
    uint256 public constant EXPIRE_GAS = 71_000;

    /// @dev Measured: accept, submit and finalize without data take less; a byte of output is sent in two of
    /// them, at 40 gas a byte (EIP-7623), Merkleised in both and logged once.
    uint256 private constant FIXED_GAS = 350_000;
    uint256 private constant OUTPUT_BYTE_GAS = 120;
    /// @dev A second of a core, some 10^9 of them, costs about as much as a thousand units of gas at a gwei.
    uint256 private constant INSTRUCTIONS_A_GAS = 2 ** 20;
    uint256 private constant PASSES_BYTES = 4;
    uint256 private constant BPS = 10_000;

    /// @dev Bits of a request's traits: it has a Meter; it permits audits; its lease or claim is audited.
    uint8 private constant METERED = 1;
    uint8 private constant PERMITS = 2;
    uint8 private constant AUDITED = 4;

    /// @inheritdoc IInferenceOracle
    IModelRegistry public immutable registry;
    /// @inheritdoc IInferenceOracle
    IStaking public immutable staking;
    /// @inheritdoc IInferenceOracle
    address public immutable game;
    /// @inheritdoc IInferenceOracle
    uint32 public immutable minLease;
    /// @inheritdoc IInferenceOracle
    IAudits public immutable audits;

    uint256 public lastRequestId;
    /// @dev Two slots each, both written by every action: one packed, and the hash of what the next one supplies.
    mapping(uint256 requestId => Stored) private requests;
    mapping(uint256 requestId => Meter) private meters;

    constructor(IModelRegistry registry_, IStaking staking_, address game_, uint32 minLease_, IAudits audits_) {
        if (staking_.oracle() != address(this)) revert Miswired(address(this), staking_.oracle());
        if (staking_.game() != game_) revert Miswired(game_, staking_.game());
        if (minLease_ < 1 || minLease_ > MAX_LEASE) revert LeaseOutOfRange(1, MAX_LEASE, minLease_);
        registry = registry_;
        staking = staking_;
        game = game_;
        minLease = minLease_;
        audits = audits_;
    }

    /// @inheritdoc IInferenceOracle
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

    /// @inheritdoc IInferenceOracle
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
        _meter(requestId, input, deadline, passPrice, maxPasses, fromBlock);
    }

    /// @inheritdoc IInferenceOracle
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
            _meter(requestId, input, deadline, options.passPrice, options.maxPasses, options.fromBlock);
        }
        if (options.audits) {
            requests[requestId].traits |= PERMITS;
            emit AuditsPermitted(requestId);
        }
    }

    /// @inheritdoc IInferenceOracle
    function fixSeed(Request calldata r, bytes calldata header, uint32 inputBytes, bytes32[] calldata siblings)
        external
    {
        Stored storage state = _expect(r.id, Status.Unseeded);
        _checkRequest(state.commitment, r);
        bytes28 seed = BlockSeed.draw(meters[r.id].seedBlock, header, r.id);
        bytes32 root = MemoryTree.rootOfFirst(_firstLeaf(inputBytes, 0), siblings);
        if (root != r.inputRoot) revert WrongInput(r.inputRoot, root);
        Request memory seeded = r;
        seeded.inputRoot = MemoryTree.rootOfFirst(_firstLeaf(inputBytes, seed), siblings);
        _enter(state, Status.Open, address(0), Commitment.ofMemory(seeded));
        emit SeedFixed(r.id, seed, seeded.inputRoot);
    }

    /// @inheritdoc IInferenceOracle
    function accept(Request calldata r, uint32 attempt, uint40 leastEnd, uint96 mostBond)
        external
        returns (Lease memory lease)
    {
        Stored storage state = _expect(r.id, Status.Open);
        _checkRequest(state.commitment, r);
        if (attempt != state.attempt) revert WrongAttempt(attempt, state.attempt);
        uint40 end = _leaseEnd(r.deadline);
        if (end < leastEnd) revert LeaseTooShort(leastEnd, end);
        (uint96 bond, uint96 gasPrice) = bondFor(r.minBond);
        if (bond > mostBond) revert BondTooHigh(mostBond, bond);
        lease = Lease({
            requestHash: state.commitment,
            attempt: attempt,
            worker: msg.sender,
            end: end,
            bond: bond,
            gasPrice: gasPrice
        });
        _enter(state, Status.Accepted, msg.sender, keccak256(abi.encode(lease)));
        emit Accepted(r.id, r.modelId, msg.sender, lease);
        staking.lock(msg.sender, bond);
        uint8 traits = state.traits;
        if (traits & PERMITS != 0 && audits.lease(r.id, attempt, msg.sender, r.window, gasPrice)) {
            state.traits = traits | AUDITED;
        }
    }

    /// @inheritdoc IInferenceOracle
    function submit(Request calldata r, Lease calldata lease, bytes calldata output)
        external
        returns (bytes32 claimHash)
    {
        return _submit(r, lease, output, false);
    }

    /// @inheritdoc IInferenceOracle
    function submitAudited(Request calldata r, Lease calldata lease, bytes calldata output, bytes32 draw)
        external
        returns (bytes32 claimHash)
    {
        claimHash = _submit(r, lease, output, true);
        audits.draw(r.id, draw, uint40(block.timestamp + r.window));
    }

    /// @inheritdoc IInferenceOracle
    function confess(
        Request calldata r,
        Claim calldata claim,
        bytes32 secret,
        bytes32[] calldata path,
        bytes calldata output
    ) external returns (bytes32 claimHash) {
        (Stored storage state, bytes32 before) = _audited(r, claim);
        if (msg.sender != claim.worker) revert WrongSender(claim.worker, msg.sender);
        if (output.length > MAX_IO) revert DataTooLong(MAX_IO, output.length);
        Claim memory next = claim;
        next.attempt = state.attempt + 1;
        next.outputRoot = MemoryTree.regionRoot(output);
        next.windowEnd = uint40(block.timestamp + r.window);
        // INVARIANT: a test is false. Else answering it truly, and confessing, would be a worker's best.
        if (next.outputRoot == claim.outputRoot) revert SameOutput(next.outputRoot);
        claimHash = Commitment.ofMemory(next);
        _enter(state, Status.Claimed, msg.sender, claimHash);
        state.attempt = next.attempt;
        // INVARIANT: what was confessed is no test again: each request has its answer in the end.
        state.traits &= ~AUDITED;
        uint256 challengers = IDisputeGame(game).concede(before);
        emit Confessed(r.id, before, msg.sender, challengers);
        emit Claimed(r.id, claimHash, msg.sender, next, output, false);
        audits.confess(r.id, before, secret, path, challengers);
    }

    /// @inheritdoc IInferenceOracle
    function reopenWithheld(Request calldata r, Claim calldata claim) external {
        (Stored storage state, bytes32 claimHash) = _audited(r, claim);
        // INVARIANT: no game is cut short, so that silence saves no liar from its challengers.
        _checkUndisputed(claimHash);
        _reopen(state, claim.requestHash);
        (uint256 penalty, uint256 credit) = _penalty(r.fee, claim.bond, claim.gasPrice);
        emit SecretWithheld(r.id, claimHash, claim.worker, penalty, penalty - credit);
        audits.withhold(r.id);
        _charge(claim.worker, claim.bond, penalty, credit);
    }

    /// @inheritdoc IInferenceOracle
    function finalize(Request calldata r, Claim calldata claim, bytes calldata output) external {
        Stored storage state = _expect(r.id, Status.Claimed);
        bytes32 claimHash = _checkClaim(state, claim);
        _checkRequest(claim.requestHash, r);
        if (block.timestamp < claim.windowEnd) revert TooEarly(claim.windowEnd, block.timestamp);
        _checkUndisputed(claimHash);
        _checkOutput(claim, output);
        _enter(state, Status.Final, claim.worker, claimHash);
        uint8 traits = state.traits;
        _pay(r, claim, claimHash, traits & METERED != 0 ? _refund(r, output) : 0, traits & AUDITED != 0);
        // The price is twice the base fee of the accept, or the floor, if that is more.
        if (msg.sender == claim.worker && block.basefee > claim.gasPrice) {
            state.callbackFailed = true;
            emit CallbackSkipped(r.id, r.requester);
            return;
        }
        (bool success, bytes memory reason) =
            Callback.deliver(r.requester, r.id, output, r.callbackGas, r.callbackGas);
        if (success) {
            emit CallbackSucceeded(r.id, r.requester);
        } else {
            state.callbackFailed = true;
            emit CallbackFailed(r.id, r.requester, reason);
        }
    }

    /// @inheritdoc IInferenceOracle
    function retryCallback(Request calldata r, Claim calldata claim, bytes calldata output) external {
        Stored storage state = _expect(r.id, Status.Final);
        _checkClaim(state, claim);
        _checkRequest(claim.requestHash, r);
        _checkOutput(claim, output);
        if (!state.callbackFailed) revert CallbackNotPending(r.id);
        state.callbackFailed = false;
        (bool success, bytes memory reason) =
            Callback.deliver(r.requester, r.id, output, r.callbackGas, type(uint256).max);
        if (!success) revert CallbackStillFails(r.id, reason);
        emit CallbackSucceeded(r.id, r.requester);
    }

    /// @inheritdoc IInferenceOracle
    function expireLease(Request calldata r, Lease calldata lease) external {
        Stored storage state = _expect(r.id, Status.Accepted);
        _checkLease(state, lease);
        _checkRequest(lease.requestHash, r);
        if (block.timestamp < lease.end) revert TooEarly(lease.end, block.timestamp);
        bool audited = state.traits & AUDITED != 0;
        _reopen(state, lease.requestHash);
        (uint256 penalty, uint256 credit) = _penalty(r.fee, lease.bond, lease.gasPrice);
        emit LeaseExpired(r.id, lease.worker, penalty, penalty - credit);
        _charge(lease.worker, lease.bond, penalty, credit);
        if (audited) audits.drop(r.id);
    }

    /// @inheritdoc IInferenceOracle
    function cancel(Request calldata r) external {
        Stored storage state = requests[r.id];
        if (state.status != Status.Unseeded) _expect(r.id, Status.Open);
        _checkRequest(state.commitment, r);
        if (msg.sender != r.requester && block.timestamp < r.deadline) {
            revert WrongSender(r.requester, msg.sender);
        }
        if (state.traits & METERED != 0) _checkFree(state.status, r);
        // A later attempt is older than that: it is open since a lease or a claim ended.
        uint256 earliest = state.changedAt + MIN_OPEN;
        if (state.attempt == 0 && block.timestamp < earliest) revert TooEarly(earliest, block.timestamp);
        _enter(state, Status.Cancelled, address(0), state.commitment);
        emit Cancelled(r.id, r.fee);
        staking.deposit{value: r.fee}(r.refundTo);
    }

    /// @inheritdoc IInferenceOracle
    function killClaim(Claim calldata claim) external {
        if (msg.sender != game) revert WrongSender(game, msg.sender);
        Stored storage state = _expect(claim.requestId, Status.Claimed);
        bytes32 claimHash = _checkClaim(state, claim);
        bool audited = state.traits & AUDITED != 0;
        _reopen(state, claim.requestHash);
        emit ClaimKilled(claim.requestId, claimHash, claim.worker);
        if (audited) audits.drop(claim.requestId);
    }

    /// @inheritdoc IInferenceOracle
    function getRequest(uint256 requestId) external view returns (RequestState memory) {
        Stored memory state = requests[requestId];
        return RequestState({
            status: state.status,
            callbackFailed: state.callbackFailed,
            attempt: state.attempt,
            changedAt: state.changedAt,
            worker: state.worker,
            commitment: state.commitment,
            mayBeTest: state.traits & AUDITED != 0 && state.status != Status.Final
        });
    }

    /// @inheritdoc IInferenceOracle
    function standingClaim(uint256 requestId) external view returns (bytes32) {
        Stored storage state = requests[requestId];
        return state.status == Status.Claimed ? state.commitment : bytes32(0);
    }

    /// @inheritdoc IInferenceOracle
    function getMeter(uint256 requestId) external view returns (Meter memory) {
        return meters[requestId];
    }

    /// @inheritdoc IInferenceOracle
    /// @dev The input costs its worker nothing but passes: it was logged by the requester.
    function estimateFee(bytes32 modelId, uint256, uint256 passes, uint32 callbackGas)
        external
        view
        returns (uint256 fee)
    {
        Work memory work = registry.workOf(modelId);
        (, uint256 royaltyBps) = registry.royalty(modelId);
        uint256 instructions = work.prologue + work.body * passes + work.epilogue;
        uint256 outputBytes = work.outputBytes + work.passBytes * passes;
        uint256 gasUnits =
            FIXED_GAS + OUTPUT_BYTE_GAS * outputBytes + callbackGas + instructions / INSTRUCTIONS_A_GAS;
        return (gasUnits * GasPrice.current() * BPS) / (BPS - royaltyBps);
    }

    /// @inheritdoc IInferenceOracle
    function bondFor(uint96 minBond) public view returns (uint96 bond, uint96 gasPrice) {
        uint256 price = GasPrice.current();
        bond = _toUint96(Tariff.WORKER_BOND * price);
        return (bond > minBond ? bond : minBond, uint96(price));
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
        if (!registry.exists(modelId)) revert IModelRegistry.UnknownModel(modelId);
        _checkTerms(input.length, callbackGas, deadline, window);
        requestId = ++lastRequestId;
        Request memory r = Request({
            id: requestId,
            modelId: modelId,
            requester: msg.sender,
            fee: _toUint96(msg.value),
            inputRoot: MemoryTree.regionRoot(input),
            callbackGas: callbackGas,
            window: window,
            deadline: deadline,
            minBond: minBond,
            refundTo: refundTo == address(0) ? msg.sender : refundTo
        });
        Stored storage state = requests[requestId];
        _enter(state, Status.Open, address(0), Commitment.ofMemory(r));
        emit Requested(requestId, modelId, msg.sender, r, input);
    }

    function _meter(
        uint256 requestId,
        bytes calldata input,
        uint256 deadline,
        uint96 passPrice,
        uint32 maxPasses,
        bool fromBlock
    ) private {
        uint256 least = uint256(passPrice) * maxPasses;
        if (msg.value < least) revert FeeTooLow(least, msg.value);
        Meter memory meter = Meter(passPrice, maxPasses, 0);
        requests[requestId].traits = METERED;
        if (fromBlock) {
            _checkSeedable(input, deadline);
            meter.seedBlock = uint40(block.number + BlockSeed.DELAY);
            requests[requestId].status = Status.Unseeded;
        }
        meters[requestId] = meter;
        emit Metered(requestId, meter);
    }

    function _submit(Request calldata r, Lease calldata lease, bytes calldata output, bool audited)
        private
        returns (bytes32 claimHash)
    {
        Stored storage state = _expect(r.id, Status.Accepted);
        _checkLease(state, lease);
        _checkRequest(lease.requestHash, r);
        if (msg.sender != lease.worker) revert WrongSender(lease.worker, msg.sender);
        if (block.timestamp >= lease.end) revert TooLate(lease.end, block.timestamp);
        if (output.length > MAX_IO) revert DataTooLong(MAX_IO, output.length);
        if (audited != (state.traits & AUDITED != 0)) revert WrongKind(!audited, audited);
        Claim memory claim = Claim({
            requestId: r.id,
            requestHash: lease.requestHash,
            modelId: r.modelId,
            inputRoot: r.inputRoot,
            outputRoot: MemoryTree.regionRoot(output),
            worker: msg.sender,
            attempt: lease.attempt,
            windowEnd: uint40(block.timestamp + r.window),
            bond: lease.bond,
            gasPrice: lease.gasPrice
        });
        claimHash = Commitment.ofMemory(claim);
        _enter(state, Status.Claimed, msg.sender, claimHash);
        emit Claimed(r.id, claimHash, msg.sender, claim, output, audited);
    }

    /// @dev A seed of the requester's own would be overwritten, which can only be a mistake.
    function _checkSeedable(bytes calldata input, uint256 deadline) private view {
        BlockSeed.check();
        if (input.length < BlockSeed.SEED_BYTES) revert InputTooShort(BlockSeed.SEED_BYTES, input.length);
        bytes28 seed = bytes28(input[:BlockSeed.SEED_BYTES]);
        if (seed != 0) revert SeedNotZero(0, seed);
        uint256 earliest = block.timestamp + SEED_TIME + MIN_TIME + minLease;
        if (deadline < earliest) revert DeadlineOutOfRange(earliest, block.timestamp + MAX_TIME, deadline);
    }

    /// @dev INVARIANT: who knows the seed can't leave. The proposer of the block before seedBlock knows it first, and
    /// before anybody else sees that block: so the request binds from the beginning, not from seedBlock on.
    function _checkFree(Status status, Request calldata r) private view {
        uint256 seedBlock = meters[r.id].seedBlock;
        if (seedBlock == 0 || block.timestamp >= r.deadline) return;
        // Nobody can be given an answer any more, so there is nothing to look at and leave.
        bool lapsed = block.number > seedBlock + BlockSeed.HISTORY_BLOCKS;
        if (status != Status.Unseeded || !lapsed) revert Binding(r.deadline, block.timestamp);
    }

    function _firstLeaf(uint32 inputBytes, bytes28 seed) private pure returns (bytes32) {
        return bytes32(MemoryTree.littleEndian(inputBytes)) | (bytes32(seed) >> 32);
    }

    function _checkTerms(uint256 size, uint256 callbackGas, uint256 deadline, uint256 window) private view {
        if (size > MAX_IO) revert DataTooLong(MAX_IO, size);
        if (callbackGas > MAX_CALLBACK_GAS) revert CallbackGasTooHigh(MAX_CALLBACK_GAS, callbackGas);
        if (window < MIN_WINDOW || window > MAX_WINDOW) revert WindowOutOfRange(MIN_WINDOW, MAX_WINDOW, window);
        uint256 earliest;
        uint256 latest;
        unchecked {
            earliest = block.timestamp + MIN_TIME + minLease;
            latest = block.timestamp + MAX_TIME;
        }
        if (deadline < earliest || deadline > latest) revert DeadlineOutOfRange(earliest, latest, deadline);
    }

    /// @dev Half of what is left, so that a request outlives a silent worker. INVARIANT: minLease or more is left.
    function _leaseEnd(uint256 deadline) private view returns (uint40) {
        uint256 last = deadline - minLease;
        if (block.timestamp >= last) revert TooLate(last, block.timestamp);
        uint256 time = (deadline - block.timestamp) / 2;
        if (time < minLease) time = minLease;
        if (time > MAX_LEASE) time = MAX_LEASE;
        return uint40(block.timestamp + time);
    }

    /// @dev What the least bond makes too little grows with what the requester pays, not with the bond that it asks
    /// for: else a miss of a rich bond would be a business for whoever can bring it about.
    function _penalty(uint256 fee, uint256 bond, uint256 gasPrice)
        private
        view
        returns (uint256 penalty, uint256 credit)
    {
        uint256 least = Tariff.WORKER_BOND * gasPrice;
        uint256 more = (bond - least) / PENALTY_SHARE;
        penalty = least / PENALTY_SHARE + (fee < more ? fee : more);
        credit = EXPIRE_GAS * block.basefee;
        if (credit > penalty) credit = penalty;
    }

    function _charge(address worker, uint256 bond, uint256 penalty, uint256 credit) private {
        staking.release(worker, bond - penalty);
        if (credit != 0) staking.move(worker, msg.sender, credit);
        staking.burn(worker, penalty - credit);
    }

    function _audited(Request calldata r, Claim calldata claim)
        private
        view
        returns (Stored storage state, bytes32 claimHash)
    {
        state = _expect(r.id, Status.Claimed);
        claimHash = _checkClaim(state, claim);
        _checkRequest(claim.requestHash, r);
        if (state.traits & AUDITED == 0) revert WrongKind(true, false);
    }

    function _checkUndisputed(bytes32 claimHash) private view {
        uint256 open = IDisputeGame(game).openGames(claimHash);
        if (open != 0) revert DisputeOpen(claimHash, open);
    }

    function _expect(uint256 requestId, Status status) private view returns (Stored storage state) {
        state = requests[requestId];
        if (state.status != status) revert WrongStatus(requestId, status, state.status);
    }

    function _checkRequest(bytes32 expected, Request calldata r) private pure {
        bytes32 actual = Commitment.ofCalldata(r);
        if (actual != expected) revert WrongRequest(expected, actual);
    }

    function _checkLease(Stored storage state, Lease calldata lease) private view {
        bytes32 actual = Commitment.ofCalldata(lease);
        if (actual != state.commitment) revert WrongLease(state.commitment, actual);
    }

    function _checkClaim(Stored storage state, Claim calldata claim) private view returns (bytes32 actual) {
        actual = Commitment.ofCalldata(claim);
        if (actual != state.commitment) revert WrongClaim(state.commitment, actual);
    }

    function _checkOutput(Claim calldata claim, bytes calldata output) private pure {
        bytes32 actual = MemoryTree.regionRoot(output);
        if (actual != claim.outputRoot) revert WrongOutput(claim.outputRoot, actual);
    }

    function _enter(Stored storage state, Status status, address worker, bytes32 commitment) private {
        state.status = status;
        state.changedAt = uint40(block.timestamp);
        state.worker = worker;
        state.commitment = commitment;
    }

    /// @dev The next attempt's lease and claim hash differently, even if all else is the same.
    function _reopen(Stored storage state, bytes32 requestHash) private {
        _enter(state, Status.Open, address(0), requestHash);
        state.attempt++;
        state.traits &= ~AUDITED;
    }

    /// @dev The bond comes back and the fee comes in with one write.
    function _pay(Request calldata r, Claim calldata claim, bytes32 claimHash, uint256 refund, bool audited) private {
        (address publisher, uint256 royaltyBps) = registry.royalty(r.modelId);
        uint256 fee = r.fee - refund;
        uint256 royalty = (fee * royaltyBps) / BPS;
        uint256 paid = fee - royalty;
        uint256 fed = audited ? audits.feedOf(r.id, paid) : 0;
        emit Finalized(r.id, claimHash, claim.worker, paid - fed, royalty);
        staking.release{value: paid - fed}(claim.worker, claim.bond);
        if (royalty != 0) staking.deposit{value: royalty}(publisher);
        if (audited) audits.settle{value: fed}(r.id);
    }

    /// @dev Of the fee, for passes that weren't run. The guest counts them, not the image, so that a false count is a
    /// false answer; an answer without a count is that of an input that no pass was run for.
    function _refund(Request calldata r, bytes calldata output) private returns (uint256 refund) {
        Meter memory meter = meters[r.id];
        uint256 passes =
            output.length < PASSES_BYTES ? 0 : uint32(MemoryTree.littleEndian(uint32(bytes4(output))));
        if (meter.passPrice == 0 || passes >= meter.maxPasses) return 0;
        refund = meter.passPrice * (meter.maxPasses - passes);
        emit Unspent(r.id, r.refundTo, passes, refund);
        staking.deposit{value: refund}(r.refundTo);
    }

    function _toUint96(uint256 amount) private pure returns (uint96) {
        if (amount > type(uint96).max) revert AmountTooLarge(type(uint96).max, amount);
        return uint96(amount);
    }
}
