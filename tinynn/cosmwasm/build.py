"""Makes net.wasm: `python -m tinynn.cosmwasm.build [--check]`.

The module of tinynn/wasm/ by the first version of WebAssembly, what contracts share
(mips_vm/cosmwasm/), and this folder's C. Byte for byte the same from any folder;
`--check` only compares. Needs ziglang.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

from mips_vm.cosmwasm.build import contract
from mips_vm.hashing.keccak import keccak256

from .. import wasm
from ..errors import WasmBuildError
from ..wasm.build import sources as module_sources
from . import FOLDER, NET


def sources() -> list[Path]:
    """Without the module's memory, which is what contracts share anyway."""
    shared = ("memory.c", "exact.c")
    ours = sorted(FOLDER.glob("*.c"))
    return ours + [path for path in module_sources() if path.name not in shared]


def build() -> bytes:
    """The module, made anew."""
    return contract(sources(), include=(FOLDER, wasm.FOLDER))


def check() -> None:
    """WasmBuildError unless the committed module is what the sources compile to."""
    built, committed = build(), NET.read_bytes()
    if built != committed:
        hashes = keccak256(built).hex(), keccak256(committed).hex()
        raise WasmBuildError(NET.name, *hashes)


def main(arguments: Sequence[str]) -> int:
    """Exit status 0, or 1 if `--check` found a difference."""
    if list(arguments) not in ([], ["--check"]):
        print("usage: python -m tinynn.cosmwasm.build [--check]", file=sys.stderr)
        return 2
    if arguments:
        try:
            check()
        except WasmBuildError as error:
            print(error, file=sys.stderr)
            return 1
    else:
        NET.write_bytes(build())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
