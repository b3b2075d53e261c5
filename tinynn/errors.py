"""What can go wrong with a model, its image or its data.

TinynnError
├── ImageError               a file that is not a canonical model image
│   ├── WrongMagic           not a model image at all
│   ├── WrongVersion         an image of another layout
│   ├── WrongSize            truncated, or bytes after the end
│   ├── WrongField           a header or table field with another value than the one
│   │                        that the layout determines
│   ├── FieldOutOfRange      a count, size or length outside its bounds
│   ├── UnknownOperator      an opcode that no family has
│   ├── AddressOutOfBounds   a range outside the memory that the image declares
│   ├── Misaligned           an address that is not a multiple of its alignment
│   ├── Aliasing             an operator that writes what it reads
│   ├── NonZeroPadding       a byte between two parts that is not zero
│   └── Unbounded            more instructions than a dispute can hold
├── Misfit                   an operator with sources or attributes that its family
│                            does not take: reported as one of the two others
├── GraphError               a graph that the builder can't express
├── InputError               data that does not fit the model's inputs
├── GuestBuildError          the committed guest differs from its sources
├── TokensBuildError         so does the tokenizers' code for the host
├── WasmBuildError           and so does a WebAssembly module
├── WasmUnusable             no engine for the module, or one that it is not exact on
├── GpuUnusable              no GPU, or none that is exact
├── ContractRefused          a CosmWasm contract that says no
├── CodeTooLarge             more code than chains take
└── BadTokenizer             a vocabulary that no table can hold
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager


class TinynnError(Exception):
    """Root of every error that tinynn raises."""


class ImageError(TinynnError):
    """The file is not a canonical model image; `expected` and `actual` say why.

    `place` is the row that is wrong, where there is one: "operator 3".
    """

    def __init__(self, what: str, expected: object, actual: object) -> None:
        super().__init__(what, expected, actual)
        self.what = what
        self.expected = expected
        self.actual = actual
        self.place = ""

    def __str__(self) -> str:
        where = f"{self.place}: {self.what}" if self.place else self.what
        return f"{where}: expected {self.expected}, got {self.actual}"


@contextmanager
def located(place: str) -> Iterator[None]:
    """Errors from within say which row they are about."""
    try:
        yield
    except ImageError as error:
        error.place = place
        raise


class WrongMagic(ImageError):
    """The first bytes are not those of a model image."""


class WrongVersion(ImageError):
    """The layout is of a version that this program does not read."""


class WrongSize(ImageError):
    """The file is shorter or longer than its header says."""


class WrongField(ImageError):
    """The layout leaves one value for this field, and the image has another."""


class FieldOutOfRange(ImageError):
    """A count or size outside its bounds, both ends included."""

    def __init__(self, what: str, least: int, most: int, actual: int) -> None:
        super().__init__(what, f"{least} to {most}", actual)


class UnknownOperator(ImageError):
    """No operator family has this opcode."""


class AddressOutOfBounds(ImageError):
    """A range of addresses leaves the memory that the image declares."""


class Misaligned(ImageError):
    """An address is not a multiple of its alignment."""

    def __init__(self, what: str, alignment: int, address: int) -> None:
        super().__init__(what, f"a multiple of {alignment}", f"{address:#010x}")


class Aliasing(ImageError):
    """An operator writes over what it reads."""


class NonZeroPadding(ImageError):
    """A byte that belongs to no part of the image is not zero."""


class Unbounded(ImageError):
    """The bounded instructions exceed what a dispute can hold."""


class Misfit(TinynnError):
    """A family has no operator with these sources and attributes.

    The validator reports it as a WrongField, the builder as a GraphError.
    """

    def __init__(self, what: str, expected: object, actual: object) -> None:
        super().__init__(f"{what}: expected {expected}, got {actual}")
        self.what = what
        self.expected = expected
        self.actual = actual


class GraphError(TinynnError):
    """The graph can't be built; the message says which operator and why."""

    def __init__(self, what: str, expected: object, actual: object) -> None:
        super().__init__(f"{what}: expected {expected}, got {actual}")
        self.what = what
        self.expected = expected
        self.actual = actual


class InputError(TinynnError):
    """The data do not fit the model's inputs: number, type, shape or length."""

    def __init__(self, what: str, expected: object, actual: object) -> None:
        super().__init__(f"{what}: expected {expected}, got {actual}")
        self.what = what
        self.expected = expected
        self.actual = actual


class GuestBuildError(TinynnError):
    """The committed guest is not what its sources compile to."""

    def __init__(self, expected: str, actual: str) -> None:
        super().__init__(f"guest.elf: expected {expected}, got {actual}")


class TokensBuildError(TinynnError):
    """The committed IR of the tokenizers is not what their sources compile to."""

    def __init__(self, expected: str, actual: str) -> None:
        super().__init__(f"host.ll: expected {expected}, got {actual}")


class WasmBuildError(TinynnError):
    """A committed WebAssembly module is not what its sources compile to."""

    def __init__(self, module: str, expected: str, actual: str) -> None:
        super().__init__(f"{module}: expected {expected}, got {actual}")


class WasmUnusable(TinynnError):
    """The WebAssembly module can't answer on this computer, and why."""

    def __init__(self, expected: str, actual: str) -> None:
        super().__init__(f"WebAssembly: expected {expected}, got {actual}")


class GpuUnusable(TinynnError):
    """No GPU can answer on this computer, and why."""

    def __init__(self, expected: str, actual: str) -> None:
        super().__init__(f"GPU: expected {expected}, got {actual}")


class ContractRefused(TinynnError):
    """A contract refuses a call, and says what it expected and what it got."""


class CodeTooLarge(TinynnError):
    """A contract that carries its image has more code than chains take."""

    def __init__(self, most_bytes: int, actual_bytes: int) -> None:
        super().__init__(
            f"code: expected at most {most_bytes:,} bytes, got {actual_bytes:,}: "
            "keep the image in the chain's state instead"
        )


class BadTokenizer(TinynnError):
    """A tokenizer's parts contradict one another, or are beyond a table's limits."""

    def __init__(self, what: str, expected: object, actual: object) -> None:
        super().__init__(f"tokenizer: {what}: expected {expected}, got {actual}")
        self.what = what
        self.expected = expected
        self.actual = actual


def listed(names: Sequence[object]) -> str:
    """Alternatives as a phrase, for messages."""
    return " or ".join(str(name) for name in names)
