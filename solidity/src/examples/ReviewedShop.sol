// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {TextConsumer} from "../TextConsumer.sol";
import {IInferenceOracle, Request} from "../interfaces/IInferenceOracle.sol";

/// @title A shop whose reviews a language model reads: an example of a contract that acts on a label.
/// @notice Who has bought may write one review. The model calls it good or bad, and a shop with more bad ones than
/// good sells nothing. A reviewer writes into the prompt, so a review weighs no more than its author: one vote.
contract ReviewedShop is TextConsumer {
    enum Label {
        None,
        Good,
        Bad,
        Unclear
    }

    /// @dev One slot.
    struct Review {
        address author;
        Label label;
    }

    error NotBuyer(address actual);
    error WrongPrice(uint256 expected, uint256 actual);
    error Suspended(uint256 good, uint256 bad);
    error NotAuthor(address expected, address actual);

    event Bought(address indexed buyer);
    event ReviewAsked(uint256 indexed requestId, address indexed author, string text);
    event Reviewed(uint256 indexed requestId, address indexed author, Label label, string answer);

    uint256 public constant MAX_REVIEW_BYTES = 600;
    uint256 public constant MAX_ANSWER_BYTES = 128;
    uint32 public constant MAX_TOKENS = 4;
    uint32 public constant CALLBACK_GAS = 120_000;
    uint40 public constant PATIENCE = 1 hours; // in which a worker must answer
    uint256 public constant LEAST_BAD = 3; // before, no shop is suspended
    // solhint-disable-next-line gas-small-strings
    string private constant BEFORE = "Is this review of a shop good or bad? Answer with one word.\n\n";

    address public immutable seller;
    uint256 public immutable price;
    uint32 public immutable window;

    /// @dev One slot.
    uint128 public good;
    uint128 public bad;
    mapping(address buyer => bool) public mayReview;
    mapping(uint256 requestId => Review) public reviews;

    /// @param window_ Seconds in which each label can be challenged.
    constructor(IInferenceOracle oracle_, bytes32 modelId_, address seller_, uint256 price_, uint32 window_)
        TextConsumer(oracle_, modelId_, bytes(BEFORE).length + MAX_REVIEW_BYTES, MAX_ANSWER_BYTES)
    {
        seller = seller_;
        price = price_;
        window = window_;
    }

    /// @notice Buys; the price is a credit of the seller's in `oracle.staking()`.
    function buy() external payable {
        if (msg.value != price) revert WrongPrice(price, msg.value);
        if (bad >= LEAST_BAD && bad > good) revert Suspended(good, bad);
        mayReview[msg.sender] = true;
        emit Bought(msg.sender);
        oracle.staking().deposit{value: msg.value}(seller);
    }

    /// @notice Reviews the shop, once a purchase. The value sent is the fee; `quoteReview` foretells it.
    function review(string calldata text) external payable returns (uint256 requestId) {
        if (!mayReview[msg.sender]) revert NotBuyer(msg.sender);
        mayReview[msg.sender] = false;
        Offer memory offer = Offer(CALLBACK_GAS, uint40(block.timestamp) + PATIENCE, window, 0, msg.sender);
        requestId = _ask(string.concat(BEFORE, text), _greedy(), msg.value, offer);
        reviews[requestId].author = msg.sender;
        emit ReviewAsked(requestId, msg.sender, text);
    }

    /// @notice Takes a review back that no worker holds.
    function cancel(Request calldata r) external {
        address author = reviews[r.id].author;
        if (msg.sender != author) revert NotAuthor(author, msg.sender);
        delete reviews[r.id];
        mayReview[author] = true;
        _cancel(r);
    }

    /// @notice Wei that a review of so many bytes costs at the present price of gas, at least.
    function quoteReview(uint256 textBytes) external view returns (uint256 fee) {
        (fee,,) = quote(bytes(BEFORE).length + textBytes, _greedy(), CALLBACK_GAS);
    }

    function _onText(uint256 requestId, string memory text) internal override {
        Review storage found = reviews[requestId];
        Label label = _labelOf(bytes(text));
        found.label = label;
        if (label == Label.Good) good++;
        if (label == Label.Bad) bad++;
        emit Reviewed(requestId, found.author, label, text);
    }

    /// @dev The first letters decide, in either case: "Good.", " bad". Whatever else a model says is no vote.
    function _labelOf(bytes memory text) private pure returns (Label) {
        uint256 at = 0;
        while (at < text.length && text[at] == " ") at++;
        if (_begins(text, at, "good")) return Label.Good;
        return _begins(text, at, "bad") ? Label.Bad : Label.Unclear;
    }

    function _begins(bytes memory text, uint256 at, bytes memory word) private pure returns (bool) {
        if (text.length < at + word.length) return false;
        for (uint256 i = 0; i < word.length; i++) {
            // The bit that makes a letter small.
            if (text[at + i] | 0x20 != word[i]) return false;
        }
        return true;
    }

    function _greedy() private pure returns (Sampling memory) {
        return Sampling(MAX_TOKENS, 0, 1, 1000, false);
    }
}
