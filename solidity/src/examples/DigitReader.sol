// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {InferenceConsumer} from "../InferenceConsumer.sol";
import {IInferenceOracle, Request} from "../interfaces/IInferenceOracle.sol";

/// @title Reads handwritten digits: an example of a contract that asks for inference.
/// @notice Anyone sends a picture and a fee; the digit is stored when the oracle is sure of it. The fee of a request
/// that is cancelled is credited to whoever paid it, who takes it from `oracle.staking()` by `withdraw`.
contract DigitReader is InferenceConsumer {
    /// @dev One slot.
    struct Reading {
        address asker;
        bool done;
        uint8 digit;
        uint32 confidencePpm; // probability of the digit, in parts per million
    }

    error WrongImageSize(uint256 expected, uint256 actual);
    error WrongOutputSize(uint256 expected, uint256 actual);
    error WrongDigit(uint256 maximum, uint256 actual);
    error NotAsker(address expected, address actual);

    event ReadingRequested(uint256 indexed requestId, address indexed asker);
    event DigitRead(
        uint256 indexed requestId, address indexed asker, uint8 digit, uint32 confidencePpm, bytes output
    );

    uint256 public constant IMAGE_SIZE = 784; // 28 x 28 grey values, row by row; white ink on black
    uint256 public constant CLASSES = 10;
    uint256 public constant OUTPUT_SIZE = 4 * CLASSES + 4; // float32 probabilities, then the digit as int32
    uint32 public constant CALLBACK_GAS = 100_000;
    uint40 public constant PATIENCE = 1 hours; // in which a worker must answer

    bytes32 public immutable modelId;
    uint32 public immutable window;

    mapping(uint256 requestId => Reading) public readings;

    /// @param window_ Seconds in which each reading can be challenged.
    constructor(IInferenceOracle oracle_, bytes32 modelId_, uint32 window_) InferenceConsumer(oracle_) {
        modelId = modelId_;
        window = window_;
    }

    /// @notice Asks which digit the image shows. The value sent is the fee.
    function read(bytes calldata image) external payable returns (uint256 requestId) {
        if (image.length != IMAGE_SIZE) revert WrongImageSize(IMAGE_SIZE, image.length);
        uint40 deadline = uint40(block.timestamp) + PATIENCE;
        requestId = _request(modelId, image, msg.value, CALLBACK_GAS, deadline, window, 0, msg.sender);
        readings[requestId].asker = msg.sender;
        emit ReadingRequested(requestId, msg.sender);
    }

    /// @notice Takes back a reading that no worker holds. Its asker may; after the deadline anyone can, at the oracle.
    function cancel(Request calldata r) external {
        address asker = readings[r.id].asker;
        if (msg.sender != asker) revert NotAsker(asker, msg.sender);
        delete readings[r.id];
        _cancel(r);
    }

    function _onInference(uint256 requestId, bytes calldata output) internal override {
        if (output.length != OUTPUT_SIZE) revert WrongOutputSize(OUTPUT_SIZE, output.length);
        uint32 digit = _word(output, 4 * CLASSES);
        if (digit >= CLASSES) revert WrongDigit(CLASSES - 1, digit);
        Reading storage reading = readings[requestId];
        reading.done = true;
        reading.digit = uint8(digit);
        reading.confidencePpm = _partsPerMillion(_word(output, 4 * digit));
        emit DigitRead(requestId, reading.asker, reading.digit, reading.confidencePpm, output);
    }

    /// @dev The machine is little-endian.
    function _word(bytes calldata data, uint256 offset) private pure returns (uint32 word) {
        for (uint256 i = 0; i < 4; i++) {
            word |= uint32(uint8(data[offset + i])) << uint32(8 * i);
        }
    }

    /// @dev Of a float32 from 0 to 1: significand times 2^(exponent - 150), rounded down. Zero if below 2^-24.
    function _partsPerMillion(uint32 bits) private pure returns (uint32) {
        uint256 exponent = (bits >> 23) & 0xff;
        if (exponent < 103) return 0;
        if (exponent > 126) return 1_000_000;
        uint256 significand = (bits & 0x7fffff) | 0x800000;
        return uint32((significand * 1_000_000) >> (150 - exponent));
    }
}
