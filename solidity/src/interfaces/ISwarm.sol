// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IStaking} from "./IStaking.sol";

/// @dev How the winner is chosen. Ranking: agents rank each other's answers. Majority: the answer that most agents gave.
/// Stake: the answer behind which most was locked.
enum Rule {
    Ranking,
    Majority,
    Stake
}

/// @dev What a round waits for. Entry: tickets, and sealed answers. Draw: anyone's call. Reveal: answers, and the salts
/// that make the seed. Seal, Show: rankings, sealed and then revealed. Tally, Settle: anyone's calls. Over: nothing;
/// entries that were never revealed may still be swept. Void: too few agents, or no draw; refunds are anyone's calls.
enum Phase {
    None,
    Entry,
    Draw,
    Reveal,
    Seal,
    Show,
    Tally,
    Settle,
    Over,
    Void
}

/// @dev What becomes of an agent's ticket. Silent: burned, its ranking did not come. Ranked: not known yet. Returned.
/// Low: its answer is among the worst. Newcomer: burned, which is what a rating costs.
enum Fate {
    Silent,
    Ranked,
    Returned,
    Low,
    Newcomer
}

/// @notice The terms of a round.
struct Terms {
    Rule rule;
    uint16 maxAgents; // 10 to MAX_AGENTS
    uint16 cutBps; // answers whose score is below this part of the scale lose their tickets; at most a half
    uint96 ticket; // wei
    uint40 entryEnd; // instant
    uint24 revealSeconds; // from the draw on
    uint24 sealSeconds; // after that
    uint24 showSeconds; // after that
}

/// @notice What is stored of a round. The first slot is read by every action, and written by most.
struct Round {
    uint40 entryEnd;
    uint40 drawnAt; // instant; zero before
    uint24 revealSeconds;
    uint24 sealSeconds;
    uint24 showSeconds;
    uint16 maxAgents;
    uint16 entered;
    uint16 revealed;
    uint16 ranked; // rankings that were revealed
    Rule rule;
    bool rated; // one of those had a weight
    uint96 ticket; // wei
    uint96 held; // wei that are yet to be paid, returned or burned: the reward, and from the draw on all tickets
    uint16 cutBps;
    uint16 tallied; // places of the ring
    uint16 settled; // agents that revealed
    uint16 swept; // agents that did not
    uint128 drawn; // of the block's randomness
    uint128 mix; // exclusive or of the revealed salts
    address asker;
    uint96 reward; // wei
    uint64 bestScore; // 32 bits behind the point
    uint16 best; // index of the agent, plus one; zero if none may win
    uint96 rankPay; // wei that each ranker gets
}

/// @notice What is stored of an agent that revealed its answer. One slot.
struct Entry {
    address agent;
    uint16 weight; // of its ranking: its rating when it revealed
    uint64 ranking;
    Fate fate;
}

/// @title Rounds of agents that rank each other's answers. docs/swarm.md has the rules and their reasons.
/// @notice Nobody can check such an answer: what is sealed can't be copied, what is withheld costs a ticket, and the
/// rankers are drawn. Claims about lies are made for models that anyone can run, elsewhere.
/// Seals are `keccak256(abi.encode(kind, chain id, this contract, round, agent, salt, x, y))`: of an answer, kind 1, x its
/// hash, y zero; of a ranking, kind 2, x the ring's seed, y the ranking.
interface ISwarm {
    error WrongPhase(uint256 round, Phase expected, Phase actual);
    error WrongSeal(bytes32 expected, bytes32 actual);
    error WrongDraw(uint128 expected, uint128 actual);
    error WrongSeed(bytes32 expected, bytes32 actual);
    error WrongAgent(address expected, address actual);
    error AlreadyEntered(uint256 round, address agent);
    error NotSealed(uint256 round, address agent);
    error RoundFull(uint256 maximum, uint256 actual);
    error OutOfRange(uint256 minimum, uint256 maximum, uint256 actual);
    error NoRandomness(uint256 blockNumber);
    error Miswired(address expected, address actual);

