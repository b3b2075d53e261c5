// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IAudits} from "./IAudits.sol";
import {IModelRegistry} from "./IModelRegistry.sol";
import {IStaking} from "./IStaking.sol";

/// @dev None: no such request. Open: waits for a worker. Accepted: leased to one. Claimed: answered, inside its
/// challenge window or in dispute. Final: paid, callback made. Cancelled: refunded. Unseeded: as Open, but that a
/// block's randomness, yet to come or to be shown, has to become part of its input before a worker can have it.
enum Status {
    None,
    Open,
    Accepted,
    Claimed,
    Final,
    Cancelled,
    Unseeded
}

/// @notice The terms of a request. Only their hash is stored; whoever acts on the request supplies them again.
struct Request {
    uint256 id;
    bytes32 modelId;
    address requester; // msg.sender of `request`; the only address ever called back
    uint96 fee; // wei
    bytes32 inputRoot; // region root of the input
    uint32 callbackGas;
    uint32 window; // seconds in which a claim can be challenged
    uint40 deadline; // instant before which an answer must be submitted
    uint96 minBond; // wei; the worker's bond is at least this
    address refundTo; // credited with the fee if the request is cancelled
}

/// @notice What a request adds whose model runs a loop: a price a pass, and who chooses the seed.
/// @dev One slot, which only such requests have.
struct Meter {
    uint96 passPrice; // wei that come back for each pass that isn't run
    uint32 maxPasses; // that the fee pays for; passPrice * maxPasses is part of the fee
    uint40 seedBlock; // whose prevrandao is the seed; zero: the seed, if any, is in the input as it was given
}

/// @notice What a request may have besides its terms.
struct Options {
    uint96 passPrice; // as in `requestMetered`
    uint32 maxPasses;
    bool fromBlock;
    bool early; // `onEarlyInference` brings each claim at once, and what stands behind it: see IEarlyCallback
    bool audits; // a worker that has joined `Audits` may be made to answer falsely first: see IAudits
}

/// @notice One worker's right to answer.
struct Lease {
    bytes32 requestHash;
    uint32 attempt;
    address worker;
    uint40 end; // instant before which it must submit
    uint96 bond; // wei, locked in Staking
    uint96 gasPrice; // wei a gas unit: the price at which the bond was sized and tariffs are paid
}

/// @notice A worker's answer, with all that a dispute over it needs.
struct Claim {
    uint256 requestId;
    bytes32 requestHash;
    bytes32 modelId;
    bytes32 inputRoot;
    bytes32 outputRoot;
    address worker;
    uint32 attempt;
    uint40 windowEnd; // instant from which it can no longer be challenged
    uint96 bond;
    uint96 gasPrice;
}

/// @notice What is known of a request.
// It is only returned; what is stored is packed.
// solhint-disable-next-line gas-struct-packing
struct RequestState {
    Status status;
    bool callbackFailed; // Final, and the callback waits to be retried
    uint32 attempt; // answers that were proved false or never came
    uint40 changedAt; // instant of the last change of status
    address worker; // of the current lease or claim, else zero
    bytes32 commitment; // hash of the Request (Open, Unseeded, Cancelled), Lease (Accepted) or Claim (Claimed, Final)
    bool mayBeTest; // Accepted or Claimed, and audited: the answer may be false on purpose
}

/// @title Requests for inference, and their answers.
interface IInferenceOracle {
    error WrongStatus(uint256 requestId, Status expected, Status actual);
    error WrongRequest(bytes32 expected, bytes32 actual);
    error WrongLease(bytes32 expected, bytes32 actual);
    error WrongClaim(bytes32 expected, bytes32 actual);
    error WrongOutput(bytes32 expected, bytes32 actual);
    error WrongSender(address expected, address actual);
    error TooEarly(uint256 expected, uint256 actual);
    error TooLate(uint256 expected, uint256 actual);
    error WrongAttempt(uint256 expected, uint256 actual);
    error LeaseTooShort(uint256 expected, uint256 actual);
    error BondTooHigh(uint256 maximum, uint256 actual);
    error LeaseOutOfRange(uint256 minimum, uint256 maximum, uint256 actual);
    error DisputeOpen(bytes32 claimHash, uint256 openGames);
    error DataTooLong(uint256 maximum, uint256 actual);
    error CallbackGasTooHigh(uint256 maximum, uint256 actual);
    error WindowOutOfRange(uint256 minimum, uint256 maximum, uint256 actual);
    error DeadlineOutOfRange(uint256 minimum, uint256 maximum, uint256 actual);
    error AmountTooLarge(uint256 maximum, uint256 actual);
    error NotEnoughGas(uint256 expected, uint256 actual);
    error CallbackNotPending(uint256 requestId);
    error CallbackStillFails(uint256 requestId, bytes reason);
    error Miswired(address expected, address actual);
    error FeeTooLow(uint256 expected, uint256 actual);
    error SeedNotZero(bytes28 expected, bytes28 actual);
    error InputTooShort(uint256 expected, uint256 actual);
    error WrongInput(bytes32 expected, bytes32 actual);
    error Binding(uint256 expected, uint256 actual);
    error AuditsOrEarly();
    error WrongKind(bool expectedAudited, bool actual);
    error SameOutput(bytes32 outputRoot);

