// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Game, Stage} from "../../solidity/src/interfaces/IDisputeGame.sol";
import {Clock} from "../../solidity/src/libraries/Clock.sol";
import {Duration, Instant} from "../../solidity/src/libraries/Time.sol";
import {SYMBOLS} from "./Symbols.sol";

/// @notice Chess clocks, for every stage, instant and time left: proved by halmos, not tried.
/// @dev Instants lie a duration before the end of their 40 bits, and a game's before now.
contract ClocksTest {
    uint256 private constant LATEST = type(uint40).max - type(uint32).max;

    function press(Game memory game) external view returns (Game memory) {
        Clock.press(game);
        return game;
    }

    function catchUp(Game memory game, Instant openedAt) external pure returns (Game memory) {
        Clock.catchUp(game, openedAt);
        return game;
    }

    /// @notice A move is in time exactly until its mover's flag, and takes from nobody else's time.
    function check_press_takes_the_time_that_passed_from_the_mover(
        uint8 stage, uint40 since, uint32 worker, uint32 challenger, uint40 now_
    ) external {
        Game memory game = _game(stage, since, worker, challenger);
        SYMBOLS.assume(since <= now_ && now_ <= LATEST);
        SYMBOLS.warp(now_);
        bool isChallengers = game.stage == Stage.Select;
        uint256 left = isChallengers ? challenger : worker;
        try this.press(game) returns (Game memory after_) {
            assert(now_ < since + left);
            uint256 spent = now_ - since;
            uint256 workers = Duration.unwrap(after_.workerLeft);
            uint256 challengers = Duration.unwrap(after_.challengerLeft);
            assert(workers == (isChallengers ? worker : worker - spent));
            assert(challengers == (isChallengers ? challenger - spent : challenger));
            assert(Instant.unwrap(after_.since) == now_);
            assert(after_.stage == game.stage && after_.workerDue == game.workerDue);
        } catch {
            assert(now_ >= since + left);
        }
    }

    /// @notice INVARIANT: `since + workerLeft + challengerLeft` is what it was when the game began, so that a game
    /// is over two clocks after its challenge at the latest, however many moves it has.
    function check_no_move_adds_time_to_a_game(
        uint8 stage, uint40 since, uint32 worker, uint32 challenger, uint40 now_, uint40 openedAt
    ) external {
        Game memory game = _game(stage, since, worker, challenger);
        SYMBOLS.assume(since <= now_ && now_ <= LATEST && since <= openedAt && openedAt <= now_);
        SYMBOLS.warp(now_);
        uint256 total = _total(game);
        Game memory caught = this.catchUp(game, Instant.wrap(openedAt));
        assert(_total(caught) == total);
        try this.press(caught) returns (Game memory after_) {
            assert(_total(after_) == total);
        } catch {}
    }

    /// @notice An opening answers a game that waits for it, if it came in time, and no other; twice is once.
    function check_an_opening_counts_where_it_was_in_time(
        uint8 stage, uint40 since, uint32 worker, uint32 challenger, uint40 openedAt
    ) external view {
        Game memory game = _game(stage, since, worker, challenger);
        SYMBOLS.assume(since <= openedAt);
        Game memory once = this.catchUp(game, Instant.wrap(openedAt));
        bool counts = game.stage == Stage.Open && openedAt != 0 && openedAt < uint256(since) + worker;
        assert(once.stage == (counts ? Stage.Select : game.stage));
        assert(Duration.unwrap(once.workerLeft) == (counts ? worker - (openedAt - since) : worker));
        assert(Duration.unwrap(once.challengerLeft) == challenger);
        Game memory twice = this.catchUp(once, Instant.wrap(openedAt));
        assert(keccak256(abi.encode(twice)) == keccak256(abi.encode(once)));
    }

    /// @notice A game whose flag has fallen stays lost: no opening that comes later brings it back.
    function check_a_flag_that_has_fallen_stays_down(
        uint40 since, uint32 worker, uint32 challenger, uint40 openedAt, uint40 now_
    ) external {
        Game memory game = _game(uint8(Stage.Open), since, worker, challenger);
        SYMBOLS.assume(now_ <= LATEST && uint256(since) + worker <= openedAt && openedAt <= now_);
        SYMBOLS.warp(now_);
        Game memory caught = this.catchUp(game, Instant.wrap(openedAt));
        assert(caught.stage == Stage.Open);
        try this.press(caught) {
            assert(false);
        } catch {}
    }

    function _game(uint8 stage, uint40 since, uint32 worker, uint32 challenger)
        private
        pure
        returns (Game memory game)
    {
        SYMBOLS.assume(stage >= uint8(Stage.Open) && stage <= uint8(Stage.Prove) && since <= LATEST);
        game.stage = Stage(stage);
        game.since = Instant.wrap(since);
        game.workerLeft = Duration.wrap(worker);
        game.challengerLeft = Duration.wrap(challenger);
    }

    function _total(Game memory game) private pure returns (uint256) {
        uint256 left = uint256(Duration.unwrap(game.workerLeft)) + Duration.unwrap(game.challengerLeft);
        return Instant.unwrap(game.since) + left;
    }
}
