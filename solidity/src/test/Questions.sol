// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {TextConsumer} from "../TextConsumer.sol";
import {IInferenceOracle} from "../interfaces/IInferenceOracle.sol";

/// @title The least that a contract can do with a language model: it keeps what it is told.
contract Questions is TextConsumer {
    event Answered(uint256 indexed requestId, string answer);

    uint256 public constant MAX_QUESTION_BYTES = 128;
    uint256 public constant MAX_ANSWER_BYTES = 256;
    uint32 public constant MAX_TOKENS = 24;
    uint32 public constant CALLBACK_GAS = 400_000;
    uint32 private constant WINDOW = 10 minutes;
    uint40 private constant PATIENCE = 2 hours;

    mapping(uint256 requestId => string) public answers;

    constructor(IInferenceOracle oracle_, bytes32 modelId_)
        TextConsumer(oracle_, modelId_, MAX_QUESTION_BYTES, MAX_ANSWER_BYTES)
    {}

    /// @notice Asks, greedily; the whole value is the fee.
    function ask(string calldata question) external payable returns (uint256 requestId) {
        Offer memory offer = Offer(CALLBACK_GAS, uint40(block.timestamp) + PATIENCE, WINDOW, 0, msg.sender);
        return _ask(question, _greedy(), msg.value, offer);
    }

    /// @notice Wei of a fee for so many bytes at the present price of gas, at least.
    function quoteQuestion(uint256 questionBytes) external view returns (uint256 fee) {
        (fee,,) = quote(questionBytes, _greedy(), CALLBACK_GAS);
    }

    function _onText(uint256 requestId, string memory text) internal override {
        answers[requestId] = text;
        emit Answered(requestId, text);
    }

    function _greedy() private pure returns (Sampling memory) {
        return Sampling(MAX_TOKENS, 0, 1, 1000, false);
    }
}
