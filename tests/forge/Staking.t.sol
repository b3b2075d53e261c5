// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Staking} from "../../solidity/src/Staking.sol";

/// @notice Does whatever the oracle, the game and four people may do, with sums that may be too large.
contract Actor {
    Staking public immutable bank;
    address[4] private people = [address(0xa11ce), address(0xb0b), address(this), address(0xca401)];

    constructor() payable {
        bank = new Staking(address(this), address(this));
    }

    receive() external payable {}

    function deposit(uint256 who, uint96 amount) external {
        bank.deposit{value: amount % (address(this).balance + 1)}(people[who % 4]);
    }

    function withdraw(uint256 amount) external {
        bank.withdraw(address(this), _some(people[2], amount, true));
    }

    function lock(uint256 who, uint256 amount) external {
        bank.lock(people[who % 4], _some(people[who % 4], amount, true));
    }

    function release(uint256 who, uint256 amount, uint96 reward) external {
        uint256 value = reward % (address(this).balance + 1);
        bank.release{value: value}(people[who % 4], _some(people[who % 4], amount, false));
    }

    function move(uint256 from, uint256 to, uint256 amount) external {
        bank.move(people[from % 4], people[to % 4], _some(people[from % 4], amount, false));
    }

    function burn(uint256 who, uint256 amount) external {
        bank.burn(people[who % 4], _some(people[who % 4], amount, false));
    }

    /// @notice What the bank owes to everybody.
    function owed() external view returns (uint256 total) {
        for (uint256 i = 0; i < 4; i++) {
            (uint256 free, uint256 locked) = bank.balanceOf(people[i]);
            total += free + locked;
        }
    }

    /// @dev Mostly what is there, sometimes one wei more, which must be refused.
    function _some(address who, uint256 amount, bool isFree) private view returns (uint256) {
        (uint256 free, uint256 locked) = bank.balanceOf(who);
        return amount % ((isFree ? free : locked) + 2);
    }
}

contract StakingTest {
    Actor private actor;

    function setUp() external {
        actor = new Actor{value: 100 ether}();
    }

    /// @notice Whom forge lets act: the actor alone.
    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(actor);
    }

    function invariant_the_bank_holds_what_it_owes_to_the_wei() external view {
        require(address(actor.bank()).balance == actor.owed(), "money made or lost");
    }
}
