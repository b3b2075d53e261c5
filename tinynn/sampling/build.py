"""Makes host.ll from the C sources: `python -m tinynn.sampling.build [--check]`.

As tinynn/tokens/build.py does, and to the same end.
"""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from ..tokens.build import compiled_in, made

FOLDER: Final = Path(__file__).parent
IR: Final = FOLDER / "host.ll"

GUEST: Final = tuple(
    FOLDER / f"{name}.c" for name in ("pick", "uniform", "keccak", "guest")
)
"""What the guest is, besides."""


def compiled() -> str:
    """The module, with its kernels named as tinynn/kernels/ names them."""
    return compiled_in(FOLDER, "pick")


def main(arguments: Sequence[str]) -> int:
    """Exit status 0, or 1 if `--check` found a difference."""
    return made("tinynn.sampling.build", IR, compiled, arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
