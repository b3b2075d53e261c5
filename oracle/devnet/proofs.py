"""`eth_getProof` (EIP-1186): an account and its storage, with the way to the root."""

from collections.abc import Sequence

import rlp  # type: ignore[import-untyped]
from eth.abc import DatabaseAPI
from eth.constants import BLANK_ROOT_HASH
from eth.rlp.accounts import Account
from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak
from trie.hexary import HexaryTrie

from mips_vm.json_text import JsonObject
from oracle.chain.local.shapes import hexed, word

HASH_BYTES = 32


def proof_of(
    nodes: DatabaseAPI, state_root: bytes, address: bytes, slots: Sequence[int]
) -> JsonObject:
    """The answer. `nodes` has the tries' nodes by hash.

    An account or a slot that is not there is proved to be absent, and empty.
    """
    accounts = HexaryTrie(nodes, state_root, prune=False)
    found = accounts.get(keccak(address))
    account = rlp.decode(found, Account) if found else Account()
    return {
        "address": to_checksum_address(address),
        "accountProof": path_to(nodes, state_root, address),
        "balance": hex(account.balance),
        "codeHash": hexed(account.code_hash),
        "nonce": hex(account.nonce),
        "storageHash": hexed(account.storage_root),
        "storageProof": [_slot(nodes, account.storage_root, slot) for slot in slots],
    }


def _slot(nodes: DatabaseAPI, root: bytes, slot: int) -> JsonObject:
    key = slot.to_bytes(HASH_BYTES)
    storage = HexaryTrie(nodes, root, prune=False)
    held = storage.get(keccak(key))
    value = int.from_bytes(rlp.decode(held)) if held else 0
    return {"key": word(slot), "value": hex(value), "proof": path_to(nodes, root, key)}


def path_to(nodes: DatabaseAPI, root: bytes, key: bytes) -> list[str]:
    """The nodes from the root to the key's hash, or to where it would be.

    Nodes shorter than a hash are a part of the node above them, and not told again.
    """
    if root == BLANK_ROOT_HASH:
        return []
    trie = HexaryTrie(nodes, root, prune=False)
    first, *others = map(rlp.encode, trie.get_proof(keccak(key)))  # type: ignore[no-untyped-call]
    return [
        hexed(node)
        for node in (first, *others)
        if node == first or len(node) >= HASH_BYTES
    ]
