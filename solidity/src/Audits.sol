// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Audit, AuditStage, IAudits, Program} from "./interfaces/IAudits.sol";
import {Game, IDisputeGame, Stage} from "./interfaces/IDisputeGame.sol";
import {Claim, IInferenceOracle} from "./interfaces/IInferenceOracle.sol";
import {IStaking} from "./interfaces/IStaking.sol";
import {BlockSeed} from "./libraries/BlockSeed.sol";
import {Commitment} from "./libraries/Commitment.sol";
import {MemoryTree} from "./libraries/MemoryTree.sol";
import {Tariff} from "./libraries/Tariff.sol";
import {Duration} from "./libraries/Time.sol";

/// @title Audits: some claims must be false, so that somebody looks at all of them.
/// @dev INVARIANT: the contract's ether is the sum of all pools, of all prizes set aside, and of all shares that were
/// awarded and not collected.
contract Audits is IAudits {
    uint256 public constant DEPTH = 16;
    uint256 public constant LEAVES = 1 << DEPTH;
    /// @dev Beyond that many prizes in its pool, a worker keeps its fees whole.
    uint256 public constant MOST_PRIZES = 64;
    /// @dev What a challenge and its `collect` use, as transactions of their own.
    uint256 public constant JOIN_GAS = 178_000;
    /// @dev Of the least bond: InferenceOracle's PENALTY_SHARE, which has it for each lease that is lost.
    uint256 private constant PENALTY_GAS = Tariff.WORKER_BOND / 10;
    uint256 private constant BPS = 10_000;

    IInferenceOracle public immutable oracle;
    IStaking public immutable staking;
    IDisputeGame public immutable game;
    uint256 private immutable minLease;
    uint256 private immutable clockSeconds;
    uint256 private immutable challengerBondGas;

    mapping(address worker => Program) private programs;
    mapping(uint256 requestId => Audit) private audits;
    /// @dev Roots that were joined with and secrets that were shown, each hashed with its worker.
    mapping(bytes32 key => bool) private used;
    mapping(bytes32 claimHash => uint256) private shares;
    mapping(bytes32 key => bool) private collected;

    modifier onlyOracle() {
        if (msg.sender != address(oracle)) revert NotOracle(address(oracle), msg.sender);
        _;
    }

    constructor(IInferenceOracle oracle_) {
        if (address(oracle_.audits()) != address(this)) revert Miswired(address(this), address(oracle_.audits()));
        oracle = oracle_;
        staking = oracle_.staking();
        game = IDisputeGame(oracle_.game());
        minLease = oracle_.minLease();
        clockSeconds = Duration.unwrap(game.clockSeconds());
        challengerBondGas = game.challengerBondGas();
    }

    /// @inheritdoc IAudits
    function join(bytes32 root, uint16 rateBps, uint32 prizeGas, uint16 feedBps, uint256 checkGas) external payable {
        _checkRates(rateBps, prizeGas, checkGas);
        if (feedBps > BPS) revert ShareOutOfRange(0, BPS, feedBps);
        Program storage program = programs[msg.sender];
        if (program.open != 0) revert AuditsOpen(program.open);
        if (!_use(msg.sender, root)) revert RootUsed(root);
        program.root = root;
        program.rateBps = rateBps;
        program.prizeGas = prizeGas;
        program.feedBps = feedBps;
        program.next = 0;
        emit Joined(msg.sender, root, rateBps, prizeGas, feedBps, checkGas);
        _feed(program, msg.sender, msg.value);
    }

    /// @inheritdoc IAudits
    function leave() external {
        Program storage program = _joined(msg.sender);
        uint256 paid = program.pool;
        program.pool = 0;
        program.rateBps = 0;
        emit Left(msg.sender, paid);
        if (paid != 0) staking.deposit{value: paid}(msg.sender);
    }

    /// @inheritdoc IAudits
    function feed(address worker) external payable {
        _feed(_joined(worker), worker, msg.value);
    }

    /// @inheritdoc IAudits
    function clear(uint256 requestId, bytes32 secret, bytes32[] calldata path) external {
        Audit storage audit = _expect(requestId, AuditStage.Drawn);
        if (msg.sender != audit.worker) revert WrongSender(audit.worker, msg.sender);
        _show(audit, secret, path);
        if (_isTest(audit, requestId, secret)) revert IsTest(requestId);
        audit.stage = AuditStage.Cleared;
        programs[audit.worker].pool += audit.prize;
        emit Cleared(requestId, msg.sender, secret);
    }

    /// @inheritdoc IAudits
    function collect(Claim calldata claim, address challenger) external {
        bytes32 claimHash = Commitment.ofCalldata(claim);
        uint256 share = shares[claimHash];
        if (share == 0) revert NothingAwarded(claimHash);
        Stage stage = game.getGame(claimHash, challenger).stage;
        // INVARIANT: no claim can be challenged any more once it was confessed, so whoever has a game came before.
        if (stage == Stage.None) revert NoChallenger(claimHash, challenger);
        bytes32 key = _key(challenger, claimHash);
        if (collected[key]) revert AlreadyCollected(claimHash, challenger);
        collected[key] = true;
        emit Collected(claimHash, challenger, share);
        staking.deposit{value: share}(challenger);
        if (stage != Stage.Over) game.settle(claim, challenger);
    }

    /// @inheritdoc IAudits
    /// @dev INVARIANT: no worker's clock runs out before it may confess.
    function lease(uint256 requestId, uint32 attempt, address worker, uint32 window, uint96 gasPrice)
        external
        onlyOracle
        returns (bool)
    {
        Program memory program = programs[worker];
        uint256 prize = uint256(program.prizeGas) * gasPrice;
        if (program.rateBps == 0 || program.next == LEAVES || prize > program.pool) return false;
        if (window + minLease > clockSeconds) return false;
        audits[requestId] = Audit({
            worker: worker,
            prize: uint96(prize),
            stage: AuditStage.Leased,
            rateBps: program.rateBps,
            leaf: program.next,
            attempt: attempt,
            accepted: uint64(block.number),
            windowEnd: 0,
            draw: 0
        });
        emit Audited(requestId, worker, attempt, program.next, prize);
        program.pool -= uint96(prize);
        program.next++;
        program.open++;
        programs[worker] = program;
        return true;
    }

    /// @inheritdoc IAudits
    /// @dev INVARIANT: nobody knew this hash when the lease was accepted, and it doesn't depend on what is claimed.
    function draw(uint256 requestId, bytes32 expected, uint40 windowEnd) external onlyOracle {
        Audit storage audit = _expect(requestId, AuditStage.Leased);
        uint256 number = audit.accepted + 1;
        if (block.number <= number) revert DrawTooEarly(number + 1, block.number);
        bytes32 actual = blockhash(number);
        if (actual == 0) actual = BlockSeed.hashOf(number);
        if (actual != expected) revert WrongDraw(expected, actual);
        audit.stage = AuditStage.Drawn;
        audit.windowEnd = windowEnd;
        audit.draw = actual;
    }

    /// @inheritdoc IAudits
    function confess(
        uint256 requestId,
        bytes32 claimHash,
        bytes32 secret,
        bytes32[] calldata path,
        uint256 challengers
    ) external onlyOracle {
        Audit storage audit = _expect(requestId, AuditStage.Drawn);
        _show(audit, secret, path);
        if (!_isTest(audit, requestId, secret)) revert IsNoTest(requestId);
        audit.stage = AuditStage.Closed;
        Program storage program = programs[audit.worker];
        program.open--;
        uint256 prize = audit.prize;
        if (challengers == 0) {
            program.pool += uint96(prize);
            emit Awarded(requestId, claimHash, audit.worker, 0, 0);
            return;
        }
        // INVARIANT: n accounts of the worker's own don't leave 1 / (n + 1) of it to the honest one, but 1 / 2^n, and
        // burn the rest: an even split would let the worker have nearly all of it back.
        uint256 share = prize >> (challengers - 1);
        uint256 burned = prize - share * challengers;
        shares[claimHash] = share;
        emit Awarded(requestId, claimHash, audit.worker, challengers, share);
        if (burned == 0) return;
        (bool success,) = address(0).call{value: burned}("");
        if (!success) revert TransferFailed(address(0), burned);
    }

    /// @inheritdoc IAudits
    function withhold(uint256 requestId) external onlyOracle {
        Audit storage audit = _expect(requestId, AuditStage.Drawn);
        uint256 earliest = audit.windowEnd + minLease;
        if (block.timestamp < earliest) revert TooEarly(earliest, block.timestamp);
        Program storage program = programs[audit.worker];
        program.silences++;
        emit Silent(requestId, audit.worker, program.silences);
        _close(audit, program);
    }

    /// @inheritdoc IAudits
    function drop(uint256 requestId) external onlyOracle {
        Audit storage audit = audits[requestId];
        _close(audit, programs[audit.worker]);
    }

    /// @inheritdoc IAudits
    function settle(uint256 requestId) external payable onlyOracle {
        Audit storage audit = _expect(requestId, AuditStage.Cleared);
        Program storage program = programs[audit.worker];
        if (msg.value != 0) _feed(program, audit.worker, msg.value);
        _close(audit, program);
    }

    /// @inheritdoc IAudits
    function feedOf(uint256 requestId, uint256 payment) external view returns (uint256 share) {
        Audit storage audit = _expect(requestId, AuditStage.Cleared);
        Program storage program = programs[audit.worker];
        share = (payment * program.feedBps) / BPS;
        uint256 most = MOST_PRIZES * audit.prize;
        uint256 room = most > program.pool ? most - program.pool : 0;
        if (share > room) share = room;
    }

    /// @inheritdoc IAudits
    function getProgram(address worker) external view returns (Program memory) {
        return programs[worker];
    }

    /// @inheritdoc IAudits
    function wasUsed(address worker, bytes32 what) external view returns (bool) {
        return used[_key(worker, what)];
    }

    /// @inheritdoc IAudits
    function getAudit(uint256 requestId) external view returns (Audit memory) {
        return audits[requestId];
    }

    /// @inheritdoc IAudits
    function shareOf(bytes32 claimHash, address challenger) external view returns (uint256) {
        if (collected[_key(challenger, claimHash)]) return 0;
        Game memory played = game.getGame(claimHash, challenger);
        return played.stage == Stage.None ? 0 : shares[claimHash];
    }

    /// @inheritdoc IAudits
    function isTest(uint256 requestId, bytes32 secret) external view returns (bool) {
        return _isTest(_expect(requestId, AuditStage.Drawn), requestId, secret);
    }

    function _checkRates(uint256 rateBps, uint256 prizeGas, uint256 checkGas) private view {
        if (rateBps == 0 || rateBps >= BPS) revert ShareOutOfRange(1, BPS - 1, rateBps);
        if (prizeGas >= PENALTY_GAS) revert PrizeAbovePenalty(PENALTY_GAS, prizeGas);
        uint256 blind = (challengerBondGas * (BPS - rateBps)) / rateBps;
        if (prizeGas >= blind) revert PrizePaysBlind(blind, prizeGas);
        if (checkGas > PENALTY_GAS) revert ShareOutOfRange(0, PENALTY_GAS, checkGas);
        uint256 least = 4 * (JOIN_GAS + (checkGas * BPS) / rateBps);
        if (prizeGas <= least) revert PrizePaysNoCheck(least, prizeGas);
    }

    /// @dev The secret is this lease's, of this worker, and was never shown before.
    function _show(Audit storage audit, bytes32 secret, bytes32[] calldata path) private {
        uint256 end = audit.windowEnd;
        if (block.timestamp < end) revert TooEarly(end, block.timestamp);
        if (block.timestamp >= end + minLease) revert TooLate(end + minLease, block.timestamp);
        if (path.length != DEPTH) revert WrongDepth(DEPTH, path.length);
        uint256 leaf = audit.leaf;
        bytes32 node = MemoryTree.parent(secret, bytes32(leaf));
        for (uint256 level = 0; level < DEPTH; level++) {
            bool right = (leaf >> level) & 1 == 1;
            node = right ? MemoryTree.parent(path[level], node) : MemoryTree.parent(node, path[level]);
        }
        bytes32 root = programs[audit.worker].root;
        if (node != root) revert WrongSecret(root, node);
        // INVARIANT: who has seen a secret can't tell by it which of the claims that are still open are tests.
        if (!_use(audit.worker, secret)) revert SecretUsed(secret);
    }

    /// @dev By what was fixed before the answer was: its worker can't try outputs or moments.
    function _isTest(Audit storage audit, uint256 requestId, bytes32 secret) private view returns (bool) {
        bytes32 claimId = keccak256(abi.encode(address(oracle), block.chainid, requestId, audit.attempt));
        uint256 number = uint256(keccak256(abi.encode(secret, claimId, audit.draw)));
        return number < (type(uint256).max / BPS) * audit.rateBps;
    }

    function _use(address worker, bytes32 what) private returns (bool fresh) {
        bytes32 key = _key(worker, what);
        fresh = !used[key];
        used[key] = true;
    }

    /// @dev What is set aside goes back, unless it already has.
    function _close(Audit storage audit, Program storage program) private {
        if (audit.stage != AuditStage.Cleared) program.pool += audit.prize;
        audit.stage = AuditStage.Closed;
        program.open--;
    }

    function _feed(Program storage program, address worker, uint256 amount) private {
        program.pool += uint96(amount);
        emit Fed(worker, amount);
    }

    function _joined(address worker) private view returns (Program storage program) {
        program = programs[worker];
        if (program.root == 0) revert NotJoined(worker);
    }

    function _expect(uint256 requestId, AuditStage stage) private view returns (Audit storage audit) {
        audit = audits[requestId];
        if (audit.stage != stage) revert WrongStage(stage, audit.stage);
    }

    function _key(address account, bytes32 what) private pure returns (bytes32) {
        return keccak256(abi.encode(account, what));
    }
}
