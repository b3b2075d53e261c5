// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {InferenceConsumer} from "../InferenceConsumer.sol";
import {IInferenceCallback} from "../interfaces/IInferenceCallback.sol";
import {IInferenceOracle, Request} from "../interfaces/IInferenceOracle.sol";
import {IPermitToken} from "./IPermitToken.sol";

/// @title A desk where fees are paid in a token: it takes the token and pays the oracle in ether of its own.
/// @notice Its owner keeps it in ether and names the price; who asks names the most that he pays. A cancelled request's
/// fee is a credit in ether of whoever `refundTo` names: so whoever asks and cancels has bought ether at this price.
/// @dev For tokens that take no share of a transfer, without a say of strangers in theirs; its owner chooses it.
contract TokenDesk is InferenceConsumer {
    /// @param callbackContract Whose `onInference` is called by this desk once the answer is final; zero: nobody's.
    /// @param callbackGas Gas for that call.
    /// @param passPrice Wei, and
    /// @param maxPasses of a model that runs a loop, as `oracle.requestMetered` has them; else zero.
    // An argument, never stored.
    // solhint-disable-next-line gas-struct-packing
    struct Terms {
        bytes32 modelId;
        address callbackContract;
        uint32 callbackGas;
        uint40 deadline;
        uint32 window;
        uint96 minBond;
        address refundTo;
        uint96 passPrice;
        uint32 maxPasses;
    }

    struct Permit {
        uint256 deadline;
        uint8 v;
        bytes32 r;
        bytes32 s;
    }

    error NotOwner(address expected, address actual);
    error NotAsker(address expected, address actual);
    error ZeroAddress();
    error TooDear(uint256 most, uint256 actual);
    error TooLittleEther(uint256 expected, uint256 actual);
    error TokenRefused(bytes reason);
    error EtherRefused(address to);

    event PriceSet(uint256 price);
    event Paid(uint256 indexed requestId, address indexed asker, uint256 tokens, uint256 fee);

    uint256 public constant OWN_GAS = 60_000; // of a callback, for what is done here

    IPermitToken public immutable token;
    address public immutable owner;

    /// @notice Of the token's smallest unit for an ether.
    uint256 public price;
    mapping(uint256 requestId => address) public askerOf;
    mapping(uint256 requestId => address) private callbackOf;

    constructor(IInferenceOracle oracle_, IPermitToken token_, address owner_, uint256 price_)
        InferenceConsumer(oracle_)
    {
        if (owner_ == address(0) || address(token_) == address(0)) revert ZeroAddress();
        (token, owner) = (token_, owner_);
        _setPrice(price_);
    }

    /// @notice Ether to pay fees with.
    receive() external payable {}

    modifier onlyOwner() {
        if (msg.sender != owner) revert NotOwner(owner, msg.sender);
        _;
    }

    /// @notice Asks; the fee is taken in tokens, which the caller has allowed.
    /// @param fee Wei for the oracle.
    /// @param most Of the token that the caller is ready to pay: the price may change before this is mined.
    function ask(Terms calldata terms, bytes calldata input, uint256 fee, uint256 most)
        external
        returns (uint256 requestId)
    {
        return _ask(terms, input, fee, most);
    }

    /// @notice The same, with the caller's signed permit for `most` instead of an allowance.
    /// @dev Anyone who sees the permit may use it first. It has then done what it was for, so only the transfer counts.
    function askWithPermit(
        Terms calldata terms,
        bytes calldata input,
        uint256 fee,
        uint256 most,
        Permit calldata signed
    ) external returns (uint256 requestId) {
        // A permit that somebody else has used already is as good as one that succeeds.
        // solhint-disable-next-line no-empty-blocks
        try token.permit(msg.sender, address(this), most, signed.deadline, signed.v, signed.r, signed.s) {} catch {}
        return _ask(terms, input, fee, most);
    }

    /// @notice Takes back a request that the caller asked; its fee goes to its `refundTo`, in ether.
    /// @dev Once the deadline has passed anyone can do so at the oracle.
    function cancel(Request calldata r) external {
        if (msg.sender != askerOf[r.id]) revert NotAsker(askerOf[r.id], msg.sender);
        delete askerOf[r.id];
        delete callbackOf[r.id];
        _cancel(r);
    }

    /// @notice Names what an ether costs from now on.
    function setPrice(uint256 price_) external onlyOwner {
        _setPrice(price_);
    }

    /// @notice Takes what was paid.
    function takeTokens(address to, uint256 amount) external onlyOwner {
        _move(abi.encodeCall(IPermitToken.transfer, (to, amount)));
    }

    /// @notice Takes ether that fees would be paid with.
    function takeEther(address to, uint256 amount) external onlyOwner {
        (bool sent,) = to.call{value: amount}("");
        if (!sent) revert EtherRefused(to);
    }

    /// @notice What a fee costs in tokens, rounded up.
    function tokensFor(uint256 fee) public view returns (uint256) {
        return (fee * price + 1 ether - 1) / 1 ether;
    }

    function _ask(Terms calldata terms, bytes calldata input, uint256 fee, uint256 most)
        private
        returns (uint256 requestId)
    {
        uint256 tokens = tokensFor(fee);
        if (tokens > most) revert TooDear(most, tokens);
        if (address(this).balance < fee) revert TooLittleEther(fee, address(this).balance);
        _move(abi.encodeCall(IPermitToken.transferFrom, (msg.sender, address(this), tokens)));
        requestId = _send(terms, input, fee);
        askerOf[requestId] = msg.sender;
        callbackOf[requestId] = terms.callbackContract;
        emit Paid(requestId, msg.sender, tokens, fee);
    }

    function _send(Terms calldata terms, bytes calldata input, uint256 fee) private returns (uint256) {
        bool calls = terms.callbackContract != address(0);
        uint32 gas_ = calls ? terms.callbackGas + uint32(OWN_GAS) : 0;
        address refundTo = terms.refundTo == address(0) ? msg.sender : terms.refundTo;
        if (terms.maxPasses == 0) {
            return _request(
                terms.modelId, input, fee, gas_, terms.deadline, terms.window, terms.minBond, refundTo
            );
        }
        return _requestMetered(
            terms.modelId,
            input,
            fee,
            gas_,
            terms.deadline,
            terms.window,
            terms.minBond,
            refundTo,
            terms.passPrice,
            terms.maxPasses,
            false
        );
    }

    /// @dev What it reverts with goes on to the oracle, where anyone can have the call made again.
    function _onInference(uint256 requestId, bytes calldata output) internal override {
        address to = callbackOf[requestId];
        delete callbackOf[requestId];
        IInferenceCallback(to).onInference(requestId, output);
    }

    function _setPrice(uint256 price_) private {
        price = price_;
        emit PriceSet(price_);
    }

    /// @dev Tokens are about that return nothing; one that returns false has not moved.
    function _move(bytes memory call_) private {
        // solhint-disable-next-line avoid-low-level-calls
        (bool done, bytes memory told) = address(token).call(call_);
        if (!done || address(token).code.length == 0 || (told.length > 0 && !abi.decode(told, (bool)))) {
            revert TokenRefused(told);
        }
    }
}
