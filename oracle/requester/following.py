"""A request followed to its end, through whatever the chain undoes meanwhile."""

import re
import time
from collections.abc import Callable

from web3.exceptions import Web3Exception

from oracle.chain.errors import ChainError, WrongChain
from oracle.chain.words import said
from oracle.errors import Hole, NoSuchRequest, RequestUndone
from oracle.record.record import Status
from oracle.requester.requests import Situation

NUMBER = re.compile(r"[0-9]+([.,][0-9]+)*")
Look = Callable[[], Situation]
Tell = Callable[[str], None]


class Obstacles:
    """Tells why no worker takes a request: at once, and again when that is something
    else. The amounts in it change with every block."""

    def __init__(self, tell: Tell) -> None:
        self._tell, self._told = tell, ""

    def look(self, now: Situation) -> Situation:
        """The same situation, told of."""
        if (kind := NUMBER.sub("", now.obstacle)) != self._told and kind:
            self._tell(now.obstacle)
        self._told = kind
        return now


def followed(
    look: Look, goal: Status, seconds: float, poll_seconds: float, tell: Tell
) -> tuple[Situation, bool]:
    """Where the request stands in the end, and whether the goal was reached.

    Neither goal nor end counts before it is confirmed. `seconds`: to wait at most, 0
    for ever. Raises `RequestUndone`, and `NoSuchRequest` if there is none at first.
    """
    begin = time.monotonic()
    now = look()
    while True:
        tell(now.explanation)
        reached = now.asked.status >= goal and now.confirmed
        hopeless = now.hopeless and goal is not Status.CANCELLED
        late = seconds and time.monotonic() - begin > seconds
        if reached or hopeless or (now.ended and now.confirmed) or late:
            return now, reached
        time.sleep(poll_seconds)
        now = _after(now, look, tell)


def _after(before: Situation, look: Look, tell: Tell) -> Situation:
    """The next one; as before while the chain doesn't tell of it, or no endpoint of
    anything. What waiting can't mend is raised."""
    try:
        now = look()
    except WrongChain:
        raise
    except (NoSuchRequest, Hole) as reason:
        tell(f"{reason}: it may come back.")
        return before
    except (ChainError, Web3Exception, OSError) as reason:
        tell(f"{said(reason)}: that is waited out.")
        return before
    if now.asked.request != before.asked.request:
        raise RequestUndone(before.asked.request.id)
    return now
