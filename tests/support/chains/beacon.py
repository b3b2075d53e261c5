"""What a chain since Prague has besides: randomness in each block, and a history.

beacon = Beacon(chain)                    # on a `support.chains.evm.Chain`
beacon.travel(33)                         # as many blocks
beacon.header(number, mix_hash)           # now the block of that number, RLP
"""

import pyrevm
import rlp
from eth.vm.forks.prague.blocks import PragueBlockHeader
from eth.vm.forks.prague.constants import (
    HISTORY_SERVE_WINDOW,
    HISTORY_STORAGE_ADDRESS,
    HISTORY_STORAGE_CONTRACT_CODE,
)
from eth_utils import keccak, to_checksum_address
from support.chains.evm import Chain

HISTORY = to_checksum_address(HISTORY_STORAGE_ADDRESS)
MIX = bytes(range(100, 132))


class Beacon:
    def __init__(self, chain: Chain, history: bool = True) -> None:
        self.chain = chain
        if history:
            code = pyrevm.AccountInfo(nonce=1, code=HISTORY_STORAGE_CONTRACT_CODE)
            chain.evm.insert_account_info(HISTORY, code)
        self.draw(MIX)

    def draw(self, prevrandao: bytes) -> None:
        """Of the blocks from now on."""
        self.chain.prevrandao = prevrandao
        self.travel(1)

    def travel(self, blocks: int) -> None:
        """To that later block, twelve seconds each; its parent's hash is known."""
        self.chain.number += blocks
        self.chain.travel(12 * blocks)
        self.remember(self.chain.number - 1)

    def remember(self, number: int, hash: bytes | None = None) -> None:
        """That block's hash into the history."""
        known = self.chain.evm.block_hash(number) if hash is None else hash
        slot = number % HISTORY_SERVE_WINDOW
        word = int.from_bytes(known)
        self.chain.evm.insert_account_storage(HISTORY, slot, word)

    def header(self, number: int, mix_hash: bytes = MIX, extra: bytes = b"") -> bytes:
        """A header, from now on that of the block of that number."""
        fields = {"difficulty": 0, "block_number": number, "gas_limit": 2**25}
        header = PragueBlockHeader(
            **fields,
            timestamp=self.chain.now,
            extra_data=extra,
            mix_hash=mix_hash,
            base_fee_per_gas=7,
            withdrawals_root=keccak(b"withdrawals"),
            parent_beacon_block_root=keccak(b"root"),
            requests_hash=keccak(b"requests"),
            blob_gas_used=0,
            excess_blob_gas=0,
        )
        raw: bytes = rlp.encode(header)
        self.remember(number, keccak(raw))
        return raw
