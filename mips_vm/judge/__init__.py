"""One step of the machine in C without imports, beside `step.py` and the contract.

For whoever has neither Python nor an EVM: a browser that follows a dispute to its end,
a contract on a chain that runs WebAssembly. `python -m mips_vm.judge.build` makes the
committed module again, or a library for this processor.
"""

from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).parent

MODULE: Final = FOLDER / "judge.wasm"
"""The committed module; exports.c says how it is called."""
