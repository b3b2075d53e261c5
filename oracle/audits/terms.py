"""What audits are worth: to a worker that joins, and to whoever checks.

All in gas units, at the price that bonds are sized by, as everything in the protocol.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from mips_vm.json_text import JsonObject
from oracle.chain import events

BPS = 10_000
JOIN_GAS = 178_000
"""Of a challenge and of collecting, at most."""
PENALTY_GAS = 3_700_000
"""Of a lost lease."""
OTHERS = 2
"""Who look as well, as it is reckoned: three challengers have a quarter each."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What a worker agrees to. `rate_bps` of its claims are tests, `prize_gas` is paid
    for one, `feed_bps` of its fees feed the pool."""

    rate_bps: int
    prize_gas: int
    feed_bps: int = 0
    check_gas: int = 0

    def income_gas(self, others: int = OTHERS) -> float:
        """Of a check, on average, less the gas of challenging, with so many others who
        check as well. What computing costs has to be less."""
        share = self.prize_gas / (1 << others)
        return self.rate_bps / BPS * (share - JOIN_GAS)

    def blind_gas(self, bond_gas: int) -> float:
        """Of challenging blindly, on average, alone: what a bond risks taken off."""
        rate = self.rate_bps / BPS
        return rate * (self.prize_gas - JOIN_GAS) - (1 - rate) * bond_gas

    @property
    def cost_gas(self) -> float:
        """Of prizes, a claim, on average: what a pool must be fed to last."""
        return self.rate_bps / BPS * self.prize_gas

    def objections(self, bond_gas: int) -> tuple[str, ...]:
        """Why the contract would refuse them: `bond_gas` is a challenger's bond."""
        found = []
        if not 0 < self.rate_bps < BPS:
            found.append(
                f"rate: expected 0.01 % to 99.99 %, got {self.rate_bps / 100} %"
            )
            return tuple(found)
        if self.prize_gas >= PENALTY_GAS:
            found.append(
                f"prize: expected less than {PENALTY_GAS:,} gas units, a lost lease's "
                f"penalty, got {self.prize_gas:,}: walking away would pay"
            )
        blind = bond_gas * (BPS - self.rate_bps) // self.rate_bps
        if self.prize_gas >= blind:
            found.append(
                f"prize: expected less than {blind:,} gas units at that rate, got "
                f"{self.prize_gas:,}: challenging blindly would pay"
            )
        least = 4 * (JOIN_GAS + self.check_gas * BPS // self.rate_bps)
        if self.prize_gas <= least:
            found.append(
                f"prize: expected more than {least:,} gas units at that rate, got "
                f"{self.prize_gas:,}: checking wouldn't pay"
            )
        return tuple(found)


@dataclass(frozen=True, slots=True)
class Checking:
    """What checking one worker's audited claims earns. `price_wei` of a gas unit."""

    worker: bytes
    terms: Terms
    price_wei: int
    claims: int
    """Of its claims that stand and may be tests."""
    tests: int
    """That it has confessed so far."""
    silences: int

    @property
    def prize_wei(self) -> int:
        return self.terms.prize_gas * self.price_wei

    @property
    def income_wei(self) -> int:
        """Of a check, if two others look as well; computing isn't taken off."""
        return int(self.terms.income_gas() * self.price_wei)

    @property
    def alone_wei(self) -> int:
        """The same, if nobody else looks."""
        return int(self.terms.income_gas(0) * self.price_wei)

    def as_json(self) -> JsonObject:
        return {
            "worker": f"0x{self.worker.hex()}",
            "rate_bps": self.terms.rate_bps,
            "prize_gas": self.terms.prize_gas,
            "feed_bps": self.terms.feed_bps,
            "check_gas": self.terms.check_gas,
            "price_wei": self.price_wei,
            "claims": self.claims,
            "tests": self.tests,
            "silences": self.silences,
            "prize_wei": self.prize_wei,
            "income_wei": self.income_wei,
            "income_alone_wei": self.alone_wei,
        }

    @classmethod
    def from_json(cls, told: Mapping[str, int | str]) -> "Checking":
        names = ("rate_bps", "prize_gas", "feed_bps", "check_gas")
        return cls(
            worker=bytes.fromhex(str(told["worker"]).removeprefix("0x")),
            terms=Terms(*(int(told[name]) for name in names)),
            price_wei=int(told["price_wei"]),
            claims=int(told["claims"]),
            tests=int(told["tests"]),
            silences=int(told["silences"]),
        )


def terms_of(joined: events.Joined) -> Terms:
    return Terms(joined.rate_bps, joined.prize_gas, joined.feed_bps, joined.check_gas)
