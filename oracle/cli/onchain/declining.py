"""Why no worker takes a request, as workers say it themselves."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from oracle.errors import BadDecline
from oracle.record.record import Status
from oracle.record.site import Site
from oracle.requester.declines import About, Decline, told_by
from oracle.requester.requests import Situation


def with_declines(
    place: Site,
    now: Situation,
    urls: Sequence[str],
    tell: Callable[[str], None] = lambda text: None,
) -> Situation:
    """With what the workers that listen at these URLs say, while it waits for one."""
    if now.asked.status is not Status.OPEN or not urls:
        return now
    return replace(now, declines=_asked_of(place, now.asked.request.id, urls, tell))


def _asked_of(
    place: Site, request_id: int, urls: Sequence[str], tell: Callable[[str], None]
) -> tuple[Decline, ...]:
    """Why those workers don't take the request. Who doesn't answer is told of."""
    oracle = place.deployments.contracts.oracle.address
    about = About(place.chain.endpoint.chain_id, oracle, request_id)
    found = []
    for url in urls:
        try:
            told = told_by(url, about)
        except (OSError, ValueError, BadDecline) as error:
            tell(f"{url}: {error}")
            continue
        if told is None:
            tell(f"{url}: it doesn't decline, or hasn't looked at it yet")
        else:
            found.append(told)
    return tuple(found)
