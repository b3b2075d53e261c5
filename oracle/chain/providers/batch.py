"""Several questions in one request, asked before anyone asks them.

Whoever is about to ask many things of the chain says so by doing it once for show: what
each would ask for is noted, sent as one JSON-RPC batch, and given out when it is asked
for in earnest. So the code that asks is the same with a node that takes no batches, or
when one goes wrong: then each question goes on its own.
"""

import threading
from collections.abc import Callable, Sequence
from typing import Any

from web3.types import RPCResponse

MOST = 50
"""Questions in one request. Providers take from a hundred on."""

Asked = tuple[str, Any]


class Noted(Exception):
    """A question that was asked for show."""


class Ahead(threading.local):
    """What has been asked ahead, and the answers that nobody has come for yet; each
    thread's own."""

    def __init__(self) -> None:
        self._noting: list[Asked] | None = None
        self._answers: dict[str, RPCResponse] = {}

    def note(self, asks: Sequence[Callable[[], object]]) -> list[Asked]:
        """The first question of each, in their order, without one that is asked twice.
        What was answered before and not come for is forgotten."""
        self.forget()
        self._noting = []
        try:
            for ask in asks:
                try:
                    ask()
                except Noted:
                    continue
            noted = {_name(*asked): asked for asked in self._noting}
        finally:
            self._noting = None
        return list(noted.values())

    def forget(self) -> None:
        """Answers that nobody has come for: they would be of another time."""
        self._answers.clear()

    def keep(self, asked: Sequence[Asked], answers: Sequence[RPCResponse]) -> None:
        names = (_name(*question) for question in asked)
        self._answers |= dict(zip(names, answers, strict=True))

    def answer(self, method: str, params: Any) -> RPCResponse | None:
        """Given out once; None if it is to be asked for. Raises `Noted` while things
        are asked for show."""
        if self._noting is not None:
            self._noting.append((method, params))
            raise Noted
        if not self._answers:
            return None
        return self._answers.pop(_name(method, params), None)


def _name(method: str, params: Any) -> str:
    return f"{method} {params!r}"
