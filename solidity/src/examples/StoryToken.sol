// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {TextConsumer} from "../TextConsumer.sol";
import {IInferenceOracle} from "../interfaces/IInferenceOracle.sol";

/// @title Tokens with a story each, told by a language model: an example of a seed that nobody chooses.
/// @notice Whoever mints names a hero; the story is drawn by a block that is yet to come, and stays on chain. The price
/// is kept whatever becomes of the request: who could have it back would mint until it likes what it reads. A fee
/// that no stranger answers for is refused, so that no minter is alone with a seed that it has seen.
/// @dev What of ERC-721 an example needs: owners, transfers, `tokenURI`. No approvals.
contract StoryToken is TextConsumer {
    error PriceNotPaid(uint256 expected, uint256 actual);
    error NotOwner(address expected, address actual);
    error NoSuchToken(uint256 tokenId);
    error WrongHero(bytes1 character);

    event Transfer(address indexed from, address indexed to, uint256 indexed tokenId);
    event StoryTold(uint256 indexed tokenId, string story);

    // solhint-disable const-name-snakecase
    string public constant name = "Stories";
    string public constant symbol = "STORY";
    // solhint-enable const-name-snakecase
    uint256 public constant MAX_HERO_BYTES = 32;
    uint256 public constant MAX_STORY_BYTES = 1024;
    uint32 public constant MAX_TOKENS = 120;
    /// @dev A slot for 32 bytes of a story costs 22,100.
    uint32 public constant CALLBACK_GAS = 900_000;
    uint40 public constant PATIENCE = 2 hours;
    bytes16 private constant DIGITS = "0123456789abcdef";
    string private constant BEFORE = "Tell a short story about ";

    address public immutable author;
    uint256 public immutable price;
    uint32 public immutable window;

    mapping(uint256 tokenId => address) private owners;
    mapping(address owner => uint256) public balanceOf;
    mapping(uint256 tokenId => string) public heroes;
    mapping(uint256 tokenId => string) public stories;

    constructor(IInferenceOracle oracle_, bytes32 modelId_, address author_, uint256 price_, uint32 window_)
        TextConsumer(oracle_, modelId_, bytes(BEFORE).length + MAX_HERO_BYTES + 1, MAX_STORY_BYTES)
    {
        author = author_;
        price = price_;
        window = window_;
    }

    /// @notice Mints a token, whose number is its request's, and asks for its story. The value sent is the price and
    /// the fee; `quoteStory` foretells both. What the fee leaves comes back to the minter's credit.
    function mint(string calldata hero) external payable returns (uint256 tokenId) {
        _checkHero(bytes(hero));
        if (msg.value < price) revert PriceNotPaid(price, msg.value);
        Offer memory offer = Offer(CALLBACK_GAS, uint40(block.timestamp) + PATIENCE, window, 0, msg.sender);
        tokenId = _ask(string.concat(BEFORE, hero, "."), _drawn(), msg.value - price, offer);
        owners[tokenId] = msg.sender;
        balanceOf[msg.sender]++;
        heroes[tokenId] = hero;
        emit Transfer(address(0), msg.sender, tokenId);
        oracle.staking().deposit{value: price}(author);
    }

    function transferFrom(address from, address to, uint256 tokenId) external {
        address owner = ownerOf(tokenId);
        if (msg.sender != owner || from != owner) revert NotOwner(owner, msg.sender);
        if (to == address(0)) revert NoSuchToken(tokenId);
        owners[tokenId] = to;
        balanceOf[from]--;
        balanceOf[to]++;
        emit Transfer(from, to, tokenId);
    }

    /// @notice Wei of price and fee for a hero of so many bytes at the present price of gas, at least.
    function quoteStory(uint256 heroBytes) external view returns (uint256 value) {
        (uint256 fee,,) = quote(bytes(BEFORE).length + heroBytes + 1, _drawn(), CALLBACK_GAS);
        return price + fee;
    }

    /// @notice Hero and story, as JSON in a data URI.
    function tokenURI(uint256 tokenId) external view returns (string memory) {
        ownerOf(tokenId);
        bytes memory story = _escaped(bytes(stories[tokenId]));
        // solhint-disable-next-line gas-small-strings
        return string.concat(
            "data:application/json;charset=utf-8,%7B%22name%22:%22",
            heroes[tokenId],
            "%22,%22description%22:%22",
            string(story),
            "%22%7D"
        );
    }

    function ownerOf(uint256 tokenId) public view returns (address owner) {
        owner = owners[tokenId];
        if (owner == address(0)) revert NoSuchToken(tokenId);
    }

    function _onText(uint256 requestId, string memory text) internal override {
        stories[requestId] = text;
        emit StoryTold(requestId, text);
    }

    /// @dev Letters, digits and spaces: a hero's name is no place for another prompt, nor for JSON.
    function _checkHero(bytes calldata hero) private pure {
        if (hero.length > MAX_HERO_BYTES) revert PromptTooLong(MAX_HERO_BYTES, hero.length);
        for (uint256 i = 0; i < hero.length; i++) {
            bytes1 c = hero[i];
            bool letter = (c | 0x20 >= "a" && c | 0x20 <= "z") || c == " " || (c >= "0" && c <= "9");
            if (!letter) revert WrongHero(c);
        }
    }

    /// @dev A JSON string's content inside a data URI. Quotes, backslashes and controls become apostrophes or spaces;
    /// `%`, `#` and all that isn't ASCII is percent-encoded.
    function _escaped(bytes memory text) private pure returns (bytes memory escaped) {
        uint256 size = 0;
        for (uint256 i = 0; i < text.length; i++) {
            size += _isPlain(text[i]) ? 1 : 3;
        }
        escaped = new bytes(size);
        uint256 at = 0;
        for (uint256 i = 0; i < text.length; i++) {
            bytes1 c = text[i];
            if (_isPlain(c)) {
                escaped[at++] = c == "\"" ? bytes1("'") : c < 0x20 || c == "\\" || c == 0x7f ? bytes1(" ") : c;
            } else {
                escaped[at++] = "%";
                escaped[at++] = DIGITS[uint8(c) >> 4];
                escaped[at++] = DIGITS[uint8(c) & 15];
            }
        }
    }

    function _isPlain(bytes1 c) private pure returns (bool) {
        return c < 0x80 && c != "%" && c != "#";
    }

    function _drawn() private pure returns (Sampling memory) {
        return Sampling(MAX_TOKENS, 800, 40, 950, true);
    }
}
