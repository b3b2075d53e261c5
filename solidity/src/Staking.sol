// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IStaking} from "./interfaces/IStaking.sol";

/// @title The bank: stakes, locked bonds, and what is owed to anyone.
/// @dev INVARIANT: the contract's ether is the sum of all accounts, free and locked. The oracle and the game
/// lock a sum for each lease and each game, and undo no more than they locked.
contract Staking is IStaking {
    /// @dev One slot: nearly every write changes both.
    struct Account {
        uint128 free;
        uint128 locked;
    }

    /// @inheritdoc IStaking
    address public immutable oracle;
    /// @inheritdoc IStaking
    address public immutable game;

    mapping(address account => Account) private accounts;

    modifier onlyProtocol() {
        if (msg.sender != oracle && msg.sender != game) revert NotProtocol(msg.sender);
        _;
    }

    /// @dev Neither exists yet: their constructors check that they are where this contract expects them.
    constructor(address oracle_, address game_) {
        oracle = oracle_;
        game = game_;
    }

    /// @inheritdoc IStaking
    function deposit(address account) external payable {
        if (account == address(0)) revert ZeroAddress();
        accounts[account].free += uint128(msg.value);
        emit Deposited(account, msg.value);
    }

    /// @inheritdoc IStaking
    function withdraw(address to, uint256 amount) external {
        if (to == address(0)) revert ZeroAddress();
        Account storage account = accounts[msg.sender];
        account.free = _minusFree(msg.sender, account.free, amount);
        emit Withdrawn(msg.sender, to, amount);
        (bool success,) = to.call{value: amount}("");
        if (!success) revert TransferFailed(to, amount);
    }

    /// @inheritdoc IStaking
    function balanceOf(address account) external view returns (uint256 free, uint256 locked) {
        return (accounts[account].free, accounts[account].locked);
    }

    /// @inheritdoc IStaking
    function lock(address account, uint256 amount) external onlyProtocol {
        Account memory a = accounts[account];
        a.free = _minusFree(account, a.free, amount);
        a.locked += uint128(amount);
        accounts[account] = a;
        emit Locked(account, amount);
    }

    /// @inheritdoc IStaking
    function release(address account, uint256 amount) external payable onlyProtocol {
        Account memory a = accounts[account];
        a.locked = _minusLocked(account, a.locked, amount);
        a.free += uint128(amount + msg.value);
        accounts[account] = a;
        emit Released(account, amount, msg.value);
    }

    /// @inheritdoc IStaking
    function move(address from, address to, uint256 amount) external onlyProtocol {
        accounts[from].locked = _minusLocked(from, accounts[from].locked, amount);
        accounts[to].free += uint128(amount);
        emit Moved(from, to, amount);
    }

    /// @inheritdoc IStaking
    function burn(address account, uint256 amount) external onlyProtocol {
        accounts[account].locked = _minusLocked(account, accounts[account].locked, amount);
        emit Burned(account, amount);
        // The zero address has no code, so this can't fail; checked all the same.
        (bool success,) = address(0).call{value: amount}("");
        if (!success) revert TransferFailed(address(0), amount);
    }

    function _minusFree(address account, uint128 free, uint256 amount) private pure returns (uint128) {
        if (free < amount) revert InsufficientBalance(account, amount, free);
        return free - uint128(amount);
    }

    function _minusLocked(address account, uint128 locked, uint256 amount) private pure returns (uint128) {
        if (locked < amount) revert InsufficientLocked(account, amount, locked);
        return locked - uint128(amount);
    }
}
