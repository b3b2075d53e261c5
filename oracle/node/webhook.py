"""Telling somebody's server what happens; never waited for by who tells."""

import json
import time
import urllib.request
from collections.abc import Mapping
from queue import Full, Queue
from threading import Thread
from typing import Self

from mips_vm.json_text import Json
from oracle.logs import logger

SECONDS = 10.0
ATTEMPTS, FIRST_PAUSE_SECONDS = 3, 0.5
MOST_WAITING = 1000
LAST_SECONDS = 30.0

log = logger(__name__)


class Webhook:
    """Posts facts as JSON, in order; each is tried three times, and then only logged.

    A context: what waits at its end is still told, for half a minute at most.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._waiting: Queue[Mapping[str, Json] | None] = Queue(MOST_WAITING)
        self._thread = Thread(target=self._run, name="webhook", daemon=True)
        self._thread.start()

    def tell(self, facts: Mapping[str, Json]) -> None:
        try:
            self._waiting.put_nowait(facts)
        except Full:
            log.error("webhook failed", reason="too much waits to be told", **facts)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        try:
            self._waiting.put(None, timeout=LAST_SECONDS)
        except Full:
            return
        self._thread.join(LAST_SECONDS)

    def _run(self) -> None:
        while (facts := self._waiting.get()) is not None:
            self._post(json.dumps(dict(facts)).encode())

    def _post(self, body: bytes) -> None:
        headers = {"content-type": "application/json"}
        reason = ""
        for attempt in range(ATTEMPTS):
            time.sleep(FIRST_PAUSE_SECONDS * attempt**2)
            try:
                # The operator's own setting, which must begin with http.
                asked = urllib.request.Request(self._url, body, headers)  # noqa: S310
                urllib.request.urlopen(asked, timeout=SECONDS).close()  # noqa: S310
                return
            except (OSError, ValueError) as error:
                reason = str(error)
        log.error("webhook failed", reason=reason)
