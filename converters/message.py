"""What goes over the chain: a model's inputs, or its outputs, and their names."""

from dataclasses import dataclass, field

from converters.registry import Refused
from tinynn.image import MAX_IO_BYTES, NAME_BYTES


@dataclass(slots=True)
class Message:
    """The inputs or the outputs so far; `way_out` is for those that are too many."""

    what: str
    way_out: str
    size: int = 0
    names: set[str] = field(default_factory=set)

    def add(self, name: str, size: int) -> str:
        """What the image calls one more of them; Refused without room or a name."""
        short = clipped(name)
        if short in self.names:
            expected = f"one that is unlike others in its first {NAME_BYTES} bytes"
            raise Refused(f"name: expected {expected}, got {name!r}", "rename it")
        self.names.add(short)
        self.size += size
        if self.size > MAX_IO_BYTES:
            most = f"{self.what} bytes: expected 1 to {MAX_IO_BYTES}"
            raise Refused(f"{most}, got {self.size}", self.way_out)
        return short


def clipped(name: str) -> str:
    """`name` in at most NAME_BYTES bytes of UTF-8."""
    return name.encode()[:NAME_BYTES].decode(errors="ignore")
