"""Makes verifier.wasm: `python -m mips_vm.cosmwasm.build [--check]`.

Byte for byte the same from any folder; `--check` only compares. Needs ziglang.
"""

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from mips_vm import wasm
from mips_vm.cosmwasm import FOLDER, VERIFIER
from mips_vm.errors import BuildError
from mips_vm.hashing.keccak import keccak256
from mips_vm.judge import FOLDER as JUDGE
from mips_vm.toolchain import webassembly

SHARED: Final = tuple(
    FOLDER / f"{name}.c"
    for name in ("json", "text", "vm", "fields", "money", "contract")
)
"""What every contract is built with."""

STACK_BYTES: Final = 1 << 17


def contract(sources: Iterable[Path], include: Sequence[Path] = ()) -> bytes:
    """A contract's module, from its own sources and the shared ones."""
    return webassembly.module(
        [*SHARED, wasm.MEMORY, wasm.COPIES, *sources],
        webassembly.FIRST,
        include=(*include, FOLDER, wasm.FOLDER, JUDGE),
        exports=("__heap_base",),
        defines=("PLUMB_INSIDE",),
        stack_bytes=STACK_BYTES,
    )


def sources() -> list[Path]:
    """The verifier's own."""
    judge = [path for path in sorted(JUDGE.glob("*.c")) if path.stem != "exports"]
    return [FOLDER / "verifier.c", *judge]


def check() -> None:
    """BuildError unless the committed module is what the sources compile to."""
    built, committed = contract(sources()), VERIFIER.read_bytes()
    if built != committed:
        expected, actual = keccak256(built).hex(), keccak256(committed).hex()
        raise BuildError(f"{VERIFIER.name}: expected {expected}, got {actual}")


def main(arguments: Sequence[str]) -> int:
    """Exit status 0, or 1 if `--check` found a difference."""
    try:
        match list(arguments):
            case []:
                VERIFIER.write_bytes(contract(sources()))
            case ["--check"]:
                check()
            case _:
                usage = "python -m mips_vm.cosmwasm.build [--check]"
                print(f"usage: {usage}", file=sys.stderr)
                return 2
    except BuildError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
