"""What a running node tells machines: `/metrics` for Prometheus, `/healthz`, `/readyz`.

Numbers come from the loop and from what the node read of the chain anyway: to be asked
costs no request to the chain.
"""

import json
import time
from collections.abc import Callable, Iterator, Mapping

from fastapi import FastAPI, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    Metric,
    SummaryMetricFamily,
)
from prometheus_client.registry import Collector

from oracle.chain.endpoint import Endpoint
from oracle.chain.providers.failover import FailoverEndpoint
from oracle.node.challenger.challenger import Challenger
from oracle.node.challenger.vigil import vigil_of
from oracle.node.honest import Honest
from oracle.node.loop import Loop
from oracle.node.node import Node
from oracle.node.worker.worker import Worker
from oracle.requester.declines import About, Decline

STALE_SECONDS = 300.0
"""A loop that has not turned for so long hangs; a long computation may take as much."""


def none_awaited() -> Mapping[str, str]:
    return {}


class NodeCollector(Collector):
    """One loop's numbers, as of when they are asked for."""

    def __init__(
        self,
        loop: Loop,
        strategy: Honest | None,
        awaited: Callable[[], Mapping[str, str]] = none_awaited,
    ) -> None:
        self._loop, self._strategy, self._awaited = loop, strategy, awaited

    def collect(self) -> Iterator[Metric]:
        yield from self._loops()
        yield from self._money()
        yield from self._games()
        yield from self._times()
        yield from self._models()
        if isinstance(self._loop.node, Challenger):
            yield from self._checks(self._loop.node)

    def _loops(self) -> Iterator[Metric]:
        pulse, node = self._loop.pulse, self._loop.node
        yield CounterMetricFamily("plumb_turns", "Looks at the chain.", pulse.steps)
        yield CounterMetricFamily(
            "plumb_failures",
            "Turns that failed, mostly the chain's, and single jobs that did.",
            pulse.failures + node.troubles.count,
        )
        yield GaugeMetricFamily(
            "plumb_put_off", "Jobs that went wrong.", node.troubles.waiting
        )
        endpoint = node.chain.endpoint
        errors: Mapping[str, int] = {}
        if isinstance(endpoint, FailoverEndpoint):
            errors = endpoint.errors
            yield calls_of(role_of(node), endpoint.calls)
            about = "Requests of HTTP to the chain, with one call each, or several."
            posts = {role_of(node): endpoint.posts}
            yield counted("plumb_rpc_requests", about, "role", posts)
        about = "Requests that an endpoint failed to answer."
        yield counted("plumb_rpc_errors", about, "endpoint", errors)
        about = "Transactions mined."
        yield counted("plumb_transactions", about, "function", pulse.sent)
        yield GaugeMetricFamily(
            "plumb_on_their_way", "Sent and not mined.", len(node.posted.actions)
        )
        about = "Whether something waits for a fee that is no longer above --max-fee."
        yield GaugeMetricFamily("plumb_waits_for_fee", about, bool(node.waits))

    def _money(self) -> Iterator[Metric]:
        node = self._loop.node
        earned = node.record.tables.earned[node.address]
        yield CounterMetricFamily(
            "plumb_earned_wei", "By answers and won games, ever.", earned
        )
        yield CounterMetricFamily(
            "plumb_spent_wei", "Paid for gas since the start.", node.sender.spent_wei
        )
        seen = node.seen
        yield GaugeMetricFamily("plumb_bond_locked_wei", "In bonds.", seen.locked_wei)
        yield GaugeMetricFamily("plumb_stake_free_wei", "Not locked.", seen.free_wei)

    def _games(self) -> Iterator[Metric]:
        node = self._loop.node
        yield GaugeMetricFamily(
            "plumb_open_games", "Own games that are not over.", node.open_games()
        )
        yield GaugeMetricFamily(
            "plumb_moves_due", "Games that wait for us.", len(node.deadlines)
        )
        if node.deadlines:
            yield GaugeMetricFamily(
                "plumb_clock_left_seconds",
                "Until the first own clock has run out, in block time.",
                min(node.deadlines) - node.seen.now,
            )

    def _checks(self, challenger: Challenger) -> Iterator[Metric]:
        checks, backlog = challenger.checks, challenger.checks.backlog
        for name, about, number in (
            ("waiting", "Claims to be checked, not begun.", len(backlog.waiting)),
            ("checking", "Claims that are being checked.", len(backlog.checking)),
            ("overdue", "Claims that won't be checked in time.", len(backlog.late)),
            ("unpaid", "Lies that it can't pay to challenge.", len(challenger.unpaid)),
        ):
            yield GaugeMetricFamily(f"plumb_claims_{name}", about, number)
        about = "At stake on claims that won't be checked in time."
        yield GaugeMetricFamily("plumb_overdue_wei", about, backlog.late_wei)
        about = "Claims whose window has ended before they were checked."
        yield CounterMetricFamily("plumb_claims_unchecked", about, checks.unchecked)

    def _times(self) -> Iterator[Metric]:
        about = "Time spent: settle, read, think, send."
        yield counted("plumb_seconds", about, "part", self._loop.node.seconds)
        if isinstance(node := self._loop.node, Worker):
            missed = node.record.tables.missed[node.address]
            yield CounterMetricFamily(
                "plumb_leases_missed", "Own leases that ran out, ever.", missed
            )
            about = "That it may have to answer at a time, after what it missed."
            yield GaugeMetricFamily("plumb_leases_at_most", about, node.leases_at_most)
        if self._strategy is not None:
            yield SummaryMetricFamily(
                "plumb_answer_seconds",
                "From an answer's being wanted to its being there.",
                self._strategy.answered,
                self._strategy.answer_seconds,
            )
            yield GaugeMetricFamily(
                "plumb_answers_under_way", "Being computed.", self._strategy.under_way
            )

    def _models(self) -> Iterator[Metric]:
        if self._strategy is not None:
            yield GaugeMetricFamily(
                "plumb_models_served", "Held, and answered for.", self._strategy.models
            )
        yield GaugeMetricFamily(
            "plumb_models_awaited", "Not here yet.", len(self._awaited())
        )


