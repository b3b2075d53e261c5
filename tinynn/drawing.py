"""What a request to a picture's sampler is, in bytes: a seed, and perhaps a label.

Inputs are `seed` (uint8[32]) and, of models that draw what they are told, `label`
(int32, little-endian). An answer is pixels. docs/diffusion.md has what they mean.
"""

from dataclasses import dataclass
from typing import Final

from .errors import InputError
from .image.image import Tables
from .operators.noise import FAMILY, SEED_BYTES

SEED: Final = "seed"
LABEL: Final = "label"
LABEL_BYTES: Final = 4
INT32: Final = range(-(1 << 31), 1 << 31)


@dataclass(frozen=True, slots=True)
class Drawing:
    """What an image that draws takes: the same seed and label give the same bytes."""

    takes_label: bool

    @classmethod
    def of(cls, tables: Tables) -> "Drawing | None":
        """None of an image with other inputs, or that draws nothing."""
        kinds = [(port.spec.dtype, port.spec.shape) for port in tables.inputs]
        labels = kinds[1:] == [("int32", (1,))]
        draws = any(o.opcode == FAMILY.opcode for o in tables.operators)
        if kinds[:1] != [("uint8", (SEED_BYTES,))] or kinds[1:] and not labels:
            return None
        return cls(labels) if draws and not tables.varies else None

    def request(self, seed: bytes, label: int | None = None) -> bytes:
        """The input's bytes; InputError if they are not what the image takes."""
        if len(seed) != SEED_BYTES:
            raise InputError(SEED, f"{SEED_BYTES} bytes", len(seed))
        if not self.takes_label:
            if label is not None:
                raise InputError(LABEL, "none: the model takes a seed only", label)
            return seed
        if label is None or label not in INT32:
            raise InputError(LABEL, "an int32", label)
        return seed + label.to_bytes(LABEL_BYTES, "little", signed=True)

    def asked(self, data: bytes) -> tuple[bytes, int | None]:
        """Seed and label of an input; InputError of another length."""
        size = SEED_BYTES + LABEL_BYTES * self.takes_label
        if len(data) != size:
            raise InputError("input bytes", size, len(data))
        label = int.from_bytes(data[SEED_BYTES:], "little", signed=True)
        return data[:SEED_BYTES], label if self.takes_label else None
