// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IInferenceCallback} from "./interfaces/IInferenceCallback.sol";
import {IInferenceOracle, Options, Request} from "./interfaces/IInferenceOracle.sol";

/// @title The base of a contract that asks for inference.
/// @notice Ask with `_request`; the answer comes to `_onInference`, once, from the oracle, and for a request of this
/// contract's own. The fee of a cancelled request is a credit in `oracle.staking()` of whoever `refundTo` names.
abstract contract InferenceConsumer is IInferenceCallback {
    error NotOracle(address expected, address actual);
    error NotPending(uint256 requestId);

    IInferenceOracle public immutable oracle;

    mapping(uint256 requestId => bool) private pending;

    constructor(IInferenceOracle oracle_) {
        oracle = oracle_;
    }

    /// @inheritdoc IInferenceCallback
    function onInference(uint256 requestId, bytes calldata output) external {
        _checkPending(requestId);
        delete pending[requestId];
        _onInference(requestId, output);
    }

    /// @notice Whether this request waits for its answer.
    function isPending(uint256 requestId) public view returns (bool) {
        return pending[requestId];
    }

    /// @dev The answer is final. A revert leaves the request pending: anyone may have the call made again.
    function _onInference(uint256 requestId, bytes calldata output) internal virtual;

    /// @param fee Wei, of this contract's balance; `oracle.estimateFee` foretells what a worker will want.
    /// @param window Seconds in which the answer can be challenged before it arrives here.
    /// @param minBond Wei that a false answer must cost at least: no less than what hangs on the answer.
    /// @param refundTo Who can withdraw the fee if the request is cancelled. An app that lets others ask names them;
    /// this contract itself (or zero) needs `_withdraw`.
    function _request(
        bytes32 modelId,
        bytes memory input,
        uint256 fee,
        uint32 callbackGas,
        uint40 deadline,
        uint32 window,
        uint96 minBond,
        address refundTo
    ) internal returns (uint256 requestId) {
        requestId = oracle.request{value: fee}(modelId, input, callbackGas, deadline, window, minBond, refundTo);
        pending[requestId] = true;
    }

    /// @dev As `_request`, of a model that runs a loop: `oracle.requestMetered` says what the last three are.
    function _requestMetered(
        bytes32 modelId,
        bytes memory input,
        uint256 fee,
        uint32 callbackGas,
        uint40 deadline,
        uint32 window,
        uint96 minBond,
        address refundTo,
        uint96 passPrice,
        uint32 maxPasses,
        bool fromBlock
    ) internal returns (uint256 requestId) {
        requestId = oracle.requestMetered{value: fee}(
            modelId, input, callbackGas, deadline, window, minBond, refundTo, passPrice, maxPasses, fromBlock
        );
        pending[requestId] = true;
    }

    /// @dev As `_request`, with all that a request may have besides: audits, early answers, passes.
    function _requestWith(
        bytes32 modelId,
        bytes memory input,
        uint256 fee,
        uint32 callbackGas,
        uint40 deadline,
        uint32 window,
        uint96 minBond,
        address refundTo,
        Options memory options
    ) internal returns (uint256 requestId) {
        requestId = oracle.requestWith{value: fee}(
            modelId, input, callbackGas, deadline, window, minBond, refundTo, options
        );
        pending[requestId] = true;
    }

    /// @dev Reverts unless the oracle calls, about a request of this contract's that waits.
    function _checkPending(uint256 requestId) internal view {
        if (msg.sender != address(oracle)) revert NotOracle(address(oracle), msg.sender);
        if (!pending[requestId]) revert NotPending(requestId);
    }

    /// @dev Takes back a request that no worker holds; its fee becomes a credit.
    function _cancel(Request calldata r) internal {
        delete pending[r.id];
        oracle.cancel(r);
    }

    /// @dev Sends credits of this contract to `to`.
    function _withdraw(address to, uint256 amount) internal {
        oracle.staking().withdraw(to, amount);
    }
}
