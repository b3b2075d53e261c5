// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IStaking} from "../interfaces/IStaking.sol";
import {Entry, Fate, ISwarm, Phase, Round, Rule, Terms} from "../interfaces/ISwarm.sol";
import {GasPrice} from "../libraries/GasPrice.sol";
import {Rating, Ratings} from "../libraries/Ratings.sol";
import {Ring} from "../libraries/Ring.sol";
import {Scores, Sums} from "../libraries/Scores.sol";

/// @title Rounds of agents that rank each other's answers.
/// @dev Holds no ether: rewards, tickets and stakes are locked in `staking`, a bank of its own, and every payment is a
/// credit there. No step visits more agents than its caller says.
contract Swarm is ISwarm {
    /// @dev Of the agents that any one answer shares under Majority and Stake.
    struct Group {
        uint16 members;
        uint128 weight; // members, or wei
    }

    uint256 public constant MIN_AGENTS = 10;
    uint256 public constant MAX_AGENTS = 1000;
    uint256 public constant MAX_ANSWER = 16 * 1024; // bytes
    uint256 public constant MAX_PROMPT = 96 * 1024; // bytes
    uint256 public constant MIN_SECONDS = 1 minutes;
    uint256 public constant MAX_SECONDS = 30 days;
    uint256 public constant MAX_CUT = 5_000;
    /// @dev Of the reward, for all rankers together, so that ranking isn't work for nothing.
    uint256 public constant RANK_BPS = 2_000;
    /// @dev Of a low answer's ticket, at most, to the winner; the rest burns.
    uint256 public constant WINNER_SHARE = 2;
    /// @dev A ticket, at least: about what an agent's own transactions take.
    uint256 public constant TICKET_GAS = 200_000;

    uint256 private constant BPS = 10_000;
    uint256 private constant ANSWER = 1;
    uint256 private constant RANKING = 2;
    /// @dev Chains without a beacon have 0, 1 or another constant for `prevrandao`.
    uint256 private constant LEAST_RANDOM = 2 ** 64;
    /// @dev First bytes of commitments.
    uint8 private constant SEALED = 1;
    uint8 private constant REVEALED = 2;
    uint8 private constant RANKING_SEALED = 3;
    uint8 private constant RANKED = 4;
    uint8 private constant SWEPT = 5;

    /// @inheritdoc ISwarm
    IStaking public immutable staking;

    uint256 public lastRound;
    mapping(uint256 round => Round) private rounds;
    mapping(uint256 round => mapping(uint256 index => Entry)) private entries;
    /// @dev One slot an agent, the hash of what its next action supplies; the first byte says of what.
    mapping(uint256 round => mapping(address agent => bytes32)) private commitments;
    mapping(uint256 round => mapping(address agent => uint256)) private stakes;
    mapping(uint256 round => mapping(bytes32 answerHash => Group)) private groups;
    mapping(uint256 round => bytes32 answerHash) private leaders;
    mapping(address agent => Rating) private ratings;

    constructor(IStaking staking_) {
        if (staking_.oracle() != address(this)) revert Miswired(address(this), staking_.oracle());
        staking = staking_;
    }

    /// @inheritdoc ISwarm
    function ask(Terms calldata terms, bytes calldata prompt) external payable returns (uint256 round) {
        _checkTerms(terms);
        _checkRange(1, MAX_PROMPT, prompt.length);
        round = ++lastRound;
        Round storage r = rounds[round];
        (r.entryEnd, r.maxAgents, r.rule) = (terms.entryEnd, terms.maxAgents, terms.rule);
        (r.revealSeconds, r.sealSeconds, r.showSeconds) =
            (terms.revealSeconds, terms.sealSeconds, terms.showSeconds);
        (r.ticket, r.cutBps) = (terms.ticket, terms.cutBps);
        r.held = r.reward = uint96(msg.value);
        r.asker = msg.sender;
        emit Asked(round, msg.sender, terms, msg.value, prompt);
        staking.deposit{value: msg.value}(address(this));
        staking.lock(address(this), msg.value);
    }

    /// @inheritdoc ISwarm
    function enter(uint256 round, bytes32 seal, uint96 stake) external payable {
        Round storage r = _at(round, Phase.Entry);
        if (r.entered >= r.maxAgents) revert RoundFull(r.maxAgents, r.entered);
        if (commitments[round][msg.sender] != 0) revert AlreadyEntered(round, msg.sender);
        if (r.rule == Rule.Stake) stakes[round][msg.sender] = stake;
        else _checkRange(0, 0, stake);
        r.entered++;
        commitments[round][msg.sender] = _tagged(SEALED, seal);
        emit Entered(round, msg.sender, seal, stake);
        if (msg.value != 0) staking.deposit{value: msg.value}(msg.sender);
        staking.lock(msg.sender, uint256(r.ticket) + stake);
    }

    /// @inheritdoc ISwarm
    function draw(uint256 round) external {
        Round storage r = _at(round, Phase.Draw);
        bytes32 random = bytes32(block.prevrandao);
        if (block.prevrandao < LEAST_RANDOM) random = blockhash(block.number - 1);
        if (random == 0) revert NoRandomness(block.number);
        r.drawnAt = uint40(block.timestamp);
        r.drawn = uint128(uint256(keccak256(abi.encode(round, random))));
        r.held += r.ticket * r.entered;
        emit Drawn(round, r.drawn, uint40(block.timestamp));
    }

    /// @inheritdoc ISwarm
    function reveal(uint256 round, uint128 drawn, bytes calldata answer, bytes32 salt)
        external
        returns (uint256 index)
    {
        Round storage r = _at(round, Phase.Reveal);
        if (drawn != r.drawn) revert WrongDraw(r.drawn, drawn);
        _checkRange(0, MAX_ANSWER, answer.length);
        bytes32 answerHash = keccak256(answer);
        _open(round, SEALED, _seal(ANSWER, round, salt, answerHash, 0));
        commitments[round][msg.sender] = _tagged(REVEALED, answerHash);
        uint16 weight = Ratings.weight(ratings[msg.sender]);
        index = r.revealed++;
        r.mix ^= uint128(uint256(salt));
        entries[round][index] = Entry(msg.sender, weight, 0, Fate.Silent);
        if (r.rule != Rule.Ranking) _join(round, r, answerHash);
        emit Revealed(round, msg.sender, index, weight, salt, answer);
    }

    /// @inheritdoc ISwarm
    function sealRanking(uint256 round, uint256 index, bytes32 seed, bytes32 seal) external {
        Round storage r = _at(round, Phase.Seal);
        bytes32 actual = _seed(round, r);
        if (seed != actual) revert WrongSeed(actual, seed);
        _checkAgent(entries[round][index].agent);
        bytes32 answerHash = commitments[round][msg.sender];
        if (uint8(answerHash[0]) != REVEALED) revert NotSealed(round, msg.sender);
        commitments[round][msg.sender] = _tagged(RANKING_SEALED, keccak256(abi.encode(answerHash, seal)));
        emit RankingSealed(round, index, seal);
    }

    /// @inheritdoc ISwarm
    function revealRanking(uint256 round, uint256 index, bytes32 answerHash, uint64 ranking, bytes32 salt) external {
        Round storage r = _at(round, Phase.Show);
        Entry storage entry = entries[round][index];
        _checkAgent(entry.agent);
        bytes32 revealed = _tagged(REVEALED, answerHash);
        bytes32 seal = _seal(RANKING, round, salt, _seed(round, r), bytes32(uint256(ranking)));
        _open(round, RANKING_SEALED, keccak256(abi.encode(revealed, seal)));
        Ring.check(ranking, Ring.degree(r.revealed));
        commitments[round][msg.sender] = _tagged(RANKED, answerHash);
        (entry.ranking, entry.fate) = (ranking, Fate.Ranked);
        r.ranked++;
        if (entry.weight != 0 && !r.rated) r.rated = true;
        emit RankingRevealed(round, index, ranking);
    }

    /// @inheritdoc ISwarm
    function tally(uint256 round, uint256 count) external {
        Round storage r = _at(round, Phase.Tally);
        uint256 n = r.revealed;
        uint256 m = Ring.degree(n);
        uint256 from = r.tallied;
        uint256 to = _min(n, from + count);
        uint256[] memory order = Ring.order(_seed(round, r), n);
        Entry[] memory ring = _around(round, order, from, to, m);
        Sums[] memory all = new Sums[](n);
        for (uint256 place = 0; place < n; place++) {
            if (ring[place].fate != Fate.Silent) Scores.add(all, ring[place], place, m);
        }
        uint256 cut = (uint256(r.cutBps) << Scores.POINT) / BPS;
        for (uint256 place = from; place < to; place++) {
            if (ring[place].fate == Fate.Silent) continue;
            (bool scored, uint256 score) = Scores.score(all[place], m, r.rated);
            if (scored && (score > r.bestScore || r.best == 0)) {
                (r.bestScore, r.best) = (uint64(score), uint16(order[place] + 1));
            }
            bool newcomer = _rate(ring[place], all, place, m);
            entries[round][order[place]].fate =
                newcomer ? Fate.Newcomer : scored && score < cut ? Fate.Low : Fate.Returned;
        }
        r.tallied = uint16(to);
        emit Tallied(round, from, to, r.best, r.bestScore);
        if (to == n) _award(round, r);
    }

    /// @inheritdoc ISwarm
    function settle(uint256 round, uint256 count) external {
        Round storage r = rounds[round];
        Phase phase = phaseOf(round);
        if (phase == Phase.Void) {
            _refund(round, r, count);
            return;
        }
        if (phase != Phase.Settle) revert WrongPhase(round, Phase.Settle, phase);
        if (r.rule == Rule.Ranking) _settleRankers(round, r, count);
        else _settleGroups(round, r, count);
    }

    /// @inheritdoc ISwarm
    function sweep(uint256 round, address[] calldata agents) external {
        Round storage r = rounds[round];
        Phase phase = phaseOf(round);
        bool drawn = r.drawnAt != 0;
        if (phase != Phase.Void && (!drawn || phase <= Phase.Reveal)) {
            revert WrongPhase(round, Phase.Settle, phase);
        }
        for (uint256 i = 0; i < agents.length; i++) {
            address agent = agents[i];
            if (uint8(commitments[round][agent][0]) != SEALED) revert NotSealed(round, agent);
            commitments[round][agent] = _tagged(SWEPT, 0);
            uint256 stake = stakes[round][agent];
            if (drawn) _burn(r, agent, r.ticket);
            uint256 back = drawn ? stake : stake + r.ticket;
            if (back != 0) staking.release(agent, back);
        }
        r.swept += uint16(agents.length);
        uint256 sum = agents.length * r.ticket;
        emit Swept(round, agents, drawn ? 0 : sum, drawn ? sum : 0);
    }

    /// @inheritdoc ISwarm
    function getRound(uint256 round) external view returns (Round memory) {
        return rounds[round];
    }

    /// @inheritdoc ISwarm
    function getEntry(uint256 round, uint256 index) external view returns (Entry memory) {
        return entries[round][index];
    }

    /// @inheritdoc ISwarm
    function commitmentOf(uint256 round, address agent) external view returns (bytes32) {
        return commitments[round][agent];
    }

    /// @inheritdoc ISwarm
    function seedOf(uint256 round) external view returns (bytes32) {
        return _seed(round, rounds[round]);
    }

    /// @inheritdoc ISwarm
    function ratingOf(address agent) external view returns (uint16 weight, uint16 burned) {
        return (Ratings.weight(ratings[agent]), ratings[agent].burned);
    }

    /// @inheritdoc ISwarm
    function hasWon(uint256 round, bytes calldata answer) external view returns (bool) {
        Phase phase = phaseOf(round);
        if (phase != Phase.Settle && phase != Phase.Over) return false;
        Round storage r = rounds[round];
        bytes32 answerHash = keccak256(answer);
        if (r.rule != Rule.Ranking) return leaders[round] == answerHash;
        if (r.best == 0) return false;
        address agent = entries[round][r.best - 1].agent;
        return commitments[round][agent] == _tagged(RANKED, answerHash);
    }

    /// @inheritdoc ISwarm
    function leastTicket() public view returns (uint256) {
        return TICKET_GAS * GasPrice.current();
    }

    /// @inheritdoc ISwarm
    function phaseOf(uint256 round) public view returns (Phase) {
        Round storage r = rounds[round];
        uint256 time = block.timestamp;
        if (r.entryEnd == 0) return Phase.None;
        if (time < r.entryEnd) return Phase.Entry;
        if (r.drawnAt == 0) {
            bool missed = r.entered < MIN_AGENTS || time >= uint256(r.entryEnd) + r.revealSeconds;
            return missed ? Phase.Void : Phase.Draw;
        }
        uint256 end = uint256(r.drawnAt) + r.revealSeconds;
        if (time < end) return Phase.Reveal;
        if (r.revealed < MIN_AGENTS) return Phase.Void;
        if (r.rule == Rule.Ranking) {
            end += r.sealSeconds;
            if (time < end) return Phase.Seal;
            if (time < end + r.showSeconds) return Phase.Show;
            if (r.tallied < r.revealed) return Phase.Tally;
        }
        return r.settled < r.revealed ? Phase.Settle : Phase.Over;
    }

    /// @dev The entries by place of the ring: those of the places to tally, and of `m` on either side, who rank them and
    /// whom they rank. The others are left empty, as if they were silent.
    function _around(uint256 round, uint256[] memory order, uint256 from, uint256 to, uint256 m)
        private
        view
        returns (Entry[] memory ring)
    {
        uint256 n = order.length;
        ring = new Entry[](n);
        uint256 first = from + n - _min(m, n);
        uint256 last = _min(to + n + m, first + n);
        for (uint256 place = first; place < last; place++) {
            ring[place % n] = entries[round][order[place % n]];
        }
    }

    /// @dev Keeps what its ranking says of the agent; whether this ticket is one of those that a rating costs.
    function _rate(Entry memory entry, Sums[] memory all, uint256 place, uint256 m) private returns (bool newcomer) {
        Rating memory rating = ratings[entry.agent];
        Scores.rate(rating, all, place, entry.ranking, m);
        newcomer = rating.burned < Ratings.PROBATION;
        if (newcomer) rating.burned++;
        ratings[entry.agent] = rating;
    }

    /// @dev Shares the reward: what each ranker will get, and the prize now. What silent rankers don't get burns, so
    /// that nobody gains by their silence.
    function _award(uint256 round, Round storage r) private {
        uint256 rankPay = (uint256(r.reward) * RANK_BPS) / BPS / r.revealed;
        uint256 prize = r.reward - rankPay * r.revealed;
        r.rankPay = uint96(rankPay);
        address winner = r.best == 0 ? address(0) : entries[round][r.best - 1].agent;
        emit Won(round, winner, winner == address(0) ? bytes32(0) : commitments[round][winner], prize, rankPay);
        _pay(r, winner == address(0) ? r.asker : winner, prize);
        _burn(r, address(this), rankPay * (r.revealed - r.ranked));
    }

    function _settleRankers(uint256 round, Round storage r, uint256 count) private {
        (uint256 from, uint256 to) = _advance(r, count);
        address winner = r.best == 0 ? address(0) : entries[round][r.best - 1].agent;
        uint256 ticket = r.ticket;
        uint256 rankPay = r.rankPay;
        // INVARIANT: from an agent that did its duty a winner gets no more than the asker paid that agent for ranking,
        // so that an asker with agents of its own can't live on the tickets of others.
        uint256 spoil = winner == address(0) ? 0 : _min(ticket / WINNER_SHARE, rankPay);
        uint256[4] memory sums; // returned, to the winner, to rankers, burned
        for (uint256 index = from; index < to; index++) {
            Entry memory entry = entries[round][index];
            if (entry.fate != Fate.Silent) {
                sums[2] += rankPay;
                _pay(r, entry.agent, rankPay);
            }
            if (entry.fate == Fate.Returned) {
                sums[0] += ticket;
                r.held -= uint96(ticket);
                staking.release(entry.agent, ticket);
                continue;
            }
            uint256 given = entry.fate == Fate.Low ? spoil : 0;
            if (given != 0) {
                sums[1] += given;
                r.held -= uint96(given);
                staking.move(entry.agent, winner, given);
            }
            sums[3] += ticket - given;
            _burn(r, entry.agent, ticket - given);
        }
        _check(r, (to - from) * ticket, sums[0] + sums[1] + sums[3]);
        emit Distributed(round, from, to, sums[0], sums[1], sums[2], sums[3]);
    }

    /// @dev Equal answers share the reward. Where there is a cut, the tickets of all other answers burn: the winners
    /// get none of them, so that a majority of one's own earns nothing but one's own reward.
    function _settleGroups(uint256 round, Round storage r, uint256 count) private {
        (uint256 from, uint256 to) = _advance(r, count);
        bytes32 leader = leaders[round];
        uint256 share = r.reward / groups[round][leader].members;
        uint256 ticket = r.ticket;
        uint256[4] memory sums;
        for (uint256 index = from; index < to; index++) {
            address agent = entries[round][index].agent;
            bool won = commitments[round][agent] == _tagged(REVEALED, leader);
            bool lost = !won && r.cutBps != 0;
            if (won) {
                sums[1] += share;
                _pay(r, agent, share);
            }
            sums[lost ? 3 : 0] += ticket;
            if (lost) _burn(r, agent, ticket);
            else r.held -= uint96(ticket);
            uint256 back = stakes[round][agent] + (lost ? 0 : ticket);
            if (back != 0) staking.release(agent, back);
        }
        if (to == r.revealed) _burn(r, address(this), r.reward - share * groups[round][leader].members);
        _check(r, (to - from) * ticket, sums[0] + sums[3]);
        emit Distributed(round, from, to, sums[0], sums[1], 0, sums[3]);
    }

    /// @dev Of a void round: the reward, with the first call, and the tickets of those that revealed.
    function _refund(uint256 round, Round storage r, uint256 count) private {
        if (r.reward != 0) {
            uint256 reward = r.reward;
            r.reward = 0;
            _pay(r, r.asker, reward);
        }
        (uint256 from, uint256 to) = _advance(r, count);
        for (uint256 index = from; index < to; index++) {
            address agent = entries[round][index].agent;
            r.held -= r.ticket;
            staking.release(agent, r.ticket + stakes[round][agent]);
        }
        _check(r, 0, 0);
        emit Distributed(round, from, to, (to - from) * r.ticket, 0, 0, 0);
    }

    function _advance(Round storage r, uint256 count) private returns (uint256 from, uint256 to) {
        from = r.settled;
        to = _min(r.revealed, from + count);
        r.settled = uint16(to);
    }

    /// @dev Of what is held of the reward.
    function _pay(Round storage r, address to, uint256 amount) private {
        if (amount == 0) return;
        r.held -= uint96(amount);
        staking.move(address(this), to, amount);
    }

    function _burn(Round storage r, address from, uint256 amount) private {
        if (amount == 0) return;
        r.held -= uint96(amount);
        staking.burn(from, amount);
    }

    function _join(uint256 round, Round storage r, bytes32 answerHash) private {
        Group storage group = groups[round][answerHash];
        group.members++;
        group.weight += r.rule == Rule.Stake ? uint128(stakes[round][msg.sender]) : 1;
        if (answerHash != leaders[round] && group.weight > groups[round][leaders[round]].weight) {
            leaders[round] = answerHash;
        }
    }

    function _open(uint256 round, uint8 tag, bytes32 hash) private view {
        bytes32 expected = commitments[round][msg.sender];
        bytes32 actual = _tagged(tag, hash);
        if (expected != actual) revert WrongSeal(expected, actual);
    }

    /// @dev INVARIANT: names the agent, so that a copied seal opens for nobody; the salt has what a ranking lacks in values.
    function _seal(uint256 kind, uint256 round, bytes32 salt, bytes32 x, bytes32 y) private view returns (bytes32) {
        return keccak256(abi.encode(kind, block.chainid, address(this), round, msg.sender, salt, x, y));
    }

    function _seed(uint256 round, Round storage r) private view returns (bytes32) {
        return keccak256(abi.encode(round, r.drawn, r.mix));
    }

    function _at(uint256 round, Phase expected) private view returns (Round storage) {
        Phase actual = phaseOf(round);
        if (actual != expected) revert WrongPhase(round, expected, actual);
        return rounds[round];
    }

    function _checkAgent(address agent) private view {
        if (agent != msg.sender) revert WrongAgent(agent, msg.sender);
    }

    function _checkTerms(Terms calldata terms) private view {
        _checkRange(MIN_AGENTS, MAX_AGENTS, terms.maxAgents);
        _checkRange(0, MAX_CUT, terms.cutBps);
        _checkRange(leastTicket(), type(uint80).max, terms.ticket);
        _checkRange(0, type(uint80).max, msg.value);
        _checkRange(block.timestamp + MIN_SECONDS, block.timestamp + MAX_SECONDS, terms.entryEnd);
        _checkRange(MIN_SECONDS, MAX_SECONDS, terms.revealSeconds);
        if (terms.rule != Rule.Ranking) return;
        _checkRange(MIN_SECONDS, MAX_SECONDS, terms.sealSeconds);
        _checkRange(MIN_SECONDS, MAX_SECONDS, terms.showSeconds);
    }

    function _checkRange(uint256 minimum, uint256 maximum, uint256 actual) private pure {
        if (actual < minimum || actual > maximum) revert OutOfRange(minimum, maximum, actual);
    }

    /// @dev Of the tickets of a batch, and of all money after the last.
    function _check(Round storage r, uint256 expected, uint256 actual) private view {
        assert(actual == expected);
        // INVARIANT: all that came in went out, but for the tickets of those that never revealed.
        uint256 left = r.drawnAt == 0 ? 0 : uint256(r.ticket) * (r.entered - r.revealed - r.swept);
        if (r.settled == r.revealed) assert(r.held == left);
    }

    function _tagged(uint8 tag, bytes32 hash) private pure returns (bytes32) {
        return bytes32(uint256(tag) << 248) | (hash & bytes32(type(uint256).max >> 8));
    }

    function _min(uint256 a, uint256 b) private pure returns (uint256) {
        return a < b ? a : b;
    }
}
