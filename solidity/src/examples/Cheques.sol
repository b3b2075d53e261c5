// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Infer, Net} from "../libraries/Infer.sol";

/// @title Pays what is written on a picture, in the same transaction: an example of inference inside the chain.
/// @notice A drawer leaves money here, and cashes pictures of digits for whoever they are made out to. No oracle, no
/// waiting: the net reads the digit while the transaction runs, and the money moves on what it says.
contract Cheques {
    using Infer for bytes;

    error WrongImageSize(uint256 expected, uint256 actual);
    error NotClear(uint256 expected, uint256 actual);
    error NotCovered(uint256 expected, uint256 actual);
    error TransferFailed(address to, uint256 amount);

    event Cashed(address indexed drawer, address indexed payee, uint8 digit, uint256 paid);

    uint256 public constant IMAGE_SIZE = 784; // 28 x 28 grey values, row by row; white ink on black
    uint256 public constant CLASSES = 10;

    /// @notice The sum of the winner must be so far above the next one's.
    uint256 public immutable leastMargin;
    uint256 public immutable unit; // wei a digit's one
    bytes32 public immutable modelRoot;
    address private immutable netAt;
    uint32 private immutable netOutputBytes;
    bytes32 private immutable netCodeHash;

    mapping(address drawer => uint256) public balances; // wei

    constructor(Net memory net, bytes32 modelRoot_, uint256 leastMargin_, uint256 unit_) {
        (netAt, netOutputBytes, netCodeHash) = (net.at, net.outputBytes, net.codeHash);
        (modelRoot, leastMargin, unit) = (modelRoot_, leastMargin_, unit_);
    }

    function deposit() external payable {
        balances[msg.sender] += msg.value;
    }

    /// @notice Pays `payee` the digit on the image, times `unit`, from the sender's money.
    function cash(bytes calldata image, address payee) external returns (uint8 digit) {
        uint256 margin;
        (digit, margin) = read(image);
        if (margin < leastMargin) revert NotClear(leastMargin, margin);
        uint256 paid = digit * unit;
        if (balances[msg.sender] < paid) revert NotCovered(paid, balances[msg.sender]);
        balances[msg.sender] -= paid;
        emit Cashed(msg.sender, payee, digit, paid);
        (bool good,) = payee.call{value: paid}("");
        if (!good) revert TransferFailed(payee, paid);
    }

    /// @notice The digit, and how far its sum is above the next one's.
    function read(bytes calldata image) public view returns (uint8 digit, uint256 margin) {
        if (image.length != IMAGE_SIZE) revert WrongImageSize(IMAGE_SIZE, image.length);
        bytes memory output = Infer.run(Net(netAt, netOutputBytes, netCodeHash), modelRoot, image);
        int256 most = output.int32At(0, 0);
        int256 next = type(int64).min;
        for (uint256 i = 1; i < CLASSES; i++) {
            int256 sum = output.int32At(0, i);
            if (sum > most) {
                (next, most) = (most, sum);
            } else if (sum > next) {
                next = sum;
            }
        }
        digit = uint8(uint32(output.int32At(4 * CLASSES, 0)));
        margin = uint256(most - next);
    }
}
