"""What can go wrong while a model is converted.

ConverterError
├── MissingExtra        a framework that the file needs is not installed
├── UntrustedCode       reading the file would execute what is in it
├── BadModelFile        the file is not a model, or not a whole one
├── SourceFails         the model is sound, but no runtime computes it
├── Unsupported         nodes that tinynn can't express, all of them at once
├── OddTokenizer        so are parts of a tokenizer
├── OddLanguageModel    so are parts of a language model
├── OddDiffusionModel   so are parts of a diffusion model
└── BadOption           an option that does not fit the model
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


class ConverterError(Exception):
    """Root of every error that converters raise."""


class MissingExtra(ConverterError):
    """A framework is absent; the message says how to get it."""

    def __init__(self, package: str, extra: str) -> None:
        super().__init__(
            f"expected the package {package}, got none: "
            f"in Plumbline's folder, pip install -e '.[{extra}]'"
        )
        self.package = package
        self.extra = extra


class UntrustedCode(ConverterError):
    """The file holds code; only its publisher can say that it may run."""

    def __init__(self, path: Path, what: str) -> None:
        super().__init__(
            f"{path}: expected data only, got {what} (--trust-code executes it)"
        )
        self.path = path
        self.what = what


class BadModelFile(ConverterError):
    """The file can't be read as what its name says it is."""

    def __init__(self, path: Path, expected: str, actual: str) -> None:
        super().__init__(f"{path}: expected {expected}, got {actual}")
        self.path = path
        self.expected = expected
        self.actual = actual


class SourceFails(ConverterError):
    """The model can't be run as a reference, on the data at hand or at all."""

    def __init__(self, path: Path, runner: str, actual: str) -> None:
        super().__init__(f"{path}: expected a model that {runner} runs, got {actual}")
        self.path = path
        self.runner = runner
        self.actual = actual


@dataclass(frozen=True, slots=True)
class Problem:
    """One node that can't be converted: why, and what its author can do."""

    node: str
    operator: str
    reason: str
    hint: str = ""
    attributes: str = ""

    def __str__(self) -> str:
        advice = f" ({self.hint})" if self.hint else ""
        return f"node {self.node!r}, {self.operator}: {self.reason}{advice}"


class Unsupported(ConverterError):
    """The model is sound, but tinynn has no words for some of its nodes."""

    def __init__(self, path: Path, problems: Sequence[Problem]) -> None:
        listed = "; ".join(str(problem) for problem in problems)
        super().__init__(f"{path}: can't be converted: {listed}")
        self.path = path
        self.problems = tuple(problems)


class OddTokenizer(ConverterError):
    """The tokenizer is sound, but has parts that tinynn's tables can't hold."""

    def __init__(self, path: Path, reasons: Sequence[str]) -> None:
        super().__init__(f"{path}: tokenizer: {'; '.join(reasons)}")
        self.path = path
        self.reasons = tuple(reasons)


class OddLanguageModel(ConverterError):
    """The model is sound, but of a kind that no image can hold, or its parts don't fit
    each other: all that is wrong with it."""

    def __init__(self, path: Path, reasons: Sequence[str]) -> None:
        super().__init__(f"{path}: can't be converted: {'; '.join(reasons)}")
        self.path = path
        self.reasons = tuple(reasons)


class OddDiffusionModel(ConverterError):
    """The schedule or the network is sound, but no image can sample by it: all that is
    wrong with it."""

    def __init__(self, path: Path, reasons: Sequence[str]) -> None:
        super().__init__(f"{path}: can't be converted: {'; '.join(reasons)}")
        self.path = path
        self.reasons = tuple(reasons)


class BadOption(ConverterError):
    """An option that the model leaves no room for."""

    def __init__(self, option: str, expected: str, actual: str) -> None:
        super().__init__(f"{option}: expected {expected}, got {actual}")
        self.option = option
        self.expected = expected
        self.actual = actual
