"""Whether what lies on a chain is what an image makes: every byte derived again."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from converters.evm import Compiled, Options, compiled
from converters.evm.contract import TRAILER_BYTES, trailer_of
from tinynn import Model

CodeOf = Callable[[bytes], bytes]
"""The code at an address."""


@dataclass(frozen=True, slots=True)
class Difference:
    """Where code is not what it should be: the first byte, and the lengths."""

    name: str
    address: bytes
    at: int
    expected: int
    actual: int


@dataclass(frozen=True, slots=True)
class Checked:
    """What was derived, and all that differs; None if there is no net at all."""

    made: Compiled | None
    differences: tuple[Difference, ...]

    @property
    def good(self) -> bool:
        return self.made is not None and not self.differences


def check(code_of: CodeOf, address: bytes, model: Model) -> Checked:
    """Derives the net and its chunks from the image, and looks at each of them.

    The factory's address is what the net's code says: it is one of the bytes that must
    come out. Which of the two schemes a net is of is tried.
    """
    runtime = code_of(address)
    if len(runtime) < TRAILER_BYTES:
        return Checked(None, ())
    _, factory = trailer_of(runtime)
    tried = [
        compared(code_of, address, compiled(model, factory, Options(skip_zeros)))
        for skip_zeros in (False, True)
    ]
    return min(tried, key=lambda checked: len(checked.differences))


def compared(code_of: CodeOf, address: bytes, made: Compiled) -> Checked:
    """All parts, at the addresses that the net's code reads."""
    *chunks, (name, _, runtime) = made.parts
    found = list(differences(code_of, [(name, address, runtime), *chunks]))
    return Checked(made, tuple(found))


def differences(
    code_of: CodeOf, parts: Iterable[tuple[str, bytes, bytes]]
) -> Iterable[Difference]:
    for name, address, expected in parts:
        actual = code_of(address)
        if actual != expected:
            pairs = enumerate(zip(expected, actual, strict=False))
            shorter = min(len(expected), len(actual))
            at = next((i for i, (a, b) in pairs if a != b), shorter)
            yield Difference(name, address, at, len(expected), len(actual))
