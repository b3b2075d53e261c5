"""Workers and challengers as programs: their settings, and what they are made of."""

from dataclasses import dataclass
from typing import ClassVar

from pydantic import Field

from oracle.chain.local.known import CHAIN_ID
from oracle.config import Wei
from oracle.errors import OnlyForDevnet, UnknownLie
from oracle.models.library import Library
from oracle.models.models import ModelProvider, Named
from oracle.node.challenger.challenger import Challenger
from oracle.node.challenger.choice import Choice
from oracle.node.honest import Honest
from oracle.node.roles.node_config import NodeSettings
from oracle.node.worker.liars import WORKER_LIES, LyingWorker
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


class WorkerSettings(NodeSettings):
    section: ClassVar[str] = "worker"
    offers_all: ClassVar[bool] = False
    """It stakes money on what it serves: only on what it was told to."""

    least_fee: Wei = 0
    least_profit: Wei = 0
    most_bond: Wei | None = None
    bond_rate: float = Field(BOND_RATE, ge=0)
    most_leases: int = Field(MOST_LEASES, ge=1)
    claim_share: float = Field(CLAIM_SHARE, gt=0, le=1)
    requester_share: float = Field(REQUESTER_SHARE, gt=0, le=1)

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
        return self.provider(settings).stock(settings.models)

    def at_hand(self, settings: NodeSettings) -> tuple[Library, list[Named]]:
        """What is here of that, and what isn't; nothing is fetched."""
        provider = self.provider(settings)
        return provider.at_hand(settings.models, settings.offers_all)

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
        return Worker(sender, self.deployments.contracts, strategy, settings.guard)

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