def decline_of(node: Node, request_id: int) -> Decline | None:
    """As of the last look."""
    if not isinstance(node, Worker) or request_id not in node.declined:
        return None
    chain_id, oracle = node.chain.endpoint.chain_id, node.contracts.oracle.address
    about, block = About(chain_id, oracle, request_id), node.record.head.number
    return Decline(about, node.address, block, node.declined[request_id])


def role_of(node: Node) -> str:
    return "challenger" if isinstance(node, Challenger) else "worker"


def calls_of(role: str, calls: Mapping[str, int]) -> CounterMetricFamily:
    """Calls to the chain by method, as providers bill them."""
    about = "Calls to the chain."
    found = CounterMetricFamily("plumb_rpc_calls", about, labels=["role", "method"])
    for method, number in sorted(calls.items()):
        found.add_metric([role, method], number)
    return found


def counted(
    name: str, about: str, label: str, numbers: Mapping[str, float]
) -> CounterMetricFamily:
    """One number for each value of a label."""
    found = CounterMetricFamily(name, about, labels=[label])
    for value, number in sorted(numbers.items()):
        found.add_metric([value], number)
    return found


def application(
    loop: Loop,
    strategy: Honest | None = None,
    awaited: Callable[[], Mapping[str, str]] = none_awaited,
) -> FastAPI:
    """The pages of one node, and of what it thinks with. `awaited`: models that aren't
    here yet, and how fetching them goes."""
    registry = CollectorRegistry()
    registry.register(NodeCollector(loop, strategy, awaited))
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
        """Whether its last turn reached the chain, and so did its last request; and
        whether it keeps up with what it is to check, and can pay for it: also at the
        present fee, if there is something to send.

        It is ready while models are awaited: it plays, and serves the others.
        """
        pulse = loop.pulse
        turned = pulse.steps > 0 and not pulse.failures_in_a_row
        reaches = turned and answers(loop.node.chain.endpoint)
        waits = loop.node.waits
        well = reaches and keeps_up(loop.node) and not waits
        return _verdict(well, awaited=dict(awaited()), waits=waits or None)

    @app.get("/declined/{request_id}")
    def declined(request_id: int) -> Response:
        """Why this worker doesn't take the request, signed; `null` if it does, or has
        not looked at it."""
        told = decline_of(loop.node, request_id)
        return JSONResponse(None if told is None else told.signed(loop.node.sender))

    @app.get("/status")
    def status() -> Response:
        """What `plumb challenger status` shows; nothing of other nodes."""
        if not isinstance(loop.node, Challenger):
            return Response(status_code=404)
        models = 0 if strategy is None else strategy.models
        told = vigil_of(loop.node, models).as_json()
        return Response(json.dumps(told), media_type="application/json")

    return app


def keeps_up(node: Node) -> bool:
    """Whether no claim is left unchecked or unchallenged, so far as it can be foreseen.
    Only challengers can fall behind."""
    if not isinstance(node, Challenger):
        return True
    return not node.checks.backlog.late and not node.unpaid


def answers(endpoint: Endpoint) -> bool:
    """Whether any of its nodes does; a turn waits long before it gives up."""
    if not isinstance(endpoint, FailoverEndpoint):
        return True
    return not all(health.failures for health in endpoint.provider.endpoints)


def _verdict(well: bool, **more: object) -> Response:
    return JSONResponse({"ok": well, **more}, 200 if well else 503)
