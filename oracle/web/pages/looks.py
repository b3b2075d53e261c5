"""How things are written on pages: templates and their filters."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from oracle.amounts import brief_wei
from oracle.legible import legible, number_of

TEMPLATES: Final = Path(__file__).parent.parent / "templates"
DAY: Final = 86_400


def environment() -> Environment:
    """Strangers' text is escaped wherever it stands."""
    found = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.filters |= {
        "short": short,
        "ether": lambda wei: brief_wei(int(wei)),
        "instant": instant,
        "span": span,
        "counted": number_of,
        "legible": legible,
        "bytes": as_bytes,
    }
    return found


def short(text: str | None) -> str:
    """The beginning and the end of a hash or an address."""
    return "" if text is None else f"{text[:8]}…{text[-4:]}" if len(text) > 14 else text


def instant(seconds: int) -> str:
    """In UTC, as the chain's clock has it."""
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M:%S} UTC"


def span(seconds: float) -> str:
    """A length of time, roughly."""
    whole = int(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min"
    return f"{whole // 3600} h" if whole < DAY else f"{whole // DAY} d"


def as_bytes(size: int) -> str:
    """A number of bytes, roughly."""
    for unit, step in (("GB", 10**9), ("MB", 10**6), ("KB", 10**3)):
        if size >= step:
            return f"{size / step:.1f} {unit}"
    return f"{size} B"
