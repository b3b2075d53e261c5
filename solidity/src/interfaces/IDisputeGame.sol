// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Duration, Instant} from "../libraries/Time.sol";
import {Claim} from "./IInferenceOracle.sol";

/// @dev Whose move a game waits for. Open, Dissect, Descend: the worker. Select: the challenger. Prove: anyone,
/// on the worker's clock.
enum Stage {
    None,
    Open,
    Select,
    Dissect,
    Descend,
    Prove,
    Over
}

/// @notice A half-open range of steps: segments at level 1, instructions of one segment at level 2.
struct Interval {
    uint8 level;
    uint64 segment; // at level 2, the segment that the instructions belong to; at level 1, zero
    uint64 start;
    uint64 length;
}

/// @notice What is stored of a game. `gameId = keccak256(abi.encode(claimHash, challenger))`.
struct Game {
    Stage stage;
    Instant since; // from then on the mover's clock runs
    Duration workerLeft;
    Duration challengerLeft;
    uint32 workerDue; // gas units of moves made
    uint32 challengerDue; // gas units of moves made
    uint80 gasPrice; // wei; the challenger's bond is challengerBondGas times this, and its rent
    bytes32 commitment; // hash of the position; zero while it is the claim's opening
}

/// @notice What is stored of a disputed claim, shared by its games. The first four share a slot, 30 bytes.
// The linter doesn't know that an Instant has 5.
// solhint-disable-next-line gas-struct-packing
struct Dispute {
    address worker;
    Instant openedAt; // not set until the worker has opened
    uint32 openGames;
    bool dead; // one game was lost by the worker, or it conceded all of them
    bytes32 opening; // commitment of the first dissection
    uint128 reserve; // wei of the dead worker's bond kept for the open games' tariffs
}

/// @title The dispute game: two levels, k-ary, asymmetric. The worker shows, the challenger points.
/// @notice A dissection of [start, start+length) has m parts, cut at start + i*length/m: m = length if that is at most
/// K, else the least power of two with which as many dissections bring the length down to one as with K, at most K;
/// and K if the length is less than 1.5 times K to the power of those dissections but one. It is
/// committed as the Merkle root over leaves keccak256(startRoot_i, endRoot_i), padded with zero to a power of two.
/// A position is committed as `keccak256(abi.encode(kind, interval, a, b))`:
/// kind 1, dissected: a = dissection root, b = 0, the challenger selects;
/// kind 2, disputed: a = agreed start root, b = disputed end root, the worker goes on.
/// Every move names its claim by hash and its position by preimage, so it can answer nothing else.
interface IDisputeGame {
    error WrongStage(Stage expected, Stage actual);
    error WrongPosition(bytes32 expected, bytes32 actual);
    error WrongClaim(bytes32 expected, bytes32 actual);
    error WrongSender(address expected, address actual);
    error WrongPart(uint256 parts, uint256 actual);
    error WrongPath(bytes32 expected, bytes32 actual);
    error WrongPathLength(uint256 expected, uint256 actual);
    error WrongRootCount(uint256 expected, uint256 actual);
    error WrongRootStatus(uint256 index, uint256 actual);
    error StepsOutOfRange(uint256 minimum, uint256 maximum, uint256 actual);
    error NotDisputable(uint256 requestId);
    error GameExists(bytes32 gameId);
    error ClaimDead(bytes32 claimHash);
    error ClaimAlive(bytes32 claimHash);
    error AlreadyOpened(bytes32 claimHash);
    error TooLate(uint256 expected, uint256 actual);
    error TooEarly(uint256 expected, uint256 actual);
    error ParameterOutOfRange(uint256 minimum, uint256 maximum, uint256 actual);
    error Miswired(address expected, address actual);
    error NotOracle(address expected, address actual);

