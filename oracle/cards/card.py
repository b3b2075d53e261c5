"""What a model card says, as it stands in its JSON.

Nothing of it is in the image, so that a better word changes no model's identity. The
image's root binds the two together.
"""

from dataclasses import dataclass

VERSION = 1


@dataclass(frozen=True, slots=True)
class Source:
    """The file that the image was made of; of a folder the hash of its files' hashes,
    as `sha256sum` lists them by path."""

    file: str
    sha256: str
    producer: str
    opset: int


@dataclass(frozen=True, slots=True)
class Tensor:
    """An input or output: its whole name, what the image calls it, and what it means.

    `kind` is a picture, text, numbers, labels or scores; `scale` is what each byte of
    an input is multiplied by. `labels` are what numbers count from 0 on, `columns` what
    the last axis is about.
    """

    name: str
    image_name: str
    dtype: str
    shape: tuple[int, ...]
    kind: str
    scale: float | None = None
    meaning: str = ""
    labels: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Accuracy:
    """How the image stood beside its source when it was last verified.

    Shares are of samples; accuracies are null where nobody knew the labels.
    """

    verdict: str
    reference: str
    samples: int
    data: str
    largest_difference: float | None
    agreement: float | None
    accuracy: float | None
    source_accuracy: float | None


@dataclass(frozen=True, slots=True)
class Work:
    """Instructions of the guest in all and in the longest segment, at most; usually,
    and on what that was counted; the gas of the worst step that was found."""

    instructions_at_most: int
    longest_segment: int
    instructions_usually: int
    counted_on: str
    worst_step_gas: int | None


@dataclass(frozen=True, slots=True)
class Card:
    """Roots are hex with 0x; `licence` is empty where the publisher named none."""

    card: int
    name: str
    model_root: str
    program_root: str
    licence: str
    source: Source
    inputs: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]
    notes: tuple[str, ...]
    accuracy: Accuracy | None
    work: Work

    @property
    def short_names(self) -> dict[str, str]:
        """What the image calls its inputs and outputs, by their whole names."""
        return {port.name: port.image_name for port in (*self.inputs, *self.outputs)}

    @property
    def whole_names(self) -> dict[str, str]:
        """Of inputs and outputs, by what the image calls them."""
        return {port.image_name: port.name for port in (*self.inputs, *self.outputs)}
