// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @notice What a contract that takes tokens answers.
interface IERC721Receiver {
    function onERC721Received(address operator, address from, uint256 tokenId, bytes calldata data)
        external
        returns (bytes4);
}

/// @title ERC-721 with its metadata: a slot a token, and nothing besides owners and approvals.
abstract contract ERC721 {
    error NoSuchToken(uint256 tokenId);
    error TokenExists(uint256 tokenId);
    error NotOwner(address expected, address actual);
    error NotApproved(address operator, uint256 tokenId);
    error NotTaken(address to, uint256 tokenId);
    error ZeroAddress();

    event Transfer(address indexed from, address indexed to, uint256 indexed tokenId);
    event Approval(address indexed owner, address indexed approved, uint256 indexed tokenId);
    event ApprovalForAll(address indexed owner, address indexed operator, bool approved);

    bytes4 private constant ERC165_ID = 0x01ffc9a7;
    bytes4 private constant ERC721_ID = 0x80ac58cd;
    bytes4 private constant METADATA_ID = 0x5b5e139f;

    mapping(uint256 tokenId => address) private owners;
    mapping(address owner => uint256) private balances;
    mapping(uint256 tokenId => address) private approvals;
    mapping(address owner => mapping(address operator => bool)) public isApprovedForAll;

    function approve(address approved, uint256 tokenId) external {
        address owner = ownerOf(tokenId);
        if (msg.sender != owner && !isApprovedForAll[owner][msg.sender]) revert NotApproved(msg.sender, tokenId);
        approvals[tokenId] = approved;
        emit Approval(owner, approved, tokenId);
    }

    function setApprovalForAll(address operator, bool approved) external {
        isApprovedForAll[msg.sender][operator] = approved;
        emit ApprovalForAll(msg.sender, operator, approved);
    }

    function safeTransferFrom(address from, address to, uint256 tokenId) external {
        safeTransferFrom(from, to, tokenId, "");
    }

    function balanceOf(address owner) external view returns (uint256) {
        if (owner == address(0)) revert ZeroAddress();
        return balances[owner];
    }

    function getApproved(uint256 tokenId) external view returns (address) {
        ownerOf(tokenId);
        return approvals[tokenId];
    }

    function safeTransferFrom(address from, address to, uint256 tokenId, bytes memory data) public {
        transferFrom(from, to, tokenId);
        if (to.code.length == 0) return;
        bytes4 answer = IERC721Receiver(to).onERC721Received(msg.sender, from, tokenId, data);
        if (answer != IERC721Receiver.onERC721Received.selector) revert NotTaken(to, tokenId);
    }

    function transferFrom(address from, address to, uint256 tokenId) public {
        address owner = ownerOf(tokenId);
        if (from != owner) revert NotOwner(owner, from);
        if (to == address(0)) revert ZeroAddress();
        bool approved = msg.sender == owner || msg.sender == approvals[tokenId];
        if (!approved && !isApprovedForAll[owner][msg.sender]) revert NotApproved(msg.sender, tokenId);
        delete approvals[tokenId];
        balances[from]--;
        balances[to]++;
        owners[tokenId] = to;
        emit Transfer(from, to, tokenId);
    }

    function symbol() external view virtual returns (string memory);

    /// @notice Name, description and picture, as JSON in a data URI.
    function tokenURI(uint256 tokenId) external view virtual returns (string memory);

    function ownerOf(uint256 tokenId) public view returns (address owner) {
        owner = owners[tokenId];
        if (owner == address(0)) revert NoSuchToken(tokenId);
    }

    function name() public view virtual returns (string memory);

    function supportsInterface(bytes4 interfaceId) public view virtual returns (bool) {
        return interfaceId == ERC165_ID || interfaceId == ERC721_ID || interfaceId == METADATA_ID;
    }

    function _mint(address to, uint256 tokenId) internal {
        if (owners[tokenId] != address(0)) revert TokenExists(tokenId);
        owners[tokenId] = to;
        balances[to]++;
        emit Transfer(address(0), to, tokenId);
    }
}
