"""What a running node tells machines: `/metrics` for Prometheus, `/healthz`, `/readyz`.

Numbers come from the loop and from what the node read of the chain anyway: to be asked
costs no request to the chain.
"""

import time
from collections.abc import Iterator

from fastapi import FastAPI, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from oracle.loop import Loop

STALE_SECONDS = 300.0
"""A loop that has not turned for so long hangs; a long computation may take as much."""


class NodeCollector(Collector):
    """One loop's numbers, as of when they are asked for."""

    def __init__(self, loop: Loop) -> None:
        self._loop = loop

    def collect(self) -> Iterator[Metric]:
        pulse, node = self._loop.pulse, self._loop.node
        sent = CounterMetricFamily(
            "plumb_transactions", "Transactions mined.", labels=["function"]
        )
        for function, number in sorted(pulse.sent.items()):
            sent.add_metric([function], number)
        yield sent
        yield CounterMetricFamily(
            "plumb_spent_wei", "Paid for gas.", node.sender.spent_wei
        )
        yield CounterMetricFamily("plumb_turns", "Turns of the loop.", pulse.steps)
        yield CounterMetricFamily(
            "plumb_failures", "Turns that failed, mostly the chain's.", pulse.failures
        )
        yield GaugeMetricFamily(
            "plumb_put_off", "Jobs that went wrong.", len(node.troubles.reasons)
        )
        yield GaugeMetricFamily(
            "plumb_open_games", "Own games that are not over.", node.open_games()
        )


def application(loop: Loop) -> FastAPI:
    """The pages of one node."""
    registry = CollectorRegistry()
    registry.register(NodeCollector(loop))
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)

    @app.get("/metrics")
    def metrics() -> Response:
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)

    @app.get("/healthz")
    def healthz() -> Response:
        """Whether the loop turns."""
        last = loop.pulse.turned_at or loop.pulse.started_at
        return _verdict(time.monotonic() - last < STALE_SECONDS)

    @app.get("/readyz")
    def readyz() -> Response:
        """Whether its last turn reached the chain."""
        pulse = loop.pulse
        return _verdict(pulse.steps > 0 and not pulse.failures_in_a_row)

    return app


def _verdict(well: bool) -> Response:
    word = b'{"ok": true}' if well else b'{"ok": false}'
    return Response(word, 200 if well else 503, media_type="application/json")
