"""Who the story is told to, and someone who does not listen."""

from typing import Protocol

from oracle.demo.drawing import Image
from oracle.demo.evidence import Evidence
from oracle.demo.outcome import Outcome, Reading, Verdict
from oracle.node.actions import Done
from oracle.sending.sender import Receipt


class Teller(Protocol):
    """Hears of everything as it happens."""

    def chapter(self, number: int, title: str) -> None: ...

    def said(self, text: str) -> None: ...

    def drew(self, digit: int, image: Image) -> None: ...

    def acted(self, role: str, receipt: Receipt, remark: str) -> None:
        """Anyone's transaction outside a game."""
        ...

    def moved(self, role: str, done: Done) -> None:
        """A transaction in a game."""
        ...

    def shown(self, seen: Evidence) -> None:
        """One instruction is left."""
        ...

    def judged(self, verdict: Verdict) -> None: ...

    def arrived(self, reading: Reading) -> None:
        """The consumer has its answer."""
        ...

    def closed(self, outcome: Outcome) -> None: ...


class Mute:
    """Tells nobody."""

    def chapter(self, number: int, title: str) -> None:
        pass

    def said(self, text: str) -> None:
        pass

    def drew(self, digit: int, image: Image) -> None:
        pass

    def acted(self, role: str, receipt: Receipt, remark: str) -> None:
        pass

    def moved(self, role: str, done: Done) -> None:
        pass

    def shown(self, seen: Evidence) -> None:
        pass

    def judged(self, verdict: Verdict) -> None:
        pass

    def arrived(self, reading: Reading) -> None:
        pass

    def closed(self, outcome: Outcome) -> None:
        pass
