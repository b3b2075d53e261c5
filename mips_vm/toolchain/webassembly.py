"""C in, a WebAssembly module out, without imports; the same bytes from any folder."""

import os
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from mips_vm.toolchain import compiler

FIRST: Final = "mvp"
"""What every engine has, those of chains too: WebAssembly 1.0."""

SCALAR: Final = "mvp+bulk_memory+sign_ext+nontrapping_fptoint"
"""What an engine must have."""

SIMD: Final = f"{SCALAR}+simd128"
"""With vectors. Without `relaxed_simd` nothing may be fused."""

FLAGS: Final = (
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
)


def module(
    sources: Iterable[Path],
    features: str = SCALAR,
    *,
    include: Sequence[Path] = (),
    exports: Sequence[str] = (),
    defines: Sequence[str] = (),
    stack_bytes: int = 1 << 16,
) -> bytes:
    """The module; BuildError with the reason, CompilerAbsent if it is that.

    It exports what its sources say and, besides, `exports`. `defines` are macros.
    """
    files = list(sources)
    folders = sorted({file.parent for file in files})
    compiler.package()
    with tempfile.TemporaryDirectory() as written:
        out = Path(written) / "built.wasm"
        compiler.run(
            *("cc", "-target", "wasm32-freestanding", f"-mcpu={features}", *FLAGS),
            *(f"-ffile-prefix-map={folder}{os.sep}=" for folder in folders),
            *(f"-I{folder}" for folder in include),
            *(f"-D{name}" for name in defines),
            *("-Wl,--no-entry", "-Wl,-s", f"-Wl,-z,stack-size={stack_bytes}"),
            *(f"-Wl,--export={name}" for name in exports),
            *map(str, files),
            *("-o", str(out)),
        )
        return out.read_bytes()
