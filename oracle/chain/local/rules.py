"""What blocks of the chain in this process are like: Prague's rules, and headers."""

from typing import Any

from eth.abc import BlockHeaderAPI
from eth.chains.base import MiningChain
from eth.validation import validate_gas_limit
from eth.vm.forks.prague import PragueVM
from eth.vm.forks.prague.constants import (
    HISTORY_SERVE_WINDOW,
    HISTORY_STORAGE_ADDRESS,
    HISTORY_STORAGE_CONTRACT_CODE,
)
from eth_typing import Address, BlockNumber
from eth_utils.crypto import keccak

from oracle.chain.local.known import CHAIN_ID

BLOCK_SECONDS = 12
FIRST_MIX_HASH = keccak(text="what no beacon drew")
"""Each block's is the hash of its parent's, in the place of a beacon's randomness: as
good as that for whoever doesn't look, and known beforehand to whoever does."""
BUILDER = Address(bytes.fromhex("b10cb10c".zfill(40)))
"""Who is paid the priority fees."""


class _AnyBaseFee:
    """A virtual machine's rules, with whatever base fee a block has."""

    @classmethod
    def validate_gas(
        cls, header: BlockHeaderAPI, parent_header: BlockHeaderAPI
    ) -> None:
        validate_gas_limit(header.gas_limit, parent_header.gas_limit)


class _Rules(_AnyBaseFee, PragueVM):
    """Prague's."""


class PragueChain(MiningChain):
    chain_id = CHAIN_ID
    vm_configuration: Any = ((BlockNumber(0), _Rules),)
    base_fee: int | None = None
    """Of every block, in wei; if None, it follows from the parent."""

    def create_header_from_parent(
        self, parent_header: BlockHeaderAPI, **fields: Any
    ) -> BlockHeaderAPI:
        defaults: dict[str, Any] = {
            "gas_limit": parent_header.gas_limit,
            "timestamp": parent_header.timestamp + BLOCK_SECONDS,
            "coinbase": BUILDER,
            "mix_hash": keccak(parent_header.mix_hash),
        }
        header = super().create_header_from_parent(parent_header, **defaults | fields)
        return self.priced(self._remembering(header))

    def _remembering(self, header: BlockHeaderAPI) -> BlockHeaderAPI:
        """With its parent's hash in the history (EIP-2935), which py-evm sees to only
        for blocks that it imports."""
        state = self.get_vm(header).state
        if state.get_code(HISTORY_STORAGE_ADDRESS) != HISTORY_STORAGE_CONTRACT_CODE:
            return header
        parent = header.block_number - 1
        slot, word = parent % HISTORY_SERVE_WINDOW, int.from_bytes(header.parent_hash)
        state.set_storage(HISTORY_STORAGE_ADDRESS, slot, word)
        state.persist()
        remembering: BlockHeaderAPI = header.copy(state_root=state.state_root)
        return remembering

    def priced(self, header: BlockHeaderAPI) -> BlockHeaderAPI:
        if self.base_fee is None:
            return header
        priced: BlockHeaderAPI = header.copy(base_fee_per_gas=self.base_fee)
        return priced


def with_inference() -> type[MiningChain]:
    """The same chain with the precompile of docs/precompile.md.

    Made when it is asked for: the precompile brings along all that computes.
    """
    from oracle.chain.local.inference import InferenceVM

    class Rules(_AnyBaseFee, InferenceVM):
        """Prague's, and the precompile."""

    class Chain(PragueChain):
        vm_configuration = ((BlockNumber(0), Rules),)

    return Chain


def model_code() -> dict[Address, Any]:
    """The account of ModelCode in a genesis."""
    from oracle.chain.local.inference import MODEL_CODE
    from solidity import artifact

    code = artifact("ModelCode").deployed_bytecode
    return {MODEL_CODE: {"balance": 0, "nonce": 1, "code": code, "storage": {}}}
