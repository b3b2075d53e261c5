// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IClaimSource} from "./IClaimSource.sol";
import {Claim} from "./IInferenceOracle.sol";

/// @dev What of a ranking model's output is its mark. Float: four bytes as a little-endian float32, NaN below all. Text:
/// four bytes, the first counting most, so that digits and letters are in their order. What is missing is zero.
enum Mark {
    Float,
    Text
}

/// @dev What a round waits for. Entry: answers. Draw: anyone's call. Rank: rankings. Window: challenges. Settle: anyone's
/// calls. Void: too few agents, or no draw.
enum ModelPhase {
    None,
    Entry,
    Draw,
    Rank,
    Window,
    Settle,
    Over,
    Void
}

/// @notice What is asked. An agent's input is its seed, `answerOptions` and the prompt; a ranker's is 28 zeros,
/// `rankOptions`, and `before`, prompt, `between`, answer, `behind` in a row: as docs/text.md has a text model's input.
struct Question {
    bytes prompt;
    bytes32 answerOptions;
    bytes32 rankOptions;
    bytes before;
    bytes between;
    bytes behind;
}

struct ModelTerms {
    Mark mark;
    uint16 markAt; // byte of a ranking model's output at which its mark begins
    uint16 maxAgents; // 10 to MAX_AGENTS
    uint40 entryEnd; // instant
    uint24 rankSeconds; // from the draw on
    uint24 windowSeconds; // after that, for challenges
    uint24 turnSeconds; // in which a claim that was exposed can be challenged
    uint96 minBond; // wei
}

/// @notice What is stored of a round.
struct ModelRound {
    ModelTerms terms;
    bytes32 questionHash;
    bytes32 seed;
    address asker;
    uint96 reward; // wei
    uint96 held; // wei of it that are yet to be paid
    uint40 drawnAt;
    uint16 entered;
    uint16 settled;
    bool tallied;
    uint96 share; // wei for each agent of the winning answer
    uint96 rankPay; // wei for each ranker
    bytes32 winner; // hash of the winning answer; zero if there is none
}

/// @notice What is stored of an agent in a round: one bond for its answer and all its rankings.
struct ModelEntry {
    address agent;
    uint64 ranking;
    bool ranked;
    bool dead; // one of its claims was proved false
    uint96 bond; // wei
    uint96 gasPrice; // wei
    uint40 turnEnd; // of the claim that is exposed
    uint40 openUntil; // instant before which another of its claims can be exposed; the round's window, if that is later
    uint32 exposed; // a bit for each claim that has had its turn: 0 its answer, 1 to 16 its ranks
    bytes32 modelId;
    bytes32 rankModelId;
    bytes32 answerHash;
    bytes32 outputsHash; // of its rankings' outputs
    bytes32 standing; // hash of the claim whose turn it is
}

/// @title Rounds of registered models, which answer, rank each other's answers, and stand by both.
/// @notice Answers and rankings follow from a prompt and an image, so anyone can compute them before they are told, and
/// seals would hide nothing. Instead anyone can challenge them, in the dispute game of docs/dispute-game.md.
interface IModelSwarm is IClaimSource {
    error WrongModelPhase(uint256 round, ModelPhase expected, ModelPhase actual);
    error WrongQuestion(bytes32 expected, bytes32 actual);
    error WrongAnswer(bytes32 expected, bytes32 actual);
    error WrongOutputs(bytes32 expected, bytes32 actual);
    error WrongOutputCount(uint256 expected, uint256 actual);
    error WrongRing(bytes32 expected, bytes32 actual);
    error NotTheAgent(address expected, address actual);
    error NotTheGame(address expected, address actual);
    error SameAgain(bytes32 key);
    error Full(uint256 maximum, uint256 actual);
    error TooDear(uint256 maximum, uint256 actual);
    error NotInRange(uint256 minimum, uint256 maximum, uint256 actual);
    error NotRandom(uint256 blockNumber);
    error AlreadyRanked(uint256 round, uint256 index);
    error Struck(uint256 round, uint256 index);
    error HadItsTurn(uint256 round, uint256 index, uint256 which);
    error TurnOpen(uint256 round, uint256 index);
    error NoTurn(uint256 round, uint256 index);
    error WindowOver(uint256 expected, uint256 actual);
    error MiswiredSwarm(address expected, address actual);