    /// @notice Carries the whole input, so that a worker needs nothing but the log.
    event Requested(
        uint256 indexed requestId, bytes32 indexed modelId, address indexed requester, Request request, bytes input
    );
    /// @notice Follows `Requested` where there is a meter. With a `seedBlock`, the request is Unseeded.
    event Metered(uint256 indexed requestId, Meter meter);
    /// @notice Bytes 0..27 of the input are this now, for all attempts; its root changed with them. Nothing else did.
    event SeedFixed(uint256 indexed requestId, bytes28 seed, bytes32 inputRoot);
    event Accepted(uint256 indexed requestId, bytes32 indexed modelId, address indexed worker, Lease lease);
    /// @param burned All of the penalty but the gas of whoever ended the lease, who is credited for that.
    event LeaseExpired(uint256 indexed requestId, address indexed worker, uint256 penalty, uint256 burned);
    /// @notice Follows `Requested` where audits are permitted.
    event AuditsPermitted(uint256 indexed requestId);
    /// @notice Follows `Requested` where the requester wants to be told of claims.
    event EarlyWanted(uint256 indexed requestId);
    /// @notice The requester was told of a claim, or its code failed, or gas had become too dear for that.
    event EarlyCallback(uint256 indexed requestId, address indexed requester, bool success);
    /// @notice Carries the whole output, so that a challenger needs nothing but the log.
    /// @param mayBeTest The claim is audited: its output may be false on purpose, and is no answer before it is final.
    event Claimed(
        uint256 indexed requestId,
        bytes32 indexed claimHash,
        address indexed worker,
        Claim claim,
        bytes output,
        bool mayBeTest
    );
    /// @notice The claim was a test. `Claimed` follows, of the next attempt, by the same worker.
    /// @param challengers Who noticed: each may collect its share of the prize.
    event Confessed(
        uint256 indexed requestId, bytes32 indexed claimHash, address indexed worker, uint256 challengers
    );
    /// @notice The worker of an audited claim didn't say in time whether it was a test. The request reopens.
    event SecretWithheld(
        uint256 indexed requestId, bytes32 indexed claimHash, address indexed worker, uint256 penalty, uint256 burned
    );
    event ClaimKilled(uint256 indexed requestId, bytes32 indexed claimHash, address indexed worker);
    event Finalized(
        uint256 indexed requestId, bytes32 indexed claimHash, address indexed worker, uint256 paid, uint256 royalty
    );
    /// @notice Comes before `Finalized`: the part of the fee for passes that weren't run is a credit of `refundTo`.
    event Unspent(uint256 indexed requestId, address indexed refundTo, uint256 passes, uint256 refund);
    event CallbackSucceeded(uint256 indexed requestId, address indexed requester);
    /// @param reason At most 132 bytes of what the requester's code returned.
    event CallbackFailed(uint256 indexed requestId, address indexed requester, bytes reason);
    /// @notice The worker left the callback out, since gas had become too dear for it. It can be retried.
    event CallbackSkipped(uint256 indexed requestId, address indexed requester);
    event Cancelled(uint256 indexed requestId, uint256 refund);

    /// @notice Asks for `modelId`'s output on `input`. The value sent is the fee.
    /// @param callbackGas Gas given to `onInference`, at most 2 M.
    /// @param deadline Instant before which an answer must be submitted; far enough for one whole lease, at least.
    /// @param refundTo Credited with the fee if the request is cancelled; zero stands for `msg.sender`.
    function request(
        bytes32 modelId,
        bytes calldata input,
        uint32 callbackGas,
        uint40 deadline,
        uint32 window,
        uint96 minBond,
        address refundTo
    ) external payable returns (uint256 requestId);

