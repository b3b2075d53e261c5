// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IInferenceCallback} from "../interfaces/IInferenceCallback.sol";

/// @dev An ERC-20 with permits (ERC-2612), for tests; it can be told to return false, or nothing at all.
contract PermitToken {
    error TooLittle(uint256 expected, uint256 actual);
    error WrongSignature();
    error Late(uint256 deadline);

    // solhint-disable gas-small-strings
    bytes32 private constant PERMIT =
        keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)");
    bytes32 private constant DOMAIN =
        keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");

    enum Manner {
        Standard,
        ReturnsNothing,
        ReturnsFalse
    }

    Manner public manner;
    mapping(address account => uint256) public balanceOf;
    mapping(address account => mapping(address spender => uint256)) public allowance;
    mapping(address account => uint256) public nonces;

    function behave(Manner manner_) external {
        manner = manner_;
    }

    function mint(address to, uint256 amount) external {
        balanceOf[to] += amount;
    }

    function approve(address spender, uint256 amount) external returns (bool) {
        allowance[msg.sender][spender] = amount;
        return true;
    }

    function transfer(address to, uint256 amount) external {
        _move(msg.sender, to, amount);
    }

    function transferFrom(address from, address to, uint256 amount) external {
        uint256 allowed = allowance[from][msg.sender];
        if (allowed < amount) revert TooLittle(amount, allowed);
        allowance[from][msg.sender] = allowed - amount;
        _move(from, to, amount);
    }

    function permit(address owner, address spender, uint256 value, uint256 deadline, uint8 v, bytes32 r, bytes32 s)
        external
    {
        if (block.timestamp > deadline) revert Late(deadline);
        bytes32 inner = keccak256(abi.encode(PERMIT, owner, spender, value, nonces[owner]++, deadline));
        bytes32 hash = keccak256(abi.encodePacked(hex"1901", domain(), inner));
        address signer = ecrecover(hash, v, r, s);
        if (signer == address(0) || signer != owner) revert WrongSignature();
        allowance[owner][spender] = value;
    }

    function domain() public view returns (bytes32) {
        bytes32 name = keccak256("Permit token");
        return keccak256(abi.encode(DOMAIN, name, keccak256("1"), block.chainid, address(this)));
    }

    /// @dev Returns as it was told to.
    function _move(address from, address to, uint256 amount) private {
        if (manner == Manner.ReturnsFalse) _return(0);
        if (balanceOf[from] < amount) revert TooLittle(amount, balanceOf[from]);
        balanceOf[from] -= amount;
        balanceOf[to] += amount;
        if (manner == Manner.Standard) _return(1);
    }

    function _return(uint256 word) private pure {
        assembly {
            mstore(0, word)
            return(0, 32)
        }
    }
}

/// @dev Is told answers by a desk.
contract DeskApp is IInferenceCallback {
    error NotDesk(address expected, address actual);

    address public immutable desk;
    mapping(uint256 requestId => bytes) public answers;

    constructor(address desk_) {
        desk = desk_;
    }

    function onInference(uint256 requestId, bytes calldata output) external {
        if (msg.sender != desk) revert NotDesk(desk, msg.sender);
        answers[requestId] = output;
    }
}
