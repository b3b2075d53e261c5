// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {InferenceConsumer} from "../InferenceConsumer.sol";
import {IInferenceOracle} from "../interfaces/IInferenceOracle.sol";

/// @title A consumer as others write them: with events, errors and requests that nobody here knows.
/// @notice `read` asks for a digit, and its callback for a second one; while it is broken, it fails in its own words.
contract Lottery is InferenceConsumer {
    error Broken(uint256 requestId);

    event Asked(uint256 indexed requestId, bool second);
    event Drawn(uint256 indexed requestId, uint8 first, uint8 second);

    uint32 public constant CALLBACK_GAS = 400_000;
    uint32 private constant WINDOW = 10 minutes;

    bytes32 public immutable modelId;
    bool public broken;
    uint256 public tickets = 1; // requests that one call of `read` makes

    bytes private image;
    uint256 private second;
    uint8 private first;

    constructor(IInferenceOracle oracle_, bytes32 modelId_) InferenceConsumer(oracle_) {
        modelId = modelId_;
    }

    function set(bool broken_, uint256 tickets_) external {
        broken = broken_;
        tickets = tickets_;
    }

    function read(bytes calldata image_) external payable {
        image = image_;
        for (uint256 i = 0; i < tickets; i++) {
            emit Asked(_ask(msg.value / (tickets + 1)), false);
        }
    }

    function _ask(uint256 fee) private returns (uint256) {
        uint40 deadline = uint40(block.timestamp) + 1 hours;
        return _request(modelId, image, fee, CALLBACK_GAS, deadline, WINDOW, 0, address(0));
    }

    function _onInference(uint256 requestId, bytes calldata output) internal override {
        if (broken) revert Broken(requestId);
        uint8 digit = uint8(output[40]);
        if (requestId == second) {
            emit Drawn(requestId, first, digit);
        } else {
            first = digit;
            second = _ask(address(this).balance);
            emit Asked(second, true);
        }
    }
}
