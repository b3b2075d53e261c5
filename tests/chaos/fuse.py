"""When something dies: at a random request, or before, during or after a send."""

from dataclasses import dataclass, field
from enum import StrEnum
from random import Random
from threading import Lock

SEND = "eth_sendRawTransaction"
MOST_REQUESTS, MOST_SENDS = 50, 2


class Moment(StrEnum):
    ANYWHERE = "anywhere"
    BEFORE = "before a send"
    DURING = "during a send"
    AFTER = "after a send"


class Death(ConnectionError):
    """Whoever asked, or was asked, is no more."""


@dataclass
class Fuse:
    """Burns down by requests, or by sends; then it is the `moment`, once."""

    moment: Moment
    left: int
    _lock: Lock = field(default_factory=Lock)

    @classmethod
    def lit(cls, rng: Random, moments: tuple[Moment, ...], slowness: int = 1) -> "Fuse":
        """Every `slowness` makes it that much longer."""
        moment = rng.choice(moments)
        most = MOST_REQUESTS if moment is Moment.ANYWHERE else MOST_SENDS
        return cls(moment, rng.randint(1, most * slowness))

    def burn(self, method: str) -> Moment | None:
        """The moment, if this request is it."""
        with self._lock:
            if self.moment is Moment.ANYWHERE or method == SEND:
                self.left -= 1
                if self.left == 0:
                    return self.moment
            return None
