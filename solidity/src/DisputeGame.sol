// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IClaimSource} from "./interfaces/IClaimSource.sol";
import {Dispute, Game, IDisputeGame, Interval, Stage} from "./interfaces/IDisputeGame.sol";
import {Claim} from "./interfaces/IInferenceOracle.sol";
import {IMipsVerifier} from "./interfaces/IMipsVerifier.sol";
import {IModelRegistry, Model} from "./interfaces/IModelRegistry.sol";
import {IStaking} from "./interfaces/IStaking.sol";
import {Clock} from "./libraries/Clock.sol";
import {Commitment} from "./libraries/Commitment.sol";
import {Dissection} from "./libraries/Dissection.sol";
import {GasPrice} from "./libraries/GasPrice.sol";
import {Position} from "./libraries/Position.sol";
import {StateRoot} from "./libraries/StateRoot.sol";
import {Tariff} from "./libraries/Tariff.sol";
import {Duration, Instant, Time} from "./libraries/Time.sol";

/// @title The dispute game: docs/dispute-game.md has the rules and the argument.
/// @dev Games of one claim know each other only through its Dispute. When a claim dies, its other games are not
/// visited: each settles by itself, from what the dead bond has kept for it.
contract DisputeGame is IDisputeGame {
    using Clock for Game;

    /// @dev Of the worker's bond: tariffs take half at most, and the winner's bonus a tenth of the least, so that two
    /// fifths burn in any case. INVARIANT: a liar that loses to its own second account loses those.
    uint256 public constant TARIFF_SHARE = 2;
    /// @dev A tenth of the claim's bond a year: what a challenger owes for the time that it keeps it locked.
    uint256 public constant RENT_SHARE = 10;
    uint256 public constant MAX_K = 64;
    uint256 public constant MAX_CLOCK = 90 days;

    IClaimSource public immutable oracle;
    IStaking public immutable staking;
    IModelRegistry public immutable registry;
    IMipsVerifier public immutable verifier;
    uint256 public immutable k;
    /// @inheritdoc IDisputeGame
    Duration public immutable clockSeconds;
    uint256 public immutable maxChallengerDue;
    /// @inheritdoc IDisputeGame
    uint256 public immutable challengerBondGas;

    mapping(bytes32 gameId => Game) private games;
    mapping(bytes32 claimHash => Dispute) private disputes;

    constructor(IClaimSource oracle_, IMipsVerifier verifier_, uint256 k_, Duration clockSeconds_) {
        if (oracle_.game() != address(this)) revert Miswired(address(this), oracle_.game());
        _checkRange(2, MAX_K, k_);
        _checkRange(1, MAX_CLOCK, Duration.unwrap(clockSeconds_));
        oracle = oracle_;
        staking = oracle_.staking();
        registry = oracle_.registry();
        verifier = verifier_;
        k = k_;
        clockSeconds = clockSeconds_;
        maxChallengerDue = Tariff.maxChallengerDue(k_);
        challengerBondGas = 2 * Tariff.maxWorkerDue(k_);
    }

    /// @inheritdoc IDisputeGame
    function challenge(Claim calldata claim) external payable returns (bytes32 gameId) {
        bytes32 claimHash = _hash(claim);
        _checkChallengeable(claim, claimHash);
        gameId = _id(claimHash, msg.sender);
        if (games[gameId].stage != Stage.None) revert GameExists(gameId);
        (uint256 bond, uint80 gasPrice,) = challengerBond(claim.bond);

        Dispute storage dispute = disputes[claimHash];
        dispute.worker = claim.worker;
        dispute.openGames++;
        games[gameId] = Game({
            stage: dispute.openedAt.isSet() ? Stage.Select : Stage.Open,
            since: Time.current(),
            workerLeft: clockSeconds,
            challengerLeft: clockSeconds,
            workerDue: 0,
            challengerDue: uint32(Tariff.CHALLENGE),
            gasPrice: gasPrice,
            commitment: 0
        });
        emit Challenged(gameId, claimHash, claim.requestId, msg.sender, claim.worker, bond);
        if (msg.value != 0) staking.deposit{value: msg.value}(msg.sender);
        staking.lock(msg.sender, bond);
    }

    /// @inheritdoc IDisputeGame
    function open(Claim calldata claim, address challenger, uint64 segments, bytes32[] calldata roots) external {
        bytes32 claimHash = _hash(claim);
        Dispute storage dispute = _live(claimHash);
        if (dispute.openedAt.isSet()) revert AlreadyOpened(claimHash);
        bytes32 gameId = _id(claimHash, challenger);
        Game memory game = _at(gameId, dispute, Stage.Open);
        _checkWorker(dispute);
        game.press();
        _checkSteps(Tariff.MAX_SEGMENTS, segments);

        (bytes32 startRoot, bytes32 endRoot) = _ends(claim);
        Interval memory whole = Interval(1, 0, 0, segments);
        dispute.opening = Position.dissected(whole, Dissection.root(startRoot, roots, endRoot, k, whole));
        dispute.openedAt = Time.current();
        game.stage = Stage.Select;
        game.workerDue += uint32(Tariff.OPEN + roots.length * Tariff.ROOT);
        games[gameId] = game;
        emit Opened(claimHash, startRoot, endRoot, segments, roots);
    }

    /// @inheritdoc IDisputeGame
    function select(
        bytes32 claimHash,
        Interval calldata interval,
        bytes32 dissectionRoot,
        uint256 part,
        bytes32 startRoot,
        bytes32 endRoot,
        bytes32[] calldata path
    ) external {
        Dispute storage dispute = _live(claimHash);
        bytes32 gameId = _id(claimHash, msg.sender);
        Game memory game = _at(gameId, dispute, Stage.Select);
        game.press();
        Position.check(
            game.commitment == 0 ? dispute.opening : game.commitment,
            Position.supplied(Position.DISSECTED, interval, dissectionRoot, 0)
        );
        uint256 count = Dissection.parts(k, interval.length);
        Dissection.check(dissectionRoot, count, part, startRoot, endRoot, path);

        Interval memory chosen = Dissection.part(interval, count, part);
        game.stage = _next(chosen, startRoot);
        game.commitment = Position.disputed(chosen, startRoot, endRoot);
        game.challengerDue += uint32(Tariff.SELECT);
        games[gameId] = game;
        emit Selected(gameId, chosen, startRoot, endRoot, game.stage);
    }

    /// @inheritdoc IDisputeGame
    function dissect(
        bytes32 claimHash,
        address challenger,
        Interval calldata interval,
        bytes32 startRoot,
        bytes32 endRoot,
        bytes32[] calldata roots
    ) external {
        Dispute storage dispute = _live(claimHash);
        bytes32 gameId = _id(claimHash, challenger);
        Game memory game = _at(gameId, dispute, Stage.Dissect);
        _checkWorker(dispute);
        game.press();
        Position.check(game.commitment, Position.supplied(Position.DISPUTED, interval, startRoot, endRoot));
        _show(gameId, game, interval, startRoot, endRoot, roots, Tariff.DISSECT);
    }

    /// @inheritdoc IDisputeGame
    function descend(
        bytes32 claimHash,
        address challenger,
        Interval calldata interval,
        bytes32 startRoot,
        bytes32 endRoot,
        uint64 instructions,
        bytes32[] calldata roots
    ) external {
        Dispute storage dispute = _live(claimHash);
        bytes32 gameId = _id(claimHash, challenger);
        Game memory game = _at(gameId, dispute, Stage.Descend);
        _checkWorker(dispute);
        game.press();
        Position.check(game.commitment, Position.supplied(Position.DISPUTED, interval, startRoot, endRoot));
        _checkSteps(Tariff.MAX_INSTRUCTIONS, instructions);

        Interval memory whole = Interval(2, interval.start, 0, instructions);
        bytes32 running = StateRoot.withStatus(startRoot, StateRoot.RUNNING);
        _show(gameId, game, whole, running, endRoot, roots, Tariff.DESCEND);
    }

    /// @inheritdoc IDisputeGame
    function prove(
        Claim calldata claim,
        address challenger,
        Interval calldata interval,
        bytes32 startRoot,
        bytes32 endRoot,
        bytes calldata witness
    ) external {
        bytes32 claimHash = _hash(claim);
        Dispute storage dispute = _live(claimHash);
        bytes32 gameId = _id(claimHash, challenger);
        Game memory game = _at(gameId, dispute, Stage.Prove);
        game.press();
        Position.check(game.commitment, Position.supplied(Position.DISPUTED, interval, startRoot, endRoot));

        Model memory m = registry.model(claim.modelId);
        bytes32 postRoot = verifier.step(startRoot, m.programRoot, m.modelRoot, witness);
        emit Proved(gameId, msg.sender, startRoot, postRoot, endRoot);
        _end(claim, challenger, claimHash, game, postRoot == endRoot, Tariff.PROVE);
    }

    /// @inheritdoc IDisputeGame
    function timeout(Claim calldata claim, address challenger) external {
        bytes32 claimHash = _hash(claim);
        Dispute storage dispute = _live(claimHash);
        bytes32 gameId = _id(claimHash, challenger);
        Game memory game = _load(gameId, dispute);
        if (!_isOpen(game)) revert WrongStage(Stage.Select, game.stage);
        Instant flag = game.flag();
        if (Time.current() < flag) revert TooEarly(Instant.unwrap(flag), block.timestamp);
        emit TimedOut(gameId, game.stage);
        _end(claim, challenger, claimHash, game, game.stage == Stage.Select, Tariff.TIMEOUT);
    }

    /// @inheritdoc IDisputeGame
    /// @dev INVARIANT: once it is opened, a claim is defended to the end: a lie can't become a test on the way.
    function concede(bytes32 claimHash) external returns (uint256 challengers) {
        if (msg.sender != address(oracle)) revert NotOracle(address(oracle), msg.sender);
        Dispute storage dispute = _live(claimHash);
        if (dispute.openedAt.isSet()) revert AlreadyOpened(claimHash);
        dispute.dead = true;
        challengers = dispute.openGames;
        emit Conceded(claimHash, challengers);
    }

    /// @inheritdoc IDisputeGame
    function settle(Claim calldata claim, address challenger) external {
        bytes32 claimHash = _hash(claim);
        Dispute storage dispute = disputes[claimHash];
        if (!dispute.dead) revert ClaimAlive(claimHash);
        bytes32 gameId = _id(claimHash, challenger);
        Game memory game = _load(gameId, dispute);
        if (!_isOpen(game)) revert WrongStage(Stage.Select, game.stage);
        if (msg.sender == challenger) game.challengerDue += uint32(Tariff.SETTLE);

        // A share of what is kept, should there be more games than the bond foresees; else the due is less.
        uint256 paid = _min(uint256(game.challengerDue) * claim.gasPrice, dispute.reserve / dispute.openGames);
        dispute.openGames--;
        uint256 kept = dispute.reserve - paid;
        uint256 burned = dispute.openGames == 0 ? kept : 0;
        dispute.reserve = uint128(kept - burned);
        games[gameId].stage = Stage.Over;
        emit Settled(gameId, claimHash, challenger, paid);
        staking.release(challenger, _bondOf(game, claim));
        if (paid != 0) staking.move(claim.worker, challenger, paid);
        if (burned != 0) staking.burn(claim.worker, burned);
    }

    /// @inheritdoc IDisputeGame
    function getGame(bytes32 claimHash, address challenger) external view returns (Game memory) {
        return _load(_id(claimHash, challenger), disputes[claimHash]);
    }

    /// @inheritdoc IDisputeGame
    function getDispute(bytes32 claimHash) external view returns (Dispute memory) {
        return disputes[claimHash];
    }

    /// @inheritdoc IDisputeGame
    function openGames(bytes32 claimHash) external view returns (uint256) {
        return disputes[claimHash].openGames;
    }

    /// @inheritdoc IDisputeGame
    function challengerBond(uint96 claimBond) public view returns (uint256 bond, uint80 gasPrice, uint256 rent) {
        gasPrice = uint80(_min(GasPrice.current(), type(uint80).max));
        rent = _rent(claimBond);
        return (challengerBondGas * gasPrice + rent, gasPrice, rent);
    }

    function _checkChallengeable(Claim calldata claim, bytes32 claimHash) private view {
        bytes32 standing = oracle.standingClaim(claim.requestId);
        if (standing == 0) revert NotDisputable(claim.requestId);
        if (standing != claimHash) revert WrongClaim(standing, claimHash);
        if (block.timestamp >= claim.windowEnd) revert TooLate(claim.windowEnd, block.timestamp);
    }

    /// @dev Both ends of the run. INVARIANT: the worker adds no word to either, so a false output means a false end.
    function _ends(Claim calldata claim) private view returns (bytes32 startRoot, bytes32 endRoot) {
        Model memory m = registry.model(claim.modelId);
        startRoot = StateRoot.initial(m.programRoot, claim.inputRoot, m.modelRoot);
        endRoot = StateRoot.terminal(m.programRoot, claim.inputRoot, claim.outputRoot, m.modelRoot);
    }

    /// @dev The worker shows the boundaries of the parts of `whole`; the challenger is next.
    function _show(
        bytes32 gameId,
        Game memory game,
        Interval memory whole,
        bytes32 startRoot,
        bytes32 endRoot,
        bytes32[] calldata roots,
        uint256 tariff
    ) private {
        game.stage = Stage.Select;
        game.commitment = Position.dissected(whole, Dissection.root(startRoot, roots, endRoot, k, whole));
        game.workerDue += uint32(tariff + roots.length * Tariff.ROOT);
        games[gameId] = game;
        emit Dissected(gameId, whole, startRoot, endRoot, roots);
    }

    /// @dev A segment that starts halted or faulted is a step that changes nothing: it is proved as it stands.
    function _next(Interval memory chosen, bytes32 startRoot) private pure returns (Stage) {
        if (chosen.length > 1) return Stage.Dissect;
        bool hasInstructions = chosen.level == 1 && StateRoot.statusOf(startRoot) == StateRoot.YIELDED;
        return hasInstructions ? Stage.Descend : Stage.Prove;
    }

    function _end(
        Claim calldata claim,
        address challenger,
        bytes32 claimHash,
        Game memory game,
        bool workerWins,
        uint256 tariff
    ) private {
        bytes32 gameId = _id(claimHash, challenger);
        games[gameId].stage = Stage.Over;
        disputes[claimHash].openGames--;
        if (workerWins) {
            if (msg.sender == claim.worker) game.workerDue += uint32(tariff);
            _challengerLoses(claim, challenger, claimHash, game);
        } else {
            if (msg.sender == challenger) game.challengerDue += uint32(tariff);
            _workerLoses(claim, challenger, claimHash, game);
        }
    }

    function _challengerLoses(Claim calldata claim, address challenger, bytes32 claimHash, Game memory game) private {
        uint256 bond = _bondOf(game, claim);
        uint256 paid = _min(bond, uint256(game.workerDue) * game.gasPrice + _rent(claim.bond));
        emit ChallengerLost(_id(claimHash, challenger), claimHash, challenger, paid, bond - paid);
        staking.move(challenger, claim.worker, paid);
        staking.burn(challenger, bond - paid);
    }

    /// @dev The claim dies. Its other games can only be settled; the tariffs that they may be owed are kept.
    function _workerLoses(Claim calldata claim, address challenger, bytes32 claimHash, Game memory game) private {
        Dispute storage dispute = disputes[claimHash];
        uint256 bond = claim.bond;
        uint256 due = _min(uint256(game.challengerDue) * claim.gasPrice, bond / TARIFF_SHARE);
        uint256 paid = due + Tariff.WINNER_BONUS * claim.gasPrice;
        uint256 reserve =
            _min(dispute.openGames * maxChallengerDue * claim.gasPrice, bond / TARIFF_SHARE - due);
        uint256 burned = bond - paid - reserve;
        dispute.dead = true;
        dispute.reserve = uint128(reserve);
        emit WorkerLost(_id(claimHash, challenger), claimHash, challenger, paid, burned);
        staking.release(challenger, _bondOf(game, claim));
        staking.move(claim.worker, challenger, paid);
        staking.burn(claim.worker, burned);
        oracle.killClaim(claim);
    }

    function _live(bytes32 claimHash) private view returns (Dispute storage dispute) {
        dispute = disputes[claimHash];
        if (dispute.dead) revert ClaimDead(claimHash);
    }

    function _at(bytes32 gameId, Dispute storage dispute, Stage stage) private view returns (Game memory game) {
        game = _load(gameId, dispute);
        if (game.stage != stage) revert WrongStage(stage, game.stage);
    }

    function _load(bytes32 gameId, Dispute storage dispute) private view returns (Game memory game) {
        game = games[gameId];
        game.catchUp(dispute.openedAt);
    }

    function _checkWorker(Dispute storage dispute) private view {
        if (msg.sender != dispute.worker) revert WrongSender(dispute.worker, msg.sender);
    }

    function _checkSteps(uint256 maximum, uint256 actual) private pure {
        if (actual < 1 || actual > maximum) revert StepsOutOfRange(1, maximum, actual);
    }

    function _checkRange(uint256 minimum, uint256 maximum, uint256 actual) private pure {
        if (actual < minimum || actual > maximum) revert ParameterOutOfRange(minimum, maximum, actual);
    }

    function _isOpen(Game memory game) private pure returns (bool) {
        return game.stage != Stage.None && game.stage != Stage.Over;
    }

    function _bondOf(Game memory game, Claim calldata claim) private view returns (uint256) {
        return challengerBondGas * game.gasPrice + _rent(claim.bond);
    }

    /// @dev For one clock of the challenger's: so long can it keep a bond locked by being silent.
    function _rent(uint256 claimBond) private view returns (uint256) {
        return (claimBond * Duration.unwrap(clockSeconds)) / (RENT_SHARE * 365 days);
    }

    function _hash(Claim calldata claim) private pure returns (bytes32) {
        return Commitment.ofCalldata(claim);
    }

    function _id(bytes32 claimHash, address challenger) private pure returns (bytes32) {
        // keccak256(abi.encode(claimHash, challenger))
        return Dissection.pair(claimHash, bytes32(uint256(uint160(challenger))));
    }

    function _min(uint256 a, uint256 b) private pure returns (uint256) {
        return a < b ? a : b;
    }
}
