"""Data of strangers as dataclasses: every field there, and of its type."""

from dataclasses import fields, is_dataclass
from types import NoneType, UnionType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

Made = TypeVar("Made")


def made_of(kind: type[Made], data: Any, where: str) -> Made:
    """An instance of a dataclass; ValueError says which field is not what it should be.

    A field that is absent has its default, if it has one.
    """
    if not isinstance(data, dict):
        raise ValueError(f"{where}: expected an object, got {type(data).__name__}")
    hints = get_type_hints(kind)
    known = {field.name for field in fields(kind)}  # type: ignore[arg-type]
    if strange := sorted(set(data) - known):
        raise ValueError(f"{where}: expected no {strange[0]!r}, got one")
    given = {
        name: value_of(hints[name], value, f"{where}.{name}")
        for name, value in data.items()
    }
    try:
        return kind(**given)
    except TypeError as error:
        raise ValueError(f"{where}: {error}") from None


def value_of(kind: Any, value: Any, where: str) -> Any:
    """`value` as a field of this type."""
    if isinstance(kind, UnionType):
        kinds = [part for part in get_args(kind) if part is not NoneType]
        return None if value is None else value_of(kinds[0], value, where)
    if get_origin(kind) is tuple:
        if not isinstance(value, list):
            raise ValueError(f"{where}: expected a list, got {type(value).__name__}")
        part = get_args(kind)[0]
        return tuple(value_of(part, v, f"{where}[{i}]") for i, v in enumerate(value))
    if is_dataclass(kind):
        return made_of(kind, value, where)  # type: ignore[arg-type]
    if kind is float and type(value) is int:
        return float(value)
    if type(value) is not kind:
        actual = type(value).__name__
        raise ValueError(f"{where}: expected {kind.__name__}, got {actual}")
    return value
