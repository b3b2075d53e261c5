"""The guest as a WebAssembly module: its own C, on the host's floats.

For whoever wants an answer's bits without native code: a browser, Node, small devices.
The modules are committed; `python -m tinynn.wasm.build` makes them again.
"""

from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).parent

SCALAR: Final = "scalar"
SIMD: Final = "simd"
BUILDS: Final = (SCALAR, SIMD)


def path_of(build: str) -> Path:
    """The committed module: `scalar` for any engine, `simd` for those with vectors."""
    return FOLDER / f"{build}.wasm"
