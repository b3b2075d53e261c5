"""A block builder that holds an account's transactions back."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from oracle.chain.chain import Contract
from oracle.chain.errors import Refused
from oracle.chain.head import Head
from oracle.sending.sender import Intent, Outcome, Post, Receipt, Sender


@dataclass(frozen=True, slots=True)
class Kept:
    """What was signed, and is not mined yet."""

    intent: Intent
    call: Callable[[], Receipt]


class HeldSender(Sender):
    """Its calls of `function` wait, on their way, until the builder lets them in."""

    def hold(self, function: str) -> None:
        self._function: str = function
        self._kept: dict[str, Kept] = {}
        self._news: list[Outcome] = []

    @property
    def on_its_way(self) -> frozenset[str]:
        return frozenset(self._kept)

    def news(
        self, contracts: Sequence[Contract], head: Head | None = None
    ) -> list[Outcome]:
        told, self._news = self._news, []
        return told

    def post(self, post: Post, listening: Sequence[Contract] = ()) -> Receipt | None:
        call = partial(self._transact, post.intent, (post.contract, *listening))
        if post.function != self._function:
            return call()
        self._kept[post.key] = Kept(post.intent, call)
        return None

    def let_in(self) -> None:
        """All that was held is mined now, as it was signed; or fails."""
        kept, self._kept = self._kept, {}
        for each in kept.values():
            try:
                self._news.append(Outcome(each.intent, each.call()))
            except Refused as refused:
                self._news.append(Outcome(each.intent, refused))
