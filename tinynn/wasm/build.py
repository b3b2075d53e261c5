"""Makes scalar.wasm and simd.wasm: `python -m tinynn.wasm.build [--check]`.

Every C source of the guest, but where this folder has a source of
the same name, that one; keccak of mips_vm/judge/, the memory of mips_vm/wasm/. Byte for
byte the same from any folder; `--check` only compares. Needs ziglang.
"""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from mips_vm.hashing.keccak import keccak256
from mips_vm.judge import FOLDER as JUDGE
from mips_vm.toolchain import webassembly
from mips_vm.wasm import FOLDER as SHARED
from mips_vm.wasm import MEMORY

from ..errors import WasmBuildError
from ..guest.build import sources_in
from . import BUILDS, FOLDER, SCALAR, SIMD, path_of

FEATURES: Final = {SCALAR: webassembly.SCALAR, SIMD: webassembly.SIMD}

STACK_BYTES: Final = 1 << 17


def sources() -> list[Path]:
    """The module's sources; ours take the place of those of the same name."""
    ours = sorted(FOLDER.glob("*.c"))
    replaced = {path.name for path in ours}
    theirs = [path for path in sources_in() if path.name not in replaced]
    return [*ours, MEMORY, JUDGE / "keccak.c", *theirs]


def build(name: str) -> bytes:
    """The module of that name, made anew."""
    return webassembly.module(
        sources(),
        FEATURES[name],
        include=(FOLDER, SHARED, JUDGE),
        exports=("keccak256",),
        stack_bytes=STACK_BYTES,
    )


def check() -> None:
    """WasmBuildError unless the committed modules are what the sources compile to."""
    for name in BUILDS:
        built = build(name)
        committed = path_of(name).read_bytes()
        if built != committed:
            hashes = keccak256(built).hex(), keccak256(committed).hex()
            raise WasmBuildError(path_of(name).name, *hashes)


def main(arguments: Sequence[str]) -> int:
    """Exit status 0, or 1 if `--check` found a difference."""
    if list(arguments) not in ([], ["--check"]):
        print("usage: python -m tinynn.wasm.build [--check]", file=sys.stderr)
        return 2
    if arguments:
        try:
            check()
        except WasmBuildError as error:
            print(error, file=sys.stderr)
            return 1
    else:
        for name in BUILDS:
            path_of(name).write_bytes(build(name))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
