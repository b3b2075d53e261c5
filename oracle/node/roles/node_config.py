"""Settings of the programs that hold models.

What they lead to is imported when it is asked for: most commands compute nothing.
"""

import os
import re
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from oracle.config import Listed, Settings, Urls
from oracle.models.limits import Limits
from oracle.models.reach import GATEWAYS, Reach

if TYPE_CHECKING:
    from oracle.compute.arena import Arena
    from oracle.compute.executors import Executors
    from oracle.models.fetch import Sources
    from oracle.models.model_store import ModelStore
    from oracle.node.notifier import Tell
    from oracle.node.webhook import Webhook


def shaped(pattern: str, expected: str) -> AfterValidator:
    """A text of that shape; it isn't told when it is refused, for it may hold a key."""

    def check(value: str | None) -> str | None:
        if value is not None and not re.fullmatch(pattern, value):
            raise ValueError(f"expected {expected}")
        return value

    return AfterValidator(check)


def _reachable(names: tuple[str, ...]) -> tuple[str, ...]:
    Reach.of(names)
    return names


class NodeSettings(Settings):
    """What workers and challengers have in common. Times are in seconds."""

    offers_all: ClassVar[bool] = True
    """Whether all that the store holds is used, or only what `models` names."""

    models: Annotated[tuple[str, ...], Listed] = ()
    poll: float = Field(1.0, gt=0)
    max_model_bytes: int = Field(1 << 31, gt=0)
    ipfs_gateways: Urls = GATEWAYS
    fetch_from: Annotated[tuple[str, ...], Listed, AfterValidator(_reachable)] = ()
    processes: int | None = Field(None, ge=0)
    cluster: str | None = None
    executor: Literal["native", "wasm"] = "native"
    log_json: bool = False
    webhook: Annotated[str | None, shaped(r"https?://[^/].*", "http(s)://...")] = None
    metrics: Annotated[
        str | None, shaped(r"[^:]*:\d{1,5}", "HOST:PORT, such as 127.0.0.1:9100")
    ] = None

    @field_validator("executor")
    @classmethod
    def _alone_by_wasm(cls, executor: str, known: ValidationInfo) -> str:
        if known.data.get("processes") == 0 and executor != "wasm":
            raise ValueError("expected wasm with --processes 0")
        return executor

    @property
    def named(self) -> tuple[str, ...]:
        """The models that are wanted, by whatever setting."""
        return self.models

    @property
    def model_store(self) -> "ModelStore":
        from oracle.models.model_store import ModelStore

        return ModelStore(self.home / "models")

    @property
    def sources(self) -> "Sources":
        """Whom images are fetched from."""
        from oracle.models.fetch import Sources
        from oracle.models.web import Web

        limits = Limits(self.max_model_bytes)
        return Sources(limits, self.ipfs_gateways, Web(Reach.of(self.fetch_from)))

    def telling(self) -> "AbstractContextManager[Tell]":
        """Where claims, disputes and settlements are told."""
        from oracle.node.webhook import Webhook

        if self.webhook is None:
            return nullcontext(lambda facts: None)
        return told_by(Webhook(self.webhook))

    def executors(self) -> "Executors":
        """Who computes: a cluster, or processes here, by default one a processor."""
        if self.cluster is not None:
            from oracle.compute.cluster import Cluster

            return Cluster(self.cluster)
        from oracle.compute.engines import Engine

        if self.alone:
            from oracle.compute.alone import Alone

            return Alone(Engine(self.executor))
        from oracle.compute.pool import Pool

        return Pool(self._width, Engine(self.executor))

    def players(self, executors: "Executors") -> "Arena":
        """Who works out moves in games: as many processes here, or on the cluster that
        computes answers."""
        from oracle.compute.arena import Arena

        if self.cluster is not None:
            from oracle.compute.cluster import Cluster

            if isinstance(executors, Cluster):
                return executors.players()
        return Arena(self._width)

    @property
    def alone(self) -> bool:
        """Whether answers are computed in the node's own process: with --processes 0,
        where a program that goes wrong is a trap, and not the end of the process."""
        return self.processes == 0

    @property
    def _width(self) -> int:
        return self.processes or (1 if self.alone else os.cpu_count() or 1)


@contextmanager
def told_by(webhook: "Webhook") -> "Iterator[Tell]":
    with webhook:
        yield webhook.tell
