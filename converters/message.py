"""What goes over the chain: a model's inputs, or its outputs, and their names."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from converters.registry import Refused
from tinynn.image.image import MAX_IO_BYTES, NAME_BYTES


@dataclass(slots=True)
class Message:
    """The inputs or the outputs so far; `hint` is for those that are too many.

    `names` are all those to come, in the source's order.
    """

    what: str
    hint: str
    names: Sequence[str]
    size: int = 0
    short: dict[str, str] = field(init=False)
    added: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.short = short_names(self.names)

    def add(self, name: str, size: int) -> str:
        """What the image calls one more of them; Refused without room for it, or of one
        that is there already."""
        if name in self.added:
            raise Refused(f"name: expected each once, got {name!r} twice", "rename it")
        self.added.add(name)
        self.size += size
        if self.size > MAX_IO_BYTES:
            most = f"{self.what} bytes: expected 1 to {MAX_IO_BYTES}"
            raise Refused(f"{most}, got {self.size}", self.hint)
        return self.short[name]


def short_names(names: Sequence[str]) -> dict[str, str]:
    """What an image calls each: as much as it has room for, and all unlike.

    One that would be like another has a number at its end. The model's card has the
    whole names.
    """
    short: dict[str, str] = {}
    taken: set[str] = set()
    for name in names:
        held, count = clipped(name), 1
        while held in taken:
            count += 1
            mark = f"~{count}"
            held = clipped(name, NAME_BYTES - len(mark)) + mark
        taken.add(held)
        short[name] = held
    return short


def clipped(name: str, most: int = NAME_BYTES) -> str:
    """`name` in at most so many bytes of UTF-8."""
    return name.encode()[:most].decode(errors="ignore")
