"""Models as CosmWasm contracts: the guest's own C, run by every validator of a chain.

`net.wasm` is the contract; `python -m tinynn.cosmwasm.build` makes it again. `cargo.py`
puts an image into its code, where it needs no store.
"""

from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).parent

NET: Final = FOLDER / "net.wasm"

CHUNK_BYTES: Final = 96 << 10
"""Of an image in the store, as config.h has it."""

MOST_CODE_BYTES: Final = 800 << 10
"""What a chain takes as code, unless it says otherwise (wasmd: MaxWasmSize)."""
