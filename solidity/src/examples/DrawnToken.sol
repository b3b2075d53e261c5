// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {PictureConsumer} from "../PictureConsumer.sol";
import {ERC721} from "../art/ERC721.sol";
import {IInferenceOracle} from "../interfaces/IInferenceOracle.sol";
import {Base64} from "../libraries/Base64.sol";
import {Bitmap} from "../libraries/Bitmap.sol";
import {Blob} from "../libraries/Blob.sol";
import {Pixelated} from "../libraries/Pixelated.sol";

/// @title Tokens with a digit each, which a diffusion model draws: an example of pictures too dear for a net on chain.
/// @notice Whoever mints names the digit and pays the fee; how it looks, a block decides that is yet to come. The
/// pixels stay on chain, as code. Nothing comes back to a minter that doesn't like what it sees.
/// @dev Grey, 28 x 28, 0 is black.
contract DrawnToken is PictureConsumer, ERC721 {
    /// @dev One slot. `pixelsAt` is zero until the answer is final.
    struct Drawing {
        address pixelsAt;
        uint32 digit;
    }

    event PictureDrawn(uint256 indexed tokenId, uint32 indexed digit, bytes pixels);

    uint256 public constant SIDE = 28;
    /// @dev A byte of code costs 200, and 32 of a log 256.
    uint32 public constant CALLBACK_GAS = 300_000;
    uint40 public constant PATIENCE = 2 hours;
    uint32 private constant LAST_DIGIT = 9;
    uint256 private constant GREYS = 256;
    string private constant SIDE_IN_WORDS = "28";

    uint32 public immutable window;

    mapping(uint256 tokenId => Drawing) public drawings;

    constructor(IInferenceOracle oracle_, bytes32 modelId_, uint32 steps_, uint32 window_)
        PictureConsumer(oracle_, Drawer(modelId_, LAST_DIGIT, steps_, uint32(SIDE * SIDE)))
    {
        window = window_;
    }

    /// @notice Mints a token, whose number is its request's, and asks for its picture. The value sent is the fee;
    /// `quotePicture` foretells it.
    function mint(uint32 digit) external payable returns (uint256 tokenId) {
        Offer memory offer = Offer(CALLBACK_GAS, uint40(block.timestamp) + PATIENCE, window, 0, msg.sender);
        tokenId = _draw(digit, msg.value, offer);
        drawings[tokenId].digit = digit;
        _mint(msg.sender, tokenId);
    }

    /// @notice Wei of a picture at the present price of gas, at least.
    function quotePicture() external view returns (uint256 fee) {
        return quote(CALLBACK_GAS);
    }

    function symbol() external pure override returns (string memory) {
        return "DRAWN";
    }

    /// @inheritdoc ERC721
    /// @dev Without an image until it is drawn.
    function tokenURI(uint256 tokenId) external view override returns (string memory) {
        ownerOf(tokenId);
        Drawing memory drawing = drawings[tokenId];
        bytes1 digit = bytes1(uint8(48 + drawing.digit));
        // solhint-disable gas-small-strings
        string memory about = "\",\"description\":\"A digit that a diffusion model drew of a block's seed.";
        string memory head = string.concat("{\"name\":\"", name(), " ", string(abi.encodePacked(digit)), about);
        if (drawing.pixelsAt != address(0)) {
            string memory bitmap = _bitmap(Blob.load(drawing.pixelsAt));
            head = string.concat(head, "\",\"image\":\"", Pixelated.svg(bitmap, SIDE_IN_WORDS));
        }
        // solhint-enable gas-small-strings
        return string.concat("data:application/json;base64,", Base64.encode(bytes(string.concat(head, "\"}"))));
    }

    /// @notice What the model drew, a byte a pixel; none before it is final.
    function pixelsOf(uint256 tokenId) external view returns (bytes memory) {
        address at = drawings[tokenId].pixelsAt;
        return at == address(0) ? bytes("") : Blob.load(at);
    }

    function name() public pure override returns (string memory) {
        return "Drawn";
    }

    function _onPicture(uint256 requestId, bytes calldata pixels) internal override {
        Drawing storage drawing = drawings[requestId];
        drawing.pixelsAt = Blob.keep(pixels);
        emit PictureDrawn(requestId, drawing.digit, pixels);
    }

    function _bitmap(bytes memory pixels) private pure returns (string memory) {
        bytes memory palette = new bytes(4 * GREYS);
        for (uint256 grey = 0; grey < GREYS; grey++) {
            for (uint256 channel = 0; channel < 3; channel++) {
                palette[4 * grey + channel] = bytes1(uint8(grey));
            }
        }
        return string.concat("data:image/bmp;base64,", Base64.encode(Bitmap.paletted(pixels, SIDE, palette)));
    }
}