    /// @notice Carries the whole prompt.
    event Asked(uint256 indexed round, address indexed asker, Terms terms, uint256 reward, bytes prompt);
    event Entered(uint256 indexed round, address indexed agent, bytes32 seal, uint256 stake);
    event Drawn(uint256 indexed round, uint128 drawn, uint40 at);
    /// @notice Carries the whole answer. `index` is the agent's name for the rest of the round.
    event Revealed(uint256 indexed round, address indexed agent, uint256 index, uint16 weight, bytes32 salt, bytes answer);
    event RankingSealed(uint256 indexed round, uint256 indexed index, bytes32 seal);
    event RankingRevealed(uint256 indexed round, uint256 indexed index, uint64 ranking);
    event Tallied(uint256 indexed round, uint256 from, uint256 to, uint256 best, uint256 bestScore);
    /// @param agent Zero if no answer may win; then the prize went back to the asker.
    event Won(uint256 indexed round, address indexed agent, bytes32 answerHash, uint256 prize, uint256 rankPay);
    event Distributed(
        uint256 indexed round, uint256 from, uint256 to, uint256 returned, uint256 toWinner, uint256 toRankers, uint256 burned
    );
    /// @notice Agents that never revealed.
    event Swept(uint256 indexed round, address[] agents, uint256 returned, uint256 burned);

    /// @notice Opens a round. The value sent is the reward.
    function ask(Terms calldata terms, bytes calldata prompt) external payable returns (uint256 round);

    /// @notice Buys a ticket from the caller's stake, to which the value sent is added first, and seals an answer.
    /// @param stake Where the rule is Stake: what stands behind the answer, locked until the round is settled; else zero.
    function enter(uint256 round, bytes32 seal, uint96 stake) external payable;

    /// @notice Takes this block's randomness. Anyone may, from the end of the entries on, for as long as reveals take.
    /// @dev INVARIANT: every salt was committed before, and none is known, so nobody can tell what the seed will be.
    function draw(uint256 round) external;

    /// @notice The answer behind the caller's seal, and its salt, which changes the ring's seed.
    /// @param drawn The draw that the caller means; another reverts, so that a reorganisation can't use this one's salt.
    function reveal(uint256 round, uint128 drawn, bytes calldata answer, bytes32 salt) external returns (uint256 index);

    /// @notice Seals the caller's ranking of the agents that follow it in the ring.
    /// @param seed The ring's, as the caller knows it; another reverts.
    function sealRanking(uint256 round, uint256 index, bytes32 seed, bytes32 seal) external;

    /// @notice The ranking behind the caller's seal: 4 bits a place, those of the next agent lowest.
    function revealRanking(uint256 round, uint256 index, bytes32 answerHash, uint64 ranking, bytes32 salt) external;

    /// @notice Scores the next `count` places of the ring, or those that are left, and rates their rankers.
    function tally(uint256 round, uint256 count) external;

    /// @notice Pays the next `count` agents, or those that are left; of a void round, refunds them and the asker.
    function settle(uint256 round, uint256 count) external;

    /// @notice Burns the tickets of agents that never revealed; returns them if nothing was drawn.
    function sweep(uint256 round, address[] calldata agents) external;

    function phaseOf(uint256 round) external view returns (Phase);

    function getRound(uint256 round) external view returns (Round memory);

    function getEntry(uint256 round, uint256 index) external view returns (Entry memory);

    /// @notice What an agent has committed to: a seal or a hash whose first byte says which. Zero: it is not in the round.
    function commitmentOf(uint256 round, address agent) external view returns (bytes32);

    /// @notice The seed of the round's ring; it changes with every reveal.
    function seedOf(uint256 round) external view returns (bytes32);

    /// @notice The weight of an agent's next ranking, and how many tickets it has burned for it.
    function ratingOf(address agent) external view returns (uint16 weight, uint16 burned);

    /// @notice Whether this answer won. Under Majority and Stake several agents may have given it.
    function hasWon(uint256 round, bytes calldata answer) external view returns (bool);

    /// @notice The least ticket at this moment: a new identity's price must not be nothing.
    function leastTicket() external view returns (uint256);

    function staking() external view returns (IStaking);
}
