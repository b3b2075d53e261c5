// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {InferenceConsumer} from "@plumbline/contracts/InferenceConsumer.sol";
import {MockInferenceOracle} from "@plumbline/contracts/MockInferenceOracle.sol";
import {IInferenceOracle} from "@plumbline/contracts/interfaces/IInferenceOracle.sol";
import {Asker} from "../src/Asker.sol";

interface Vm {
    function warp(uint256 time) external;
}

/// @notice The oracle is a mock: it answers at once, and says what the test tells it to.
contract AskerTest {
    Vm private constant VM = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));
    uint256 private constant FEE = 0.01 ether;

    MockInferenceOracle private oracle;
    Asker private asker;

    function setUp() external {
        oracle = new MockInferenceOracle();
        asker = new Asker(IInferenceOracle(address(oracle)), bytes32(uint256(1)));
    }

    function testAnswerIsKept(bytes32 answer) external {
        uint256 id = asker.ask{value: FEE}("what is it?");
        require(asker.isPending(id), "pending");
        oracle.answer(id, abi.encode(answer));
        require(!asker.isPending(id), "done");
        require(abi.decode(asker.answers(id), (bytes32)) == answer, "answer");
    }

    function testFalseAnswerNeverArrives() external {
        uint256 id = asker.ask{value: FEE}("what is it?");
        oracle.dispute(id, "a lie");
        require(asker.answers(id).length == 0, "kept a lie");
        oracle.answer(id, "the truth");
        require(keccak256(asker.answers(id)) == keccak256("the truth"), "answer");
    }

    function testOnlyTheOracleAnswers() external {
        uint256 id = asker.ask{value: FEE}("what is it?");
        try asker.onInference(id, "a stranger's") {
            revert("took it");
        } catch (bytes memory reason) {
            require(bytes4(reason) == InferenceConsumer.NotOracle.selector, "another reason");
        }
    }

    function testCancelledFeeIsTheAskers() external {
        uint256 id = asker.ask{value: FEE}("what is it?");
        VM.warp(block.timestamp + oracle.MIN_OPEN());
        asker.cancel(oracle.getTerms(id));
        (uint256 free,) = oracle.staking().balanceOf(address(this));
        require(free == FEE, "refund");
    }
}
