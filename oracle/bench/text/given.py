"""What is measured, and peers, where the caller says that they lie.

Nothing of it is Plumbline's: what is not there has figures without a value.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from oracle.bench.text.llama2c import PLAIN, program

SMOLLM2: Final = Path("build/models/SmolLM2-135M-Instruct.Q4_1.gguf")
"""Where `make model-smollm2` puts it."""

PEERS: Final = Path("build/peers")
"""Where whoever measures may put llama2.c's programs, and node-llama-cpp."""


@dataclass(frozen=True, slots=True)
class Given:
    """None of what is absent. `stories` is a folder with stories260K.bin and
    tok512.bin, `llama2c` one with its three builds; `llamacpp` one in which npm
    installed node-llama-cpp."""

    model: Path | None = None
    stories: Path | None = None
    llama2c: Path | None = None
    llamacpp: Path | None = None

    @classmethod
    def found(
        cls,
        model: Path | None,
        stories: Path | None,
        llama2c: Path | None,
        llamacpp: Path | None,
    ) -> Self:
        """What is there of what is named, or in its usual place."""
        return cls(
            _with(model or SMOLLM2, ""),
            _with(stories, "stories260K.bin"),
            _with(llama2c or PEERS, program(PLAIN)),
            _with(llamacpp or PEERS, "node_modules/node-llama-cpp"),
        )


def _with(path: Path | None, part: str) -> Path | None:
    return path if path is not None and (path / part).exists() else None
