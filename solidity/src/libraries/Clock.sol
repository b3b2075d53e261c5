// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Game, IDisputeGame, Stage} from "../interfaces/IDisputeGame.sol";
import {Duration, Instant, Time} from "./Time.sol";

/// @title The chess clock of a game: one budget a side, in block time, half-open.
/// @notice The side that moves may do so before its flag's instant; from that instant on, anyone may end the game.
library Clock {
    /// @notice The instant at which the mover's time is over.
    function flag(Game memory game) internal pure returns (Instant) {
        return game.since.plus(game.stage == Stage.Select ? game.challengerLeft : game.workerLeft);
    }

    /// @notice The mover moves: its clock stops, and the next mover's runs from now.
    function press(Game memory game) internal view {
        Instant end = flag(game);
        if (Time.current() >= end) revert IDisputeGame.TooLate(Instant.unwrap(end), block.timestamp);
        Duration left = end.since(Time.current());
        if (game.stage == Stage.Select) game.challengerLeft = left;
        else game.workerLeft = left;
        game.since = Time.current();
    }

    /// @notice Brings a game that waits for the claim's opening up to date with an opening made in another game.
    /// @dev An opening that came after this game's flag is no answer here: the game still waits to be ended.
    function catchUp(Game memory game, Instant openedAt) internal pure {
        if (game.stage != Stage.Open || !openedAt.isSet()) return;
        Instant end = flag(game);
        if (openedAt >= end) return;
        game.workerLeft = end.since(openedAt);
        game.since = openedAt;
        game.stage = Stage.Select;
    }
}
