"""Makes judge.wasm: `python -m mips_vm.judge.build [--check | --native FILE]`.

Byte for byte the same from any folder; `--check` only compares. `--native` makes a
shared library for this processor instead, with the same two functions. Needs ziglang.
"""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from mips_vm.errors import BuildError
from mips_vm.hashing.keccak import keccak256
from mips_vm.judge import FOLDER, MODULE
from mips_vm.toolchain import compiler, webassembly

EXPORTS: Final = ("judge", "judge_notes")


def sources() -> list[Path]:
    """All C of this folder."""
    return sorted(FOLDER.glob("*.c"))


def build() -> bytes:
    """The module, made anew."""
    return webassembly.module(sources(), exports=EXPORTS)


def build_native(out: Path) -> Path:
    """The library, now at `out`."""
    compiler.package()
    flags = [flag for flag in webassembly.FLAGS if flag not in ("-nostdlib", "-flto")]
    # Hidden: libc has a function `step` of its own, and would be asked first.
    flags += ["-fvisibility=hidden", "-shared", "-fPIC"]
    compiler.run("cc", *flags, *map(str, sources()), "-o", str(out))
    return out


def check() -> None:
    """BuildError unless the committed module is what the sources compile to."""
    built, committed = build(), MODULE.read_bytes()
    if built != committed:
        expected, actual = keccak256(built).hex(), keccak256(committed).hex()
        raise BuildError(f"{MODULE.name}: expected {expected}, got {actual}")


def main(arguments: Sequence[str]) -> int:
    """Exit status 0, or 1 if `--check` found a difference."""
    try:
        match list(arguments):
            case []:
                MODULE.write_bytes(build())
            case ["--check"]:
                check()
            case ["--native", out]:
                build_native(Path(out))
            case _:
                usage = "python -m mips_vm.judge.build [--check | --native FILE]"
                print(f"usage: {usage}", file=sys.stderr)
                return 2
    except BuildError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
