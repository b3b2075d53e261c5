"""How often one visitor may ask: a bucket each, which fills again as time passes."""

import math
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

EACH_SECOND: Final = 40.0
AT_ONCE: Final = 240.0
"""Requests: a page is about seven, and one more at each block."""
MOST_KNOWN: Final = 10_000
"""Visitors who are told apart; who was silent longest is forgotten first, and would
have had a full bucket again long since."""
AT_HOME: Final = ("127.0.0.1", "::1")
"""Who sits at this computer may ask as often as he likes; of a proxy's visitors none
does."""
FORWARDED: Final = "X-Forwarded-For"


@dataclass(slots=True)
class Bucket:
    left: float
    at: float


class Rates:
    """In front of an application: who asks too often is told how long to wait.

    `behind_proxy`: the last address that the proxy in front of us has put down is the
    visitor's. Without a proxy anybody could write that header, so it is not read.
    """

    def __init__(
        self,
        app: ASGIApp,
        behind_proxy: bool = False,
        each_second: float = EACH_SECOND,
        at_once: float = AT_ONCE,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._app, self._behind_proxy = app, behind_proxy
        self._each_second, self._at_once, self._clock = each_second, at_once, clock
        self._buckets: OrderedDict[str, Bucket] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            visitor = visitor_of(scope, self._behind_proxy)
            wait = 0.0 if visitor in AT_HOME else self.asked(visitor)
            if wait > 0:
                told = f"too often: expected at most {self._each_second:g} requests a "
                told += f"second, got more; ask again in {wait:.1f} s\n"
                after = {"Retry-After": str(math.ceil(wait))}
                await PlainTextResponse(told, 429, after)(scope, receive, send)
                return
        await self._app(scope, receive, send)

    def asked(self, visitor: str) -> float:
        """Notes one request. Seconds until it would be answered; 0 if it is now."""
        now = self._clock()
        bucket = self._buckets.pop(visitor, None) or Bucket(self._at_once, now)
        filled = bucket.left + (now - bucket.at) * self._each_second
        bucket.left, bucket.at = min(self._at_once, filled), now
        self._buckets[visitor] = bucket
        if len(self._buckets) > MOST_KNOWN:
            self._buckets.popitem(last=False)
        if bucket.left < 1:
            return (1 - bucket.left) / self._each_second
        bucket.left -= 1
        return 0.0


def visitor_of(scope: Scope, behind_proxy: bool) -> str:
    """The address that asks."""
    peer = scope.get("client")
    if behind_proxy and (told := Headers(scope=scope).get(FORWARDED)):
        return told.rpartition(",")[2].strip()
    return str(peer[0]) if peer else ""
