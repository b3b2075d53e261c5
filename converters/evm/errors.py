"""What can go wrong while a net is made for the EVM.

ConverterError
├── OutsideSubset       operators that no contract of ours computes, all at once
├── TooLargeForEvm      a net whose code does not fit a contract
└── TooFewStages        a net that can't be split into so many parts
"""

from collections.abc import Sequence

from converters.errors import ConverterError


class OutsideSubset(ConverterError):
    """Operators, by name, and what each would have to be."""

    def __init__(self, name: str, reasons: Sequence[str]) -> None:
        listed = "\n".join(f"  {reason}" for reason in reasons)
        super().__init__(
            f"{name}: expected operators on bytes and integers (plumb model convert "
            f"--quantize int8 --integers makes them), got\n{listed}"
        )
        self.reasons = tuple(reasons)


class TooLargeForEvm(ConverterError):
    """What does not fit, in bytes."""

    def __init__(self, what: str, most: int, actual: int) -> None:
        super().__init__(
            f"{what}: expected at most {most:,} bytes of code, got {actual:,}"
        )
        self.what = what
        self.most = most
        self.actual = actual


class TooFewStages(ConverterError):
    """A part is one stage at least: a product with what follows it, a pool."""

    def __init__(self, name: str, most: int, actual: int) -> None:
        super().__init__(f"{name}: expected at most {most} parts, got {actual}")
        self.most, self.actual = most, actual
