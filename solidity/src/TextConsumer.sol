// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {InferenceConsumer} from "./InferenceConsumer.sol";
import {IInferenceOracle} from "./interfaces/IInferenceOracle.sol";
import {MemoryTree} from "./libraries/MemoryTree.sol";

/// @title The base of a contract that asks a language model.
/// @notice Ask with `_ask`; what it says comes to `_onText`, as a string of at most so many bytes. The machine writes
/// valid UTF-8. What a stranger may put into a prompt, it can turn against the rest of it: never let an answer decide
/// more than whoever wrote the prompt may decide.
abstract contract TextConsumer is InferenceConsumer {
    /// @notice How the next token is picked. Fractions are thousandths; zero temperature takes the likeliest.
    struct Sampling {
        uint32 maxTokens;
        uint32 temperatureMilli;
        uint32 topK; // 1 to 256
        uint32 topPMilli;
        bool fromBlock; // the seed is a block's, which nobody chooses; else zeros
    }

    /// @notice Terms of the request, as in `InferenceConsumer`.
    struct Offer {
        uint32 callbackGas;
        uint40 deadline;
        uint32 window;
        uint96 minBond;
        address refundTo;
    }

    error PromptTooLong(uint256 maximum, uint256 actual);
    error TextTooLong(uint256 maximum, uint256 actual);
    error FeeTooLow(uint256 expected, uint256 actual);

    uint256 private constant SEED_BYTES = 28;
    uint256 private constant PASSES_BYTES = 4;
    uint256 private constant HEAD_BYTES = SEED_BYTES + 32;
    /// @dev That a template may put around a prompt, about.
    uint256 private constant TEMPLATE_TOKENS = 64;
    /// @dev For whoever shows the block of a seed.
    uint256 private constant SEED_GAS = 110_000;

    bytes32 public immutable modelId;
    uint256 public immutable maxPromptBytes;
    uint256 public immutable maxTextBytes;

    constructor(IInferenceOracle oracle_, bytes32 modelId_, uint256 maxPromptBytes_, uint256 maxTextBytes_)
        InferenceConsumer(oracle_)
    {
        modelId = modelId_;
        maxPromptBytes = maxPromptBytes_;
        maxTextBytes = maxTextBytes_;
    }

    /// @notice Wei that a question of so many bytes costs at the present price of gas, and of that for each pass.
    /// @dev A worker looks later, at another base fee: send half as much again. What isn't used of passes comes back.
    function quote(uint256 promptBytes, Sampling memory sampling, uint32 callbackGas)
        public
        view
        returns (uint256 fee, uint96 passPrice, uint32 passes)
    {
        passes = uint32(promptBytes + sampling.maxTokens + TEMPLATE_TOKENS);
        uint256 size = HEAD_BYTES + promptBytes;
        uint32 gasLimit = callbackGas + (sampling.fromBlock ? uint32(SEED_GAS) : 0);
        fee = oracle.estimateFee(modelId, size, passes, gasLimit);
        passPrice = uint96((fee - oracle.estimateFee(modelId, size, 0, gasLimit)) / passes);
    }

    /// @dev Asks. The whole `fee` is offered: at least what `quote` says, or nobody but a friend would answer, who
    /// then has seen the seed first. Of passes that aren't run, their share of it comes back to `refundTo`.
    function _ask(string memory prompt, Sampling memory sampling, uint256 fee, Offer memory offer)
        internal
        returns (uint256 requestId)
    {
        uint256 size = bytes(prompt).length;
        if (size > maxPromptBytes) revert PromptTooLong(maxPromptBytes, size);
        (uint256 least, uint96 passPrice, uint32 passes) = quote(size, sampling, offer.callbackGas);
        if (fee < least) revert FeeTooLow(least, fee);
        return _requestMetered(
            modelId,
            _input(prompt, sampling),
            fee,
            offer.callbackGas,
            offer.deadline,
            offer.window,
            offer.minBond,
            offer.refundTo,
            passPrice,
            passes,
            sampling.fromBlock
        );
    }

    /// @dev What the model says to a prompt; empty if the prompt left it no room. A revert leaves the request pending:
    /// anyone may have the call made again.
    function _onText(uint256 requestId, string memory text) internal virtual;

    function _onInference(uint256 requestId, bytes calldata output) internal override {
        // An input that doesn't fit the model has an answer of no bytes.
        uint256 start = output.length < PASSES_BYTES ? output.length : PASSES_BYTES;
        uint256 size = output.length - start;
        if (size > maxTextBytes) revert TextTooLong(maxTextBytes, size);
        _onText(requestId, string(output[start:]));
    }

    /// @dev Seed (uint8[28], zeros), options (int32[8]), text. The machine is little-endian.
    function _input(string memory prompt, Sampling memory sampling) private pure returns (bytes memory) {
        return abi.encodePacked(
            bytes28(0),
            MemoryTree.littleEndian(sampling.maxTokens),
            MemoryTree.littleEndian(_float(sampling.temperatureMilli)),
            MemoryTree.littleEndian(sampling.topK),
            MemoryTree.littleEndian(_float(sampling.topPMilli)),
            MemoryTree.littleEndian(_float(1000)), // no penalty
            bytes12(0),
            prompt
        );
    }

    /// @dev Bits of the float32 next below or at so many thousandths.
    function _float(uint256 thousandths) private pure returns (uint32) {
        if (thousandths == 0) return 0;
        uint256 significand = (thousandths << 64) / 1000;
        uint256 exponent = 86; // 150 - 64: of a significand of 24 bits
        while (significand >= 1 << 24) {
            significand >>= 1;
            exponent++;
        }
        return uint32((exponent << 23) | (significand & 0x7fffff));
    }
}
