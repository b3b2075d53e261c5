// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Cheques} from "../../solidity/src/examples/Cheques.sol";
import {Infer, Net} from "../../solidity/src/libraries/Infer.sol";

/// @notice Answers as a net of ten sums and a digit does, with what it was made with.
contract FixedNet {
    bytes private answer;

    constructor(bytes memory answer_) {
        answer = answer_;
    }

    fallback(bytes calldata) external returns (bytes memory) {
        return answer;
    }
}

contract ChequesTest {
    uint256 private constant UNIT = 0.1 ether;
    bytes32 private constant ROOT = bytes32(uint256(0x77));
    address private constant PAYEE = address(0xa11ce);

    function testDigitIsPaidAtOnce(uint8 digit) external {
        digit %= 10;
        Cheques cheques = _chequesOf(new FixedNet(_answer(digit)), true);
        uint256 before = PAYEE.balance;
        require(cheques.cash(new bytes(784), PAYEE) == digit, "digit");
        require(PAYEE.balance - before == digit * UNIT, "paid");
        require(cheques.balances(address(this)) == 1 ether - digit * UNIT, "left");
    }

    function testSquatterIsNeverRun() external {
        _expectUseOracle(_chequesOf(new FixedNet(_answer(9)), false));
    }

    function testShortAnswerMeansTheOracle() external {
        _expectUseOracle(_chequesOf(new FixedNet(new bytes(43)), true));
    }

    function _chequesOf(FixedNet net, bool pinned) private returns (Cheques cheques) {
        bytes32 codeHash = pinned ? address(net).codehash : keccak256("another");
        cheques = new Cheques(Net(address(net), 44, codeHash), ROOT, 0, UNIT);
        cheques.deposit{value: 1 ether}();
    }

    function _expectUseOracle(Cheques cheques) private {
        try cheques.cash(new bytes(784), PAYEE) {
            revert("paid");
        } catch (bytes memory reason) {
            require(keccak256(reason) == keccak256(abi.encodeWithSelector(Infer.UseOracle.selector, ROOT)), "reason");
        }
    }

    /// @dev Sums of 0, but 5 of the digit's own; then the digit. Least byte first.
    function _answer(uint8 digit) private pure returns (bytes memory answer) {
        answer = new bytes(44);
        answer[4 * uint256(digit)] = 0x05;
        answer[40] = bytes1(digit);
    }
}
