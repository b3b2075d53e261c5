"""What is measured, and peers, where the caller says that they lie.

Nothing of it is Plumbline's: what is not there has figures without a value.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

SMOLLM2: Final = Path("build/models/SmolLM2-135M-Instruct.Q4_1.gguf")
"""Where `make model-smollm2` puts it."""


@dataclass(frozen=True, slots=True)
class Given:
    """`stories` is a folder with stories260K.bin and tok512.bin, `llama2c` one with
    run.c; `llamacpp` one in which npm installed node-llama-cpp."""

    smollm2: Path | None = None
    stories: Path | None = None
    llama2c: Path | None = None
    llamacpp: Path | None = None

    @property
    def model(self) -> Path | None:
        """SmolLM2's file, if it is there."""
        path = self.smollm2 or SMOLLM2
        return path if path.is_file() else None