    event QuestionAsked(
        uint256 indexed round, address indexed asker, ModelTerms terms, uint256 reward, Question question
    );
    /// @notice Carries the whole output.
    event Answered(
        uint256 indexed round,
        uint256 indexed index,
        address indexed agent,
        bytes32 modelId,
        bytes32 rankModelId,
        bytes28 seed,
        uint256 bond,
        bytes output
    );
    event RingDrawn(uint256 indexed round, bytes32 seed);
    /// @notice Carries the ranking model's outputs for the agents behind it in the ring.
    event Ranked(uint256 indexed round, uint256 indexed index, uint64 ranking, bytes[] outputs);
    /// @notice The claim can be challenged now.
    event Exposed(uint256 indexed round, uint256 indexed index, uint256 which, bytes32 claimHash, Claim claim);
    event TurnClosed(uint256 indexed round, uint256 indexed index, uint256 openUntil);
    event EntryStruck(uint256 indexed round, uint256 indexed index, bytes32 indexed claimHash);
    event Decided(uint256 indexed round, bytes32 answerHash, uint256 share, uint256 rankPay);
    event Paid(uint256 indexed round, uint256 from, uint256 to, uint256 paid, uint256 burned);

    /// @notice Opens a round. The value sent is the reward.
    function ask(ModelTerms calldata terms, Question calldata question) external payable returns (uint256 round);

    /// @notice The caller's model's output for its own seed, `bytes28(keccak256(abi.encode(round, caller)))`.
    /// @param rankModelId What it will rank with.
    /// @param mostBond Reverts unless the bond is at most this.
    function answer(uint256 round, bytes32 modelId, bytes32 rankModelId, bytes calldata output, uint96 mostBond)
        external
        payable
        returns (uint256 index);

    /// @notice Takes this block's randomness for the ring. Anyone may, for as long as rankings take.
    function draw(uint256 round) external;

    /// @notice The outputs of the caller's ranking model for the agents behind it, the next one first.
    function rank(uint256 round, uint256 index, bytes32 seed, bytes[] calldata outputs) external;

    /// @notice Makes a claim of an agent's answer, for the game: only now its roots are computed. Anyone may, once.
    /// @dev One bond stands behind all that an agent said, so one claim of it has its turn at a time; when that ends, the
    /// others can be exposed for a turn more. No claim has two turns, so nobody can keep a false one out for ever.
    function exposeAnswer(uint256 round, uint256 index, Question calldata question, bytes calldata output)
        external
        returns (bytes32 claimHash);

    /// @notice The same of its rank for the agent `distance` steps behind it, whose answer is `target`.
    function exposeRank(
        uint256 round,
        uint256 index,
        uint256 distance,
        Question calldata question,
        bytes calldata target,
        bytes[] calldata outputs
    ) external returns (bytes32 claimHash);

    /// @notice Ends the turn of a claim that nobody challenges, or that stood.
    function closeTurn(uint256 round, uint256 index) external;

    /// @notice Decides, when no claim can be challenged any more, and pays the next `count` agents. Of a void round,
    /// returns everything.
    function settle(uint256 round, uint256 count) external;

    function phaseOf(uint256 round) external view returns (ModelPhase);

    function getRound(uint256 round) external view returns (ModelRound memory);

    function getEntry(uint256 round, uint256 index) external view returns (ModelEntry memory);

    /// @notice The bond of an entry at this moment, and the gas price that it is sized by.
    function bondFor(uint96 minBond) external view returns (uint96 bond, uint96 gasPrice);

    /// @notice Region root of an input; the contract asks itself, since only calldata can be Merkleised.
    function rootOf(bytes calldata input) external pure returns (bytes32);
}