    /// @notice As `request`, of a model that runs a loop: what it leaves of `maxPasses` is credited to `refundTo` at
    /// `passPrice` each. The count is the first word of the output, so it is proved as the answer is.
    /// @param fromBlock Whether the seed, bytes 0..27 of the input, is drawn by a block that is yet to come. Then they
    /// must be zero, and the request binds until its deadline: whoever could leave after it saw the seed would choose
    /// it. Without, the seed is the requester's own, as everyone can see, or the model needs none; nothing waits.
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
    ) external payable returns (uint256 requestId);

    /// @notice As `request`, with more said. A test is knowingly false, so whoever is told early permits no audits.
    function requestWith(
        bytes32 modelId,
        bytes calldata input,
        uint32 callbackGas,
        uint40 deadline,
        uint32 window,
        uint96 minBond,
        address refundTo,
        Options calldata options
    ) external payable returns (uint256 requestId);

    /// @notice Opens an Unseeded request: its seed is `keccak256(prevrandao of seedBlock, request id)`, cut to 28 bytes.
    /// Anyone may, once, while the block's hash is in the history (EIP-2935): nobody has a choice.
    /// @param header RLP of seedBlock's header.
    /// @param inputBytes Length of the input, which stands before the seed in the input's first leaf.
    /// @param siblings Of that leaf, from below; those above are of zeros.
    function fixSeed(Request calldata r, bytes calldata header, uint32 inputBytes, bytes32[] calldata siblings)
        external;

    /// @notice Leases the request to `msg.sender`, and locks its bond. The lease lasts half of the time that is left
    /// until the deadline, but MIN_LEASE at least and 30 minutes at most.
    /// @dev What a worker signs may be mined much later, so it says what it agrees to.
    /// @param attempt The one that is meant; another reverts.
    /// @param leastEnd Reverts unless the lease ends then or later.
    /// @param mostBond Reverts unless the bond is at most this.
    function accept(Request calldata r, uint32 attempt, uint40 leastEnd, uint96 mostBond)
        external
        returns (Lease memory lease);

    /// @notice The leaseholder's answer. `output` becomes a claim that anyone can challenge.
    function submit(Request calldata r, Lease calldata lease, bytes calldata output)
        external
        returns (bytes32 claimHash);

    /// @notice As `submit`, for a lease that is audited.
    /// @param draw Hash of the block after the one that accepted, on which it depends whether the answer has to be
    /// false. The call reverts where it is another, so that no reorg makes a lie of a test.
    function submitAudited(Request calldata r, Lease calldata lease, bytes calldata output, bytes32 draw)
        external
        returns (bytes32 claimHash);

    /// @notice The claim was false on purpose, as its secret says; `output` becomes the next attempt's claim, with a
    /// window of its own, which is no test. Its worker only, in the MIN_LEASE after the window, and not in dispute: once
    /// the claim is opened or dead, it is as any other lie.
    function confess(
        Request calldata r,
        Claim calldata claim,
        bytes32 secret,
        bytes32[] calldata path,
        bytes calldata output
    ) external returns (bytes32 claimHash);

    /// @notice Reopens a request whose worker kept its secret to itself, and charges it as for a lost lease. Anyone may,
    /// a MIN_LEASE after the window, once no game about the claim is open.
    function reopenWithheld(Request calldata r, Claim calldata claim) external;

    /// @notice Pays for a claim that stood, and calls the requester back. Anyone may.
    /// @dev INVARIANT: an audited claim stands only once its worker has shown that it was no test.
    /// @dev INVARIANT: no price of gas keeps a bond locked. Where the base fee is above twice that of the accept, its
    /// worker's own call leaves the callback out.
    function finalize(Request calldata r, Claim calldata claim, bytes calldata output) external;

    /// @notice Makes a failed callback again with all the gas there is. Anyone may.
    function retryCallback(Request calldata r, Claim calldata claim, bytes calldata output) external;

    /// @notice Ends a lease that ran out, charges its worker, reopens the request. Anyone may, and is credited with
    /// the gas of that at the block's base fee; the rest of the penalty burns, so that a miss enriches nobody.
    function expireLease(Request calldata r, Lease calldata lease) external;

    /// @notice Refunds an open request: its requester from a minute after it asked, anyone after the deadline. One whose
    /// seed is a block's only after the deadline, or if the seed can't be fixed any more.
    function cancel(Request calldata r) external;

    /// @notice The claim was proved false; the request reopens. Dispute game only.
    function killClaim(Claim calldata claim) external;

    function getRequest(uint256 requestId) external view returns (RequestState memory);

    /// @notice The hash of the claim that stands and can be disputed; zero if there is none.
    function standingClaim(uint256 requestId) external view returns (bytes32);

    function registry() external view returns (IModelRegistry);

    /// @notice Where fees, refunds and bonds are credited.
    function staking() external view returns (IStaking);

    /// @notice The only address that may kill a claim.
    function game() external view returns (address);

    /// @notice Who knows which claims must be false.
    function audits() external view returns (IAudits);

    function getMeter(uint256 requestId) external view returns (Meter memory);

    /// @notice A fee that pays a worker for its gas at the present price, with a margin, and for its computing.
    /// @dev By what the model's publisher states of its work; `WorkNotStated` if nothing is.
    /// @param passes That the model's loop may run; zero if it has none.
    function estimateFee(bytes32 modelId, uint256 inputBytes, uint256 passes, uint32 callbackGas)
        external
        view
        returns (uint256 fee);

    /// @notice Seconds that a lease lasts at least: a constant of the deployment.
    function minLease() external view returns (uint32);

    /// @notice The worker's bond for a request at this moment, and the gas price that it is sized by.
    function bondFor(uint96 minBond) external view returns (uint96 bond, uint96 gasPrice);
}
