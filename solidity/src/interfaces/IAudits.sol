// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Claim} from "./IInferenceOracle.sol";

/// @dev None: not audited. Leased: accepted. Drawn: claimed, and nobody but its worker knows whether it is a test.
/// Cleared: it was none. Closed: it was one, or its lease or claim came to nothing.
enum AuditStage {
    None,
    Leased,
    Drawn,
    Cleared,
    Closed
}

/// @notice What a worker has agreed to, and how it has kept it.
/// @dev Two slots.
struct Program {
    bytes32 root; // of the secrets, 2^16 leaves
    uint96 pool; // wei, for prizes that aren't set aside yet
    uint16 rateBps; // of claims that must be false, in ten thousandths; zero: it takes no more audits
    uint16 feedBps; // of a fee that go to the pool
    uint32 prizeGas; // J, in gas units
    uint32 next; // leaf of the next audited lease
    uint32 open; // audits that haven't ended
    uint32 silences; // secrets that it withheld
}

/// @notice One audited lease, then claim. The latest of a request's attempts.
/// @dev Three slots.
struct Audit {
    address worker;
    uint96 prize; // wei, set aside
    AuditStage stage;
    uint16 rateBps;
    uint32 leaf;
    uint32 attempt;
    uint64 accepted; // number of the block that accepted
    uint40 windowEnd;
    bytes32 draw; // hash of the block after that
}

/// @title Audits: some claims must be false, so that somebody looks at all of them.
/// @notice If nobody lies, nobody checks, and then one can lie. So a worker may join here, and of the requests that
/// permit it a share, drawn by its secrets and a block that is yet to come, has to be answered falsely. Whoever challenges
/// such a claim is paid a prize; then its worker confesses, and gives the true answer. docs/economics.md has the reasons.
interface IAudits {
    error Miswired(address expected, address actual);
    error NotOracle(address expected, address actual);
    error WrongSender(address expected, address actual);
    error WrongStage(AuditStage expected, AuditStage actual);
    error AuditsOpen(uint256 count);
    error SecretUsed(bytes32 secret);
    error RootUsed(bytes32 root);
    error WrongSecret(bytes32 root, bytes32 actual);
    error WrongDepth(uint256 expected, uint256 actual);
    error TooEarly(uint256 expected, uint256 actual);
    error TooLate(uint256 expected, uint256 actual);
    error DrawTooEarly(uint256 expectedBlock, uint256 actualBlock);
    error WrongDraw(bytes32 expected, bytes32 actual);
    error IsTest(uint256 requestId);
    error IsNoTest(uint256 requestId);
    error NotJoined(address worker);
    error ShareOutOfRange(uint256 minimum, uint256 maximum, uint256 actual);
    error PrizeAbovePenalty(uint256 belowGas, uint256 prizeGas);
    error PrizePaysBlind(uint256 belowGas, uint256 prizeGas);
    error PrizePaysNoCheck(uint256 aboveGas, uint256 prizeGas);
    error NothingAwarded(bytes32 claimHash);
    error NoChallenger(bytes32 claimHash, address actual);
    error AlreadyCollected(bytes32 claimHash, address challenger);
    error TransferFailed(address to, uint256 amount);

    /// @param checkGas What a check may cost, in gas units, so that it pays, as its worker says.
    event Joined(
        address indexed worker, bytes32 root, uint256 rateBps, uint256 prizeGas, uint256 feedBps, uint256 checkGas
    );
    event Left(address indexed worker, uint256 paid);
    event Fed(address indexed worker, uint256 amount);
    event Audited(uint256 indexed requestId, address indexed worker, uint256 attempt, uint256 leaf, uint256 prize);
    event Cleared(uint256 indexed requestId, address indexed worker, bytes32 secret);
    event Awarded(
        uint256 indexed requestId, bytes32 indexed claimHash, address indexed worker, uint256 challengers, uint256 share
    );
    event Silent(uint256 indexed requestId, address indexed worker, uint256 silences);
    event Collected(bytes32 indexed claimHash, address indexed challenger, uint256 share);

    /// @notice Takes the caller's requests that permit it under audit, from now on. The value sent feeds its pool.
    /// @dev Reverts unless 0 < rateBps < 10,000 and all of these hold, in gas units:
    /// prizeGas < a lost lease's penalty, so that walking away from a test never pays;
    /// rate * prizeGas < (1 - rate) * a challenger's bond, so that challenging blindly doesn't;
    /// rate * (prizeGas / 4 - JOIN_GAS) > checkGas, so that checking does, be there two more who look.
    /// @param root Of 2^16 secrets that nobody knows: leaf i is keccak256(secret i, i). Never one that it had before.
    function join(bytes32 root, uint16 rateBps, uint32 prizeGas, uint16 feedBps, uint256 checkGas) external payable;

    /// @notice No more audits of the caller, until it joins again; credits it with what isn't set aside of its pool.
    function leave() external;

    /// @notice Feeds the pool of a worker that has joined.
    function feed(address worker) external payable;

    /// @notice That the claim on this request was no test, by its secret. Its worker only, in the MIN_LEASE after its
    /// window; without it the claim is never final.
    function clear(uint256 requestId, bytes32 secret, bytes32[] calldata path) external;

    /// @notice Credits a challenger of a claim that was a test with its share, and ends its game. Anyone may.
    function collect(Claim calldata claim, address challenger) external;

    /// @notice Whether a lease is audited, and then sets its prize aside. Oracle only, as all below.
    function lease(uint256 requestId, uint32 attempt, address worker, uint32 window, uint96 gasPrice)
        external
        returns (bool);

    /// @notice The lease came to a claim, and its draw is known.
    function draw(uint256 requestId, bytes32 expected, uint40 windowEnd) external;

    /// @notice The claim was a test: its `challengers`, all who came before, share the prize.
    function confess(
        uint256 requestId,
        bytes32 claimHash,
        bytes32 secret,
        bytes32[] calldata path,
        uint256 challengers
    ) external;

    /// @notice Nobody was told in time whether it was one.
    function withhold(uint256 requestId) external;

    /// @notice Lease or claim came to nothing.
    function drop(uint256 requestId) external;

    /// @notice The claim was paid for; the value sent is what `feedOf` said.
    function settle(uint256 requestId) external payable;

    /// @notice What of a payment goes to its worker's pool; reverts unless the claim was cleared.
    function feedOf(uint256 requestId, uint256 payment) external view returns (uint256);

    function getProgram(address worker) external view returns (Program memory);

    /// @notice Whether the worker has joined with that root, or shown that secret.
    function wasUsed(address worker, bytes32 what) external view returns (bool);

    function getAudit(uint256 requestId) external view returns (Audit memory);

    /// @notice What a challenger of that claim can still collect, in wei.
    function shareOf(bytes32 claimHash, address challenger) external view returns (uint256);

    /// @notice Whether the claim must be false, whoever's secret that is.
    function isTest(uint256 requestId, bytes32 secret) external view returns (bool);
}
