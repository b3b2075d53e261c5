"""An answer that is asked for no sooner than an event may have changed it."""

from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from typing import Any

from oracle.chain.head import NOTHING, Head
from oracle.record.bloom import may_hold

LONGEST_SECONDS = 60.0
"""An endpoint that lags may have answered: it is not believed for longer."""


@dataclass(slots=True)
class Quiet:
    """An answer that nothing changes but an event of one contract about one account.

    `items`: the contract's address and the account as a topic, which the bloom of a
    block with such an event has. One whose bloom has not, whose parent is the block
    before, changes nothing.
    """

    items: tuple[bytes, ...]
    clock: Callable[[], float] = monotonic
    _answer: Any = None
    _head: Head = NOTHING
    _asked_at: float = 0.0

    def get(self, head: Head, blooms: bool, ask: Callable[[], Any]) -> Any:
        """As of that head. `blooms`: whether this chain's are to be believed."""
        if not (self._fresh() and (head.hash == self._head.hash or blooms)):
            self._answer, self._asked_at = ask(), self.clock()
        elif head.hash != self._head.hash and self._may_have_changed(head):
            self._answer, self._asked_at = ask(), self.clock()
        self._head = head
        return self._answer

    def forget(self) -> None:
        """Something is known to have changed it."""
        self._head = NOTHING

    def _fresh(self) -> bool:
        age = self.clock() - self._asked_at
        return self._head is not NOTHING and age < LONGEST_SECONDS

    def _may_have_changed(self, head: Head) -> bool:
        follows = head.parent == self._head.hash and head.bloom is not None
        return not follows or all(may_hold(head.bloom or 0, i) for i in self.items)
