"""Makes scalar.wasm and simd.wasm: `python -m tinynn.wasm.build [--check]`.

Every C source of the guest and of the tokenizers, but where this folder has a source of
the same name, that one. Byte for byte the same from any folder; `--check` only
compares. Needs ziglang.
"""

import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from mips_vm.keccak import keccak256
from mips_vm.toolchain import compiler

from ..errors import WasmBuildError
from ..guest.build import FOLDER as GUEST
from ..guest.build import SOURCES as GUEST_SOURCES
from ..tokens.build import OPERATORS as TOKEN_OPERATORS
from ..tokens.build import SOURCES as TOKEN_SOURCES
from . import BUILDS, FOLDER, path_of

FEATURES: Final = {
    "scalar": "mvp+bulk_memory+sign_ext+nontrapping_fptoint",
    "simd": "mvp+bulk_memory+sign_ext+nontrapping_fptoint+simd128",
}
"""What an engine must have. Without `relaxed_simd` nothing may be fused."""

STACK_BYTES: Final = 1 << 17

FLAGS: Final = (
    "-target",
    "wasm32-freestanding",
    "-O2",
    "-flto",
    "-ffp-contract=off",
    "-ffreestanding",
    "-std=c11",
    "-Wall",
    "-Wextra",
    "-Werror",
    "-Wno-unknown-pragmas",
    "-Wno-unused-command-line-argument",
    "-fno-strict-aliasing",
    "-fno-sanitize=undefined",
    "-fno-stack-protector",
    "-g0",
    "-nostdlib",
    "-Wl,--no-entry",
    f"-Wl,-z,stack-size={STACK_BYTES}",
    "-Wl,-s",
)


def sources() -> list[Path]:
    """The module's sources; ours take the place of those of the same name."""
    ours = sorted(FOLDER.glob("*.c"))
    replaced = {path.name for path in ours}
    theirs = [GUEST / name for name in GUEST_SOURCES]
    theirs += [*TOKEN_SOURCES, TOKEN_OPERATORS]
    return ours + [path for path in theirs if path.name not in replaced]


def build(name: str) -> bytes:
    """The module of that name, made anew."""
    files = sources()
    folders = sorted({file.parent for file in files})
    compiler.package()
    with tempfile.TemporaryDirectory() as written:
        out = Path(written) / "built.wasm"
        compiler.run(
            "cc",
            *FLAGS,
            f"-mcpu={FEATURES[name]}",
            *(f"-ffile-prefix-map={folder}{os.sep}=" for folder in folders),
            f"-I{FOLDER}",
            *map(str, files),
            *("-o", str(out)),
        )
        return out.read_bytes()


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
