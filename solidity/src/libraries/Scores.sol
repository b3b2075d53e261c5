// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Entry} from "../interfaces/ISwarm.sol";
import {Rating, Ratings} from "./Ratings.sol";
import {Ring} from "./Ring.sol";

/// @dev What the rankers of one answer gave it: how many they are, the sum of their places, of their weights, and of
/// places times weights, 32 bits each. None can overflow: there are 16 rankers, a place has 4 bits, a weight 16.
type Sums is uint256;

/// @title Scores of answers, and ratings of rankers, from the entries around a ring.
/// @dev Arrays are by place of the ring.
library Scores {
    uint256 internal constant POINT = 32; // bits behind a score's point
    /// @dev INVARIANT: one ranker alone decides nothing.
    uint256 internal constant LEAST_RANKERS = 2;

    uint256 private constant FIELD = type(uint32).max;
    uint256 private constant PLACES = 32;
    uint256 private constant WEIGHTS = 64;
    uint256 private constant WEIGHTED = 96;

    /// @notice Adds what the agent at `place` gave to the answers behind it.
    function add(Sums[] memory all, Entry memory ranker, uint256 place, uint256 m) internal pure {
        uint256 n = all.length;
        uint256 given = ranker.ranking;
        uint256 one = 1 | (uint256(ranker.weight) << WEIGHTS);
        uint256 each = (1 << PLACES) | (uint256(ranker.weight) << WEIGHTED);
        unchecked {
            for (uint256 distance = 1; distance <= m; distance++) {
                uint256 target = place + distance;
                if (target >= n) target -= n;
                all[target] = Sums.wrap(Sums.unwrap(all[target]) + one + (given & Ring.PLACE) * each);
                given >>= Ring.PLACE_BITS;
            }
        }
    }

    /// @notice The mean place as a part of the scale, and whether there is one.
    /// @dev INVARIANT: a mean, so that a ranking that is withheld lowers nobody's. Newcomers count where nobody in the
    /// round has a weight; else they would decide about answers that the draw gave to them alone.
    function score(Sums sums, uint256 m, bool rated) internal pure returns (bool scored, uint256 value) {
        uint256 sum = rated ? _field(sums, WEIGHTED) : _field(sums, PLACES);
        uint256 parts = rated ? _field(sums, WEIGHTS) : _field(sums, 0);
        if (_field(sums, 0) < LEAST_RANKERS || parts == 0) return (false, 0);
        return (true, (sum << POINT) / (parts * (m - 1)));
    }

    /// @notice Compares the places that the agent at `place` gave with those that the others gave the same answers.
    function rate(Rating memory rating, Sums[] memory all, uint256 place, uint256 ranking, uint256 m) internal pure {
        uint256 n = all.length;
        uint256 squares;
        uint256 count;
        unchecked {
            for (uint256 distance = 1; distance <= m; distance++) {
                uint256 target = place + distance;
                Sums sums = all[target < n ? target : target - n];
                uint256 given = ranking & Ring.PLACE;
                ranking >>= Ring.PLACE_BITS;
                uint256 others = _field(sums, 0) - 1;
                if (others < Ratings.LEAST_OTHERS) continue;
                squares += Ratings.squared(given, _field(sums, PLACES) - given, others, m - 1);
                count++;
            }
        }
        Ratings.note(rating, squares, count);
    }

    function _field(Sums sums, uint256 shift) private pure returns (uint256) {
        return (Sums.unwrap(sums) >> shift) & FIELD;
    }
}
