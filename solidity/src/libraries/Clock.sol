// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Game, IDisputeGame, Stage} from "../interfaces/IDisputeGame.sol";

/// @title The chess clock of a game: one budget a side, in block time, half-open.
/// @notice The side that moves may do so before its flag's instant; from that instant on, anyone may end the game.
library Clock {
    /// @notice The instant at which the mover's time is over.
    function flag(Game memory game) internal pure returns (uint256) {
        uint256 left = game.stage == Stage.Select ? game.challengerLeft : game.workerLeft;
        return game.since + left;
    }

    /// @notice The mover moves: its clock stops, and the next mover's runs from now.
    function press(Game memory game) internal view {
        uint256 end = flag(game);
        if (block.timestamp >= end) revert IDisputeGame.TooLate(end, block.timestamp);
        uint32 left = uint32(end - block.timestamp);
        if (game.stage == Stage.Select) game.challengerLeft = left;
        else game.workerLeft = left;
        game.since = uint40(block.timestamp);
    }

    /// @notice Brings a game that waits for the claim's opening up to date with an opening made in another game.
    /// @dev An opening that came after this game's flag is no answer here: the game still waits to be ended.
    function catchUp(Game memory game, uint40 openedAt) internal pure {
        if (game.stage != Stage.Open || openedAt == 0 || openedAt >= flag(game)) return;
        game.workerLeft -= uint32(openedAt - game.since);
        game.since = openedAt;
        game.stage = Stage.Select;
    }
}
