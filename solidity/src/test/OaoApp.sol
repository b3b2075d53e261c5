// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

// The names are those that its app has.
// solhint-disable event-name-capwords, gas-custom-errors

import {IAIOracle} from "../oao/IAIOracle.sol";

/// @notice Has the public interface of ORA's example app, and asks and is called in the same way.
contract OaoApp {
    struct AIOracleRequest {
        address sender;
        uint256 modelId;
        bytes input;
        bytes output;
    }

    error UnauthorizedCallbackSource(IAIOracle expected, IAIOracle found);

    event promptsUpdated(uint256 requestId, uint256 modelId, string input, string output, bytes callbackData);
    event promptRequest(uint256 requestId, address sender, uint256 modelId, string prompt);

    IAIOracle public immutable aiOracle;
    address private immutable owner = msg.sender;

    mapping(uint256 requestId => AIOracleRequest) public requests;
    mapping(uint256 modelId => uint64) public callbackGasLimit;
    mapping(uint256 modelId => mapping(string prompt => string)) public prompts;

    constructor(IAIOracle aiOracle_) {
        aiOracle = aiOracle_;
        callbackGasLimit[11] = 5_000_000;
    }

    function calculateAIResult(uint256 modelId, string calldata prompt) external payable {
        uint256 id = aiOracle.requestCallback{value: msg.value}(
            modelId, bytes(prompt), address(this), callbackGasLimit[modelId], ""
        );
        requests[id] = AIOracleRequest(msg.sender, modelId, bytes(prompt), "");
        emit promptRequest(id, msg.sender, modelId, prompt);
    }

    function aiOracleCallback(uint256 requestId, bytes calldata output, bytes calldata callbackData) external {
        if (IAIOracle(msg.sender) != aiOracle) revert UnauthorizedCallbackSource(aiOracle, IAIOracle(msg.sender));
        AIOracleRequest storage asked = requests[requestId];
        require(asked.sender != address(0), "request not exists");
        asked.output = output;
        prompts[asked.modelId][string(asked.input)] = string(output);
        emit promptsUpdated(requestId, asked.modelId, string(asked.input), string(output), callbackData);
    }

    function setCallbackGasLimit(uint256 modelId, uint64 gasLimit) external {
        require(msg.sender == owner, "Only owner");
        callbackGasLimit[modelId] = gasLimit;
    }

    function estimateFee(uint256 modelId) external view returns (uint256) {
        return aiOracle.estimateFee(modelId, callbackGasLimit[modelId]);
    }

    function getAIResult(uint256 modelId, string calldata prompt) external view returns (string memory) {
        return prompts[modelId][prompt];
    }
}
