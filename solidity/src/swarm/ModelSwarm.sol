// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IDisputeGame} from "../interfaces/IDisputeGame.sol";
import {Claim} from "../interfaces/IInferenceOracle.sol";
import {IModelRegistry} from "../interfaces/IModelRegistry.sol";
import {
    IModelSwarm,
    ModelEntry,
    ModelPhase,
    ModelRound,
    ModelTerms,
    Question
} from "../interfaces/IModelSwarm.sol";
import {IStaking} from "../interfaces/IStaking.sol";
import {Entry, Fate} from "../interfaces/ISwarm.sol";
import {Commitment} from "../libraries/Commitment.sol";
import {GasPrice} from "../libraries/GasPrice.sol";
import {Marks} from "../libraries/Marks.sol";
import {MemoryTree} from "../libraries/MemoryTree.sol";
import {Ring} from "../libraries/Ring.sol";
import {Scores, Sums} from "../libraries/Scores.sol";
import {Tariff} from "../libraries/Tariff.sol";

/// @title Rounds of registered models, which answer, rank each other's answers, and stand by both.
/// @dev Rewards and bonds are locked in `staking`, a bank of its own, whose game is `game`.
contract ModelSwarm is IModelSwarm {
    uint256 public constant MIN_AGENTS = 10;
    uint256 public constant MAX_AGENTS = 100;
    uint256 public constant MAX_OUTPUT = 4 * 1024; // bytes
    uint256 public constant MAX_MARK = 256; // bytes of a ranking model's output
    uint256 public constant MAX_QUESTION = 16 * 1024; // bytes of each of its parts
    uint256 public constant MIN_SECONDS = 5 minutes;
    uint256 public constant MAX_SECONDS = 30 days;
    uint256 public constant RANK_BPS = 2_000; // of the reward, for all rankers together
    uint256 public constant PENALTY_SHARE = 10; // of the least bond, burned for a ranking that did not come

    uint256 private constant BPS = 10_000;
    uint256 private constant LEAST_RANDOM = 2 ** 64;

    IModelRegistry public immutable registry;
    IStaking public immutable staking;
    address public immutable game;

    uint256 public lastRound;
    mapping(uint256 round => ModelRound) private rounds;
    mapping(uint256 round => mapping(uint256 index => ModelEntry)) private entries;
    /// @dev One entry a model and agent.
    mapping(bytes32 key => bool) private taken;

    constructor(IModelRegistry registry_, IStaking staking_, address game_) {
        if (staking_.oracle() != address(this)) revert MiswiredSwarm(address(this), staking_.oracle());
        if (staking_.game() != game_) revert MiswiredSwarm(game_, staking_.game());
        registry = registry_;
        staking = staking_;
        game = game_;
    }

    /// @inheritdoc IModelSwarm
    function ask(ModelTerms calldata terms, Question calldata question) external payable returns (uint256 round) {
        _checkTerms(terms, question);
        round = ++lastRound;
        ModelRound storage r = rounds[round];
        r.terms = terms;
        r.questionHash = keccak256(abi.encode(question));
        r.asker = msg.sender;
        r.reward = r.held = uint96(msg.value);
        emit QuestionAsked(round, msg.sender, terms, msg.value, question);
        staking.deposit{value: msg.value}(address(this));
        staking.lock(address(this), msg.value);
    }

    /// @inheritdoc IModelSwarm
    function answer(uint256 round, bytes32 modelId, bytes32 rankModelId, bytes calldata output, uint96 mostBond)
        external
        payable
        returns (uint256 index)
    {
        ModelRound storage r = _at(round, ModelPhase.Entry);
        _checkRange(0, MAX_OUTPUT, output.length);
        if (r.entered >= r.terms.maxAgents) revert Full(r.terms.maxAgents, r.entered);
        if (!registry.exists(rankModelId)) revert IModelRegistry.UnknownModel(rankModelId);
        // INVARIANT: what a copier submits is for its own seed, so it is true of that, or a lie that loses its bond.
        bytes32 key = keccak256(abi.encode(round, registry.model(modelId).modelRoot, msg.sender));
        if (taken[key]) revert SameAgain(key);
        taken[key] = true;
        (uint96 bond, uint96 gasPrice) = bondFor(r.terms.minBond);
        if (bond > mostBond) revert TooDear(mostBond, bond);
        index = r.entered++;
        ModelEntry storage entry = entries[round][index];
        (entry.agent, entry.bond, entry.gasPrice) = (msg.sender, bond, gasPrice);
        (entry.modelId, entry.rankModelId, entry.answerHash) = (modelId, rankModelId, keccak256(output));
        emit Answered(round, index, msg.sender, modelId, rankModelId, _seedOf(round, msg.sender), bond, output);
        if (msg.value != 0) staking.deposit{value: msg.value}(msg.sender);
        staking.lock(msg.sender, bond);
    }

    /// @inheritdoc IModelSwarm
    function draw(uint256 round) external {
        ModelRound storage r = _at(round, ModelPhase.Draw);
        bytes32 random = bytes32(block.prevrandao);
        if (block.prevrandao < LEAST_RANDOM) random = blockhash(block.number - 1);
        if (random == 0) revert NotRandom(block.number);
        r.drawnAt = uint40(block.timestamp);
        r.seed = keccak256(abi.encode(round, random));
        emit RingDrawn(round, r.seed);
    }

    /// @inheritdoc IModelSwarm
    function rank(uint256 round, uint256 index, bytes32 seed, bytes[] calldata outputs) external {
        ModelRound storage r = _at(round, ModelPhase.Rank);
        ModelEntry storage entry = entries[round][index];
        if (entry.agent != msg.sender) revert NotTheAgent(entry.agent, msg.sender);
        if (seed != r.seed) revert WrongRing(r.seed, seed);
        if (entry.ranked) revert AlreadyRanked(round, index);
        uint256 m = Ring.degree(r.entered);
        if (outputs.length != m) revert WrongOutputCount(m, outputs.length);
        for (uint256 i = 0; i < m; i++) {
            _checkRange(0, MAX_MARK, outputs[i].length);
        }
        entry.ranked = true;
        entry.ranking = Marks.ranking(r.terms.mark, r.terms.markAt, outputs);
        entry.outputsHash = keccak256(abi.encode(outputs));
        emit Ranked(round, index, entry.ranking, outputs);
    }

    /// @inheritdoc IModelSwarm
    function exposeAnswer(uint256 round, uint256 index, Question calldata question, bytes calldata output)
        external
        returns (bytes32 claimHash)
    {
        ModelEntry storage entry = _turn(round, index, 0, question);
        _checkAnswer(entry, output);
        bytes memory input =
            abi.encodePacked(_seedOf(round, entry.agent), question.answerOptions, question.prompt);
        return _expose(round, index, 0, entry.modelId, this.rootOf(input), MemoryTree.regionRoot(output));
    }

    /// @inheritdoc IModelSwarm
    function exposeRank(
        uint256 round,
        uint256 index,
        uint256 distance,
        Question calldata question,
        bytes calldata target,
        bytes[] calldata outputs
    ) external returns (bytes32 claimHash) {
        ModelEntry storage entry = _turn(round, index, distance, question);
        bytes32 hash = keccak256(abi.encode(outputs));
        if (hash != entry.outputsHash) revert WrongOutputs(entry.outputsHash, hash);
        _checkRange(1, outputs.length, distance);
        _checkAnswer(entries[round][_behind(round, index, distance)], target);
        bytes memory input = abi.encodePacked(
            bytes28(0),
            question.rankOptions,
            question.before,
            question.prompt,
            question.between,
            target,
            question.behind
        );
        bytes32 outputRoot = MemoryTree.regionRoot(outputs[distance - 1]);
        return _expose(round, index, distance, entry.rankModelId, this.rootOf(input), outputRoot);
    }

    /// @inheritdoc IModelSwarm
    function closeTurn(uint256 round, uint256 index) external {
        ModelEntry storage entry = entries[round][index];
        if (entry.standing == 0) revert NoTurn(round, index);
        bool open = block.timestamp < entry.turnEnd || IDisputeGame(game).openGames(entry.standing) != 0;
        if (open) revert TurnOpen(round, index);
        entry.standing = 0;
        entry.openUntil = uint40(block.timestamp + rounds[round].terms.turnSeconds);
        emit TurnClosed(round, index, entry.openUntil);
    }

    /// @dev The claim's bond is the entry's, and the game has taken it: nothing else of this entry can be challenged.
    function killClaim(Claim calldata claim) external {
        if (msg.sender != game) revert NotTheGame(game, msg.sender);
        (uint256 round, uint256 index) = _placeOf(claim.requestId);
        ModelEntry storage entry = entries[round][index];
        bytes32 claimHash = Commitment.ofCalldata(claim);
        assert(entry.standing == claimHash);
        entry.standing = 0;
        entry.dead = true;
        emit EntryStruck(round, index, claimHash);
    }

    /// @inheritdoc IModelSwarm
    function settle(uint256 round, uint256 count) external {
        ModelRound storage r = rounds[round];
        ModelPhase phase = phaseOf(round);
        bool void = phase == ModelPhase.Void;
        if (!void && phase != ModelPhase.Settle) revert WrongModelPhase(round, ModelPhase.Settle, phase);
        if (!r.tallied) {
            r.tallied = true;
            if (void) _pay(r, r.asker, r.held);
            else _decide(round, r);
        }
        uint256 from = r.settled;
        uint256 to = from + count < r.entered ? from + count : r.entered;
        r.settled = uint16(to);
        uint256 paid;
        uint256 burned;
        for (uint256 index = from; index < to; index++) {
            ModelEntry storage entry = entries[round][index];
            if (entry.dead) continue;
            (uint256 earned, uint256 penalty) = _settleEntry(r, entry, void);
            paid += earned;
            burned += penalty;
        }
        if (to == r.entered) {
            burned += r.held;
            if (r.held != 0) staking.burn(address(this), r.held);
            r.held = 0;
        }
        emit Paid(round, from, to, paid, burned);
    }

    /// @dev The claim of the entry whose turn it is.
    function standingClaim(uint256 requestId) external view returns (bytes32) {
        (uint256 round, uint256 index) = _placeOf(requestId);
        return entries[round][index].standing;
    }

    /// @inheritdoc IModelSwarm
    function getRound(uint256 round) external view returns (ModelRound memory) {
        return rounds[round];
    }

    /// @inheritdoc IModelSwarm
    function getEntry(uint256 round, uint256 index) external view returns (ModelEntry memory) {
        return entries[round][index];
    }

    /// @inheritdoc IModelSwarm
    function rootOf(bytes calldata input) external pure returns (bytes32) {
        return MemoryTree.regionRoot(input);
    }

    /// @inheritdoc IModelSwarm
    function bondFor(uint96 minBond) public view returns (uint96 bond, uint96 gasPrice) {
        gasPrice = uint96(GasPrice.current());
        bond = uint96(Tariff.WORKER_BOND * gasPrice);
        return (bond > minBond ? bond : minBond, gasPrice);
    }

    /// @inheritdoc IModelSwarm
    function phaseOf(uint256 round) public view returns (ModelPhase) {
        ModelRound storage r = rounds[round];
        ModelTerms storage terms = r.terms;
        if (terms.entryEnd == 0) return ModelPhase.None;
        if (block.timestamp < terms.entryEnd) return ModelPhase.Entry;
        if (r.drawnAt == 0) {
            bool missed = r.entered < MIN_AGENTS || block.timestamp >= uint256(terms.entryEnd) + terms.rankSeconds;
            return missed ? ModelPhase.Void : ModelPhase.Draw;
        }
        uint256 end = uint256(r.drawnAt) + terms.rankSeconds;
        if (block.timestamp < end) return ModelPhase.Rank;
        if (block.timestamp < end + terms.windowSeconds) return ModelPhase.Window;
        return r.settled < r.entered ? ModelPhase.Settle : ModelPhase.Over;
    }

    /// @dev Every entry's claims are done with, or this reverts. Then the best mean place wins, and with it all that gave
    /// the same answer: equal outputs share one prize, so that copies of a model earn no more than the model.
    function _decide(uint256 round, ModelRound storage r) private {
        uint256 n = r.entered;
        uint256 m = Ring.degree(n);
        uint256[] memory order = Ring.order(r.seed, n);
        Sums[] memory all = new Sums[](n);
        uint256 ranked;
        for (uint256 place = 0; place < n; place++) {
            ModelEntry storage entry = entries[round][order[place]];
            if (entry.standing != 0 || block.timestamp < entry.openUntil) revert TurnOpen(round, order[place]);
            if (entry.dead || !entry.ranked) continue;
            ranked++;
            Scores.add(all, Entry(entry.agent, 1, entry.ranking, Fate.Ranked), place, m);
        }
        uint256 best;
        bytes32 winner;
        for (uint256 place = 0; place < n; place++) {
            ModelEntry storage entry = entries[round][order[place]];
            if (entry.dead || !entry.ranked) continue;
            (bool scored, uint256 score) = Scores.score(all[place], m, false);
            if (scored && (score > best || winner == 0)) (best, winner) = (score, entry.answerHash);
        }
        _share(round, r, winner, ranked);
    }

    /// @dev Pays what it earned; its bond goes back but for the penalty of who didn't rank.
    function _settleEntry(ModelRound storage r, ModelEntry storage entry, bool void)
        private
        returns (uint256 earned, uint256 penalty)
    {
        if (entry.ranked) {
            earned = r.rankPay;
            if (entry.answerHash == r.winner) earned += r.share;
        } else if (!void) {
            penalty = (Tariff.WORKER_BOND * entry.gasPrice) / PENALTY_SHARE;
        }
        _pay(r, entry.agent, earned);
        staking.release(entry.agent, entry.bond - penalty);
        if (penalty != 0) staking.burn(entry.agent, penalty);
    }

    function _share(uint256 round, ModelRound storage r, bytes32 winner, uint256 ranked) private {
        uint256 rankPay = (uint256(r.reward) * RANK_BPS) / BPS / r.entered;
        uint256 prize = r.reward - rankPay * r.entered;
        uint256 members;
        for (uint256 index = 0; index < r.entered; index++) {
            ModelEntry storage entry = entries[round][index];
            if (!entry.dead && entry.ranked && entry.answerHash == winner) members++;
        }
        r.winner = winner;
        if (ranked != 0) r.rankPay = uint96(rankPay);
        if (members != 0) r.share = uint96(prize / members);
        else _pay(r, r.asker, prize);
        emit Decided(round, winner, r.share, r.rankPay);
    }

    /// @dev INVARIANT: the bond pays for one lost claim, so no other one of the entry stands meanwhile.
    function _turn(uint256 round, uint256 index, uint256 which, Question calldata question)
        private
        view
        returns (ModelEntry storage entry)
    {
        ModelRound storage r = rounds[round];
        entry = entries[round][index];
        bytes32 hash = keccak256(abi.encode(question));
        if (hash != r.questionHash) revert WrongQuestion(r.questionHash, hash);
        ModelPhase phase = phaseOf(round);
        if (phase < ModelPhase.Rank || phase > ModelPhase.Settle) {
            revert WrongModelPhase(round, ModelPhase.Window, phase);
        }
        if (entry.dead) revert Struck(round, index);
        if (entry.standing != 0) revert TurnOpen(round, index);
        if (entry.exposed & (1 << which) != 0) revert HadItsTurn(round, index, which);
        uint256 end = uint256(r.drawnAt) + r.terms.rankSeconds + r.terms.windowSeconds;
        if (entry.openUntil > end) end = entry.openUntil;
        if (r.tallied || block.timestamp >= end) revert WindowOver(end, block.timestamp);
    }

    function _expose(
        uint256 round,
        uint256 index,
        uint256 which,
        bytes32 modelId,
        bytes32 inputRoot,
        bytes32 outputRoot
    ) private returns (bytes32 claimHash) {
        ModelRound storage r = rounds[round];
        ModelEntry storage entry = entries[round][index];
        Claim memory claim = Claim({
            requestId: (round << 64) | (index << 32) | which,
            requestHash: r.questionHash,
            modelId: modelId,
            inputRoot: inputRoot,
            outputRoot: outputRoot,
            worker: entry.agent,
            attempt: 0,
            windowEnd: uint40(block.timestamp + r.terms.turnSeconds),
            bond: entry.bond,
            gasPrice: entry.gasPrice
        });
        claimHash = keccak256(abi.encode(claim));
        entry.standing = claimHash;
        entry.turnEnd = claim.windowEnd;
        entry.exposed |= uint32(1 << which);
        emit Exposed(round, index, which, claimHash, claim);
    }

    /// @dev The agent `distance` steps behind in the ring.
    function _behind(uint256 round, uint256 index, uint256 distance) private view returns (uint256) {
        ModelRound storage r = rounds[round];
        uint256[] memory order = Ring.order(r.seed, r.entered);
        uint256 place;
        while (order[place] != index) place++;
        return order[(place + distance) % order.length];
    }

    function _pay(ModelRound storage r, address to, uint256 amount) private {
        if (amount == 0) return;
        r.held -= uint96(amount);
        staking.move(address(this), to, amount);
    }

    function _checkAnswer(ModelEntry storage entry, bytes calldata output) private view {
        bytes32 hash = keccak256(output);
        if (hash != entry.answerHash) revert WrongAnswer(entry.answerHash, hash);
    }

    function _checkTerms(ModelTerms calldata terms, Question calldata question) private view {
        _checkRange(MIN_AGENTS, MAX_AGENTS, terms.maxAgents);
        _checkRange(0, MAX_MARK, terms.markAt);
        _checkRange(0, type(uint80).max, msg.value);
        _checkRange(0, type(uint80).max, terms.minBond);
        _checkRange(block.timestamp + MIN_SECONDS, block.timestamp + MAX_SECONDS, terms.entryEnd);
        _checkRange(MIN_SECONDS, MAX_SECONDS, terms.rankSeconds);
        _checkRange(MIN_SECONDS, MAX_SECONDS, terms.windowSeconds);
        _checkRange(MIN_SECONDS, MAX_SECONDS, terms.turnSeconds);
        _checkRange(1, MAX_QUESTION, question.prompt.length);
        _checkRange(0, MAX_QUESTION, question.before.length + question.between.length + question.behind.length);
    }

    function _at(uint256 round, ModelPhase expected) private view returns (ModelRound storage) {
        ModelPhase actual = phaseOf(round);
        if (actual != expected) revert WrongModelPhase(round, expected, actual);
        return rounds[round];
    }

    function _seedOf(uint256 round, address agent) private pure returns (bytes28) {
        return bytes28(keccak256(abi.encode(round, agent)));
    }

    function _placeOf(uint256 requestId) private pure returns (uint256 round, uint256 index) {
        return (requestId >> 64, (requestId >> 32) & type(uint32).max);
    }

    function _checkRange(uint256 minimum, uint256 maximum, uint256 actual) private pure {
        if (actual < minimum || actual > maximum) revert NotInRange(minimum, maximum, actual);
    }
}
