"""Contracts for chains of CosmWasm, in C: what all of them share, and the verifier.

`verifier.wasm` is the judge (`mips_vm/judge/`) as a contract. It is committed;
`python -m mips_vm.cosmwasm.build` makes it again.
"""

from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).parent

VERIFIER: Final = FOLDER / "verifier.wasm"
