"""Workers that lack a rule each: against them the attacks work."""

from collections.abc import Iterator
from dataclasses import replace

from support.testbeds.embedded import NO_CAPS
from web3.exceptions import Web3RPCError

from oracle.bench.griefing.leases import RICH_STAKE_WEI, WORKER
from oracle.bench.griefing.testbed import GriefingTestbed
from oracle.chain.errors import Rejected
from oracle.node.actions import Action
from oracle.node.honest import Honest
from oracle.node.worker.worker import Worker
from oracle.pricing.guard import Guard
from oracle.pricing.market import Market
from oracle.record.record import Asked
from oracle.sending.sender import Receipt


class Hasty(Worker):
    """Doesn't ask whether the answer will come in time, and agrees to any lease."""

    def _lease(self, asked: Asked, market: Market) -> Iterator[Action]:
        for action in super()._lease(asked, market):
            request, attempt, _, most = action.arguments
            yield replace(action, arguments=(request, attempt, 0, most))

    def _objection(self, asked: Asked, market: Market) -> str:
        return self.objection(asked, market)


class Stubborn(Hasty):
    """Nor whether it failed before, nor how much it has to do."""

    leases_at_most = 64  # type: ignore[assignment]

    def objection(self, asked: Asked, market: Market) -> str:
        if late := market.lateness(asked):
            return late
        size = self._strategy.output_bytes(asked)
        return market.money_objection(asked, size)


class Spendthrift(Worker):
    """Doesn't ask whether its account can pay for what comes after the accept."""

    def objection(self, asked: Asked, market: Market) -> str:
        market.balance = lambda: 10**30
        return super().objection(asked, market)

    def _post(self, action: Action) -> Receipt | None:
        try:
            return super()._post(action)
        except Web3RPCError as error:
            raise Rejected(action.function, str(error)) from None


def of(kind: type[Worker], guard: Guard = NO_CAPS, stake: int = RICH_STAKE_WEI):
    """Makes one in a testbed."""

    def make(testbed: GriefingTestbed, strategy: Honest) -> Worker:
        testbed.stake(WORKER, stake)
        return kind(testbed.sender(WORKER), testbed.contracts, strategy, guard)

    return make
