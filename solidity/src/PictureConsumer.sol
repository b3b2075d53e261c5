// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {InferenceConsumer} from "./InferenceConsumer.sol";
import {IInferenceOracle} from "./interfaces/IInferenceOracle.sol";
import {MemoryTree} from "./libraries/MemoryTree.sol";

/// @title The base of a contract that asks a diffusion model for pictures.
/// @notice Ask with `_draw`, naming what is to be drawn; the pixels come to `_onPicture`, a byte each, row by row. The
/// seed is a block's that is yet to come, so that nobody chooses among pictures: who asks can't leave from then on.
abstract contract PictureConsumer is InferenceConsumer {
    /// @notice What the model's image takes and gives, as `plumb model inspect` says it.
    struct Drawer {
        bytes32 modelId;
        uint32 lastLabel; // the greatest that it knows, from 0 on
        uint32 steps; // passes of its loop
        uint32 pixelBytes; // of a picture
    }

    /// @notice Terms of the request, as in `InferenceConsumer`.
    struct Offer {
        uint32 callbackGas;
        uint40 deadline;
        uint32 window;
        uint96 minBond;
        address refundTo;
    }

    error WrongLabel(uint256 maximum, uint256 actual);
    error WrongPixels(uint256 expected, uint256 actual);
    error FeeTooLow(uint256 expected, uint256 actual);

    uint256 private constant INPUT_BYTES = 32 + 4;
    /// @dev For whoever shows the block of a seed.
    uint32 private constant SEED_GAS = 110_000;

    bytes32 public immutable modelId;
    uint32 public immutable lastLabel;
    uint32 public immutable steps;
    uint32 public immutable pixelBytes;

    constructor(IInferenceOracle oracle_, Drawer memory drawer) InferenceConsumer(oracle_) {
        modelId = drawer.modelId;
        (lastLabel, steps, pixelBytes) = (drawer.lastLabel, drawer.steps, drawer.pixelBytes);
    }

    /// @notice Wei that a picture costs at the present price of gas.
    /// @dev A worker looks later, at another base fee: send half as much again.
    function quote(uint32 callbackGas) public view returns (uint256 fee) {
        return oracle.estimateFee(modelId, INPUT_BYTES, steps, callbackGas + SEED_GAS);
    }

    /// @dev Asks for a picture of `label`. The whole `fee` is offered: at least what `quote` says, or nobody but a
    /// friend would answer, who then has seen the seed first.
    function _draw(uint32 label, uint256 fee, Offer memory offer) internal returns (uint256 requestId) {
        if (label > lastLabel) revert WrongLabel(lastLabel, label);
        uint256 least = quote(offer.callbackGas);
        if (fee < least) revert FeeTooLow(least, fee);
        return _requestMetered(
            modelId,
            // Seed (uint8[32], the first 28 of a block), label (int32). The machine is little-endian.
            abi.encodePacked(bytes32(0), MemoryTree.littleEndian(label)),
            fee,
            offer.callbackGas,
            offer.deadline,
            offer.window,
            offer.minBond,
            offer.refundTo,
            0, // all passes are run, so that nothing comes back
            steps,
            true
        );
    }

    /// @dev The picture, `pixelBytes` long. A revert leaves the request pending: anyone may have the call made again.
    function _onPicture(uint256 requestId, bytes calldata pixels) internal virtual;

    function _onInference(uint256 requestId, bytes calldata output) internal override {
        if (output.length != pixelBytes) revert WrongPixels(pixelBytes, output.length);
        _onPicture(requestId, output);
    }
}
