"""What a conversion changed, for whoever converts: losses, and what is left out.

A note is no error: the image computes what the source does, but for what it says.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

SHOWN = 3


@dataclass(slots=True)
class Notes:
    """Texts, and the nodes or weights that each is about, in order."""

    places: dict[str, list[str]] = field(default_factory=dict)

    def add(self, text: str, place: str) -> None:
        held = self.places.setdefault(text, [])
        if place not in held:
            held.append(place)

    def lines(self) -> Iterator[str]:
        """One line a text."""
        for text, places in self.places.items():
            named = ", ".join(map(repr, places[:SHOWN]))
            more = len(places) - SHOWN
            yield f"{named}{f' and {more} more' if more > 0 else ''}: {text}"
