"""Checks of an operator's row that several families share."""

from ..errors import FieldOutOfRange, WrongField
from .family import Operator


def check_elementwise(operator: Operator, *, uses_parameter: bool = False) -> None:
    """As many elements out as in, no constants, and nothing in the unused fields."""
    check_count("target", operator.source_count, operator.target_count)
    check_unused(operator, "flags", "weights", "bias")
    if not uses_parameter:
        check_unused(operator, "parameter")


def check_count(what: str, expected: int, actual: int) -> None:
    """The row's number of elements is the one that its family demands."""
    if actual != expected:
        raise WrongField(f"{what} elements", expected, actual)


def check_at_most(what: str, most: int, actual: int) -> None:
    """A count is at least 1 and at most `most`."""
    if not 1 <= actual <= most:
        raise FieldOutOfRange(what, 1, most, actual)


def check_unused(operator: Operator, *fields: str) -> None:
    """The fields that the family does not use are zero."""
    for field in fields:
        if value := getattr(operator, field):
            raise WrongField(f"unused field {field}", 0, value)
