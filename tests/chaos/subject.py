"""What is asked in the chaos: a model, and a request for each round."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from support.language.picking import Options
from support.language.tiny_text import TEXT_BYTES, tiny_text
from support.testbeds.embedded import tiny_image


@dataclass(frozen=True, slots=True)
class Subject:
    """An image, and the input of a round by its number."""

    image: bytes
    asked: Callable[[int], bytes]


def layer() -> Subject:
    """A few weights and four bytes."""
    return Subject(tiny_image(), lambda number: number.to_bytes(4, "big"))


def text() -> Subject:
    """A language model of as few, which draws its tokens, pass by pass."""
    made = tiny_text()
    source = made.model.source
    assert isinstance(source, bytes), "it was built here"

    def asked(number: int) -> bytes:
        words = f"abc {number}".encode()[:TEXT_BYTES]
        return made.request(words, number % 256, Options(temperature=0.9))

    return Subject(source, asked)


SUBJECTS: Final[dict[str, Callable[[], Subject]]] = {"layer": layer, "text": text}
