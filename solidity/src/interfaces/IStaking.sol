// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @title The bank: stakes, locked bonds, and what is owed to anyone.
/// @notice Every payment of the protocol is a credit here, pulled by its owner, so that nobody's fallback
/// function can block anything. Only the oracle and the dispute game lock, release, move or burn.
interface IStaking {
    error NotProtocol(address actual);
    error InsufficientBalance(address account, uint256 expected, uint256 actual);
    error InsufficientLocked(address account, uint256 expected, uint256 actual);
    error ZeroAddress();
    error TransferFailed(address to, uint256 amount);

    event Deposited(address indexed account, uint256 amount);
    event Withdrawn(address indexed account, address indexed to, uint256 amount);
    event Locked(address indexed account, uint256 amount);
    event Released(address indexed account, uint256 unlocked, uint256 paid);
    event Moved(address indexed from, address indexed to, uint256 amount);
    event Burned(address indexed account, uint256 amount);

    /// @notice One of the two contracts that may lock, release, move and burn.
    function oracle() external view returns (address);

    /// @notice The other.
    function game() external view returns (address);

    /// @notice Credits the value sent to `account`, which is not zero.
    function deposit(address account) external payable;

    /// @notice Sends `amount` of the caller's free balance to `to`, which is not zero.
    function withdraw(address to, uint256 amount) external;

    /// @notice What `account` may withdraw or lock, and what is locked.
    function balanceOf(address account) external view returns (uint256 free, uint256 locked);

    /// @notice Free to locked. Protocol only.
    function lock(address account, uint256 amount) external;

    /// @notice Locked to free, and credits the value sent (a fee) in the same write. Protocol only.
    function release(address account, uint256 amount) external payable;

    /// @notice Locked of `from` to free of `to`. Protocol only.
    function move(address from, address to, uint256 amount) external;

    /// @notice Locked of `account` to the zero address, for ever. Protocol only.
    function burn(address account, uint256 amount) external;
}