    event Challenged(
        bytes32 indexed gameId,
        bytes32 indexed claimHash,
        uint256 indexed requestId,
        address challenger,
        address worker,
        uint256 bond
    );
    /// @param roots The interior boundaries; both ends are derived.
    event Opened(bytes32 indexed claimHash, bytes32 startRoot, bytes32 endRoot, uint64 segments, bytes32[] roots);
    event Selected(bytes32 indexed gameId, Interval interval, bytes32 startRoot, bytes32 endRoot, Stage stage);
    /// @notice Also the first dissection of level 2. `startRoot` and `endRoot` bracket `roots`.
    event Dissected(bytes32 indexed gameId, Interval interval, bytes32 startRoot, bytes32 endRoot, bytes32[] roots);
    event Proved(bytes32 indexed gameId, address indexed prover, bytes32 preRoot, bytes32 postRoot, bytes32 claimedRoot);
    event TimedOut(bytes32 indexed gameId, Stage stage);
    event WorkerLost(
        bytes32 indexed gameId, bytes32 indexed claimHash, address indexed challenger, uint256 paid, uint256 burned
    );
    event ChallengerLost(
        bytes32 indexed gameId, bytes32 indexed claimHash, address indexed challenger, uint256 paid, uint256 burned
    );
    /// @notice An open game of a claim that died in another game: bond back, moves paid.
    event Settled(bytes32 indexed gameId, bytes32 indexed claimHash, address indexed challenger, uint256 paid);
    /// @notice The claim was false on purpose (IAudits): all its games give their bonds back, and nothing more.
    event Conceded(bytes32 indexed claimHash, uint256 openGames);

    /// @notice Challenges a claim within its window. The bond is locked from the caller's stake, to which the value
    /// sent is added first. One game a claim for each challenger.
    function challenge(Claim calldata claim) external payable returns (bytes32 gameId);

    /// @notice The worker's first dissection, of the whole run, once for all games of the claim.
    /// @param challenger Whose game is charged for the move.
    /// @param segments N, in [1, 2^32].
    /// @param roots m - 1 interior boundaries, each with status 1, 2 or 3.
    function open(Claim calldata claim, address challenger, uint64 segments, bytes32[] calldata roots) external;

    /// @notice The caller, a challenger, points at a part whose start it agrees with and whose end it disputes.
    function select(
        bytes32 claimHash,
        Interval calldata interval,
        bytes32 dissectionRoot,
        uint256 part,
        bytes32 startRoot,
        bytes32 endRoot,
        bytes32[] calldata path
    ) external;

    /// @notice The worker cuts the disputed interval again.
    function dissect(
        bytes32 claimHash,
        address challenger,
        Interval calldata interval,
        bytes32 startRoot,
        bytes32 endRoot,
        bytes32[] calldata roots
    ) external;

    /// @notice One segment is left: the worker says of how many instructions, and cuts those.
    /// @param interval The level-1 interval of length 1.
    /// @param instructions M, in [1, 2^36].
    /// @param roots m - 1 interior states, each with status at most 3.
    function descend(
        bytes32 claimHash,
        address challenger,
        Interval calldata interval,
        bytes32 startRoot,
        bytes32 endRoot,
        uint64 instructions,
        bytes32[] calldata roots
    ) external;

    /// @notice Executes the one step that is left. Anyone may; the truth decides, whoever tells it.
    function prove(
        Claim calldata claim,
        address challenger,
        Interval calldata interval,
        bytes32 startRoot,
        bytes32 endRoot,
        bytes calldata witness
    ) external;

    /// @notice Ends a game whose mover's clock ran out. Anyone may.
    function timeout(Claim calldata claim, address challenger) external;

    /// @notice Ends all games of a claim that nobody has opened: they can only be settled. Oracle only.
    /// @return challengers How many there are.
    function concede(bytes32 claimHash) external returns (uint256 challengers);

    /// @notice Pays the challenger of an open game whose claim died otherwise. Anyone may.
    function settle(Claim calldata claim, address challenger) external;

    /// @notice The game as of this block: a claim's opening already counted in its stage, since and workerLeft.
    function getGame(bytes32 claimHash, address challenger) external view returns (Game memory);

    function getDispute(bytes32 claimHash) external view returns (Dispute memory);

    /// @notice How many games keep the claim from being final.
    function openGames(bytes32 claimHash) external view returns (uint256);

    /// @notice A constant of the deployment: one side's time for a whole game.
    function clockSeconds() external view returns (Duration);

    /// @notice A challenger's bond in gas units, without the rent.
    function challengerBondGas() external view returns (uint256);

    /// @notice A challenger's bond against a claim of this bond at this moment, the gas price that it is sized by, and
    /// the part of it that the worker gets for its bond's time if the challenge is lost.
    function challengerBond(uint96 claimBond) external view returns (uint256 bond, uint80 gasPrice, uint256 rent);
}
