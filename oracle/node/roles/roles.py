"""Workers and challengers as programs: their settings, and what they are made of."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Annotated, ClassVar

from pydantic import AfterValidator, Field

from oracle.chain.local.known import CHAIN_ID
from oracle.config import Listed, Wei
from oracle.errors import OnlyForDevnet, UnknownLie
from oracle.models.library import Library
from oracle.models.models import ModelProvider, Named
from oracle.node.challenger.challenger import Challenger
from oracle.node.challenger.choice import Choice
from oracle.node.honest import Honest
from oracle.node.roles.node_config import NodeSettings
from oracle.node.worker.liars import WORKER_LIES, LyingWorker
from oracle.node.worker.private import Owned, Private
from oracle.node.worker.strategy import Strategy
from oracle.node.worker.worker import Worker
from oracle.pricing.guard import (
    BOND_RATE,
    CLAIM_SHARE,
    MOST_LEASES,
    REQUESTER_SHARE,
    Guard,
)
from oracle.record.site import Site
from oracle.sending.sender import Sender


def _owned(entries: tuple[str, ...]) -> tuple[str, ...]:
    for entry in entries:
        Owned.parsed(entry)
    return entries


class WorkerSettings(NodeSettings):
    section: ClassVar[str] = "worker"
    offers_all: ClassVar[bool] = False
    """It stakes money on what it serves: only on what it was told to."""

    least_fee: Wei = 0
    least_profit: Wei = 0
    most_bond: Wei | None = None
    bond_rate: float = Field(BOND_RATE, ge=0)
    most_leases: int = Field(MOST_LEASES, ge=1)
    private: Annotated[tuple[str, ...], Listed, AfterValidator(_owned)] = ()
    """Models that only their owners may ask, as `MODEL=ADDRESS`; served as well."""

    claim_share: float = Field(CLAIM_SHARE, gt=0, le=1)
    requester_share: float = Field(REQUESTER_SHARE, gt=0, le=1)

    @property
    def named(self) -> tuple[str, ...]:
        return *self.models, *(owned.name for owned in self.owned)

    @property
    def owned(self) -> tuple[Owned, ...]:
        return tuple(map(Owned.parsed, self.private))

    @property
    def guard(self) -> Guard:
        return Guard(
            least_fee_wei=self.least_fee,
            least_profit_wei=self.least_profit,
            bond_rate=self.bond_rate,
            most_bond_wei=self.most_bond,
            most_leases=self.most_leases,
            claim_share=self.claim_share,
            requester_share=self.requester_share,
        )


class ChallengerSettings(NodeSettings):
    section: ClassVar[str] = "challenger"

    sample: float = Field(1.0, gt=0, le=1)
    min_value: Wei = 0

    @property
    def choice(self) -> Choice:
        """Drawn anew in each process."""
        return Choice(self.sample, self.min_value)


@dataclass(frozen=True, slots=True)
class Place(Site):
    """A site with what nodes there are made of."""

    def library(self, settings: NodeSettings) -> Library:
        """The models that the settings name, brought here, and those in the store."""
        return self.provider(settings).stock(settings.named)

    def at_hand(self, settings: NodeSettings) -> tuple[Library, list[Named]]:
        """What is here of that, and what isn't; nothing is fetched."""
        provider = self.provider(settings)
        return provider.at_hand(settings.named, settings.offers_all)

    def provider(self, settings: NodeSettings) -> ModelProvider:
        store = settings.model_store
        return ModelProvider(store, self.chain, self.deployments, settings.sources)

    def worker(
        self,
        settings: WorkerSettings,
        sender: Sender,
        honest: Honest,
        lie: str | None = None,
    ) -> Worker:
        """The worker; with a kind of `lie`, one that only a devnet should know."""
        strategy: Strategy = honest if lie is None else self._liar(honest, lie)
        contracts = self.deployments.contracts
        private = self._private(settings)
        return Worker(sender, contracts, strategy, settings.guard, private)

    def _private(self, settings: WorkerSettings) -> Private:
        """By what the models are, under whatever name and id."""
        owners: defaultdict[bytes, set[bytes]] = defaultdict(set)
        provider = self.provider(settings)
        for owned in settings.owned:
            owners[provider.find(owned.name).root].add(owned.owner)
        return Private({root: frozenset(who) for root, who in owners.items()})

    def challenger(
        self, settings: ChallengerSettings, sender: Sender, honest: Honest
    ) -> Challenger:
        contracts = self.deployments.contracts
        return Challenger(sender, contracts, honest, settings.choice)

    def _liar(self, honest: Honest, kind: str) -> LyingWorker:
        if self.deployments.chain_id != CHAIN_ID:
            raise OnlyForDevnet(CHAIN_ID, self.deployments.chain_id)
        if kind not in WORKER_LIES:
            raise UnknownLie(tuple(WORKER_LIES), kind)
        game = self.deployments.contracts.game
        return LyingWorker(honest, WORKER_LIES[kind], self.chain.call(game, "k"), 0)
