"""The profit guard: whether a request is worth a worker's gas and risk, and why not."""

from dataclasses import dataclass

from oracle.amounts import brief_wei, show_wei
from oracle.record import Asked

FIXED_GAS = 350_000
"""Of accept, submit and finalize together, without what depends on sizes."""
OUTPUT_BYTE_GAS = 120
"""Supplied twice, Merkleised and hashed; twin of the oracle's own estimate."""
MOST_LEASES = 64
"""Fine for answers that take up to half a minute; slower models need fewer."""
BPS = 10_000
MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Guard:
    """What a worker asks for. `risk_ppm` of the bond is what a claim is taken to cost
    in the long run: by a defence that goes wrong, by the bond lying idle. No more than
    `most_leases` are to be answered at a time: each ends after half an hour."""

    least_fee_wei: int = 0
    least_profit_wei: int | None = None
    risk_ppm: int = 10
    most_bond_wei: int | None = None
    most_leases: int = MOST_LEASES

    def objection(
        self, asked: Asked, bond_wei: int, gas_price_wei: int, output_bytes: int
    ) -> str:
        """Why the request is declined; empty if it is not."""
        request = asked.request
        if request.fee < self.least_fee_wei:
            return _short("fee", self.least_fee_wei, request.fee)
        if self.most_bond_wei is not None and bond_wei > self.most_bond_wei:
            return (
                f"bond: expected at most {brief_wei(self.most_bond_wei)}, "
                f"got {brief_wei(bond_wei)}"
            )
        if self.least_profit_wei is None:
            return ""
        profit = self.profit(asked, bond_wei, gas_price_wei, output_bytes)
        if profit < self.least_profit_wei:
            return _short("profit", self.least_profit_wei, profit)
        return ""

    def profit(
        self, asked: Asked, bond_wei: int, gas_price_wei: int, output_bytes: int
    ) -> int:
        """Fee less royalty, less gas at that price, less risk."""
        fee = asked.request.fee
        royalty = fee * asked.model.royalty_bps // BPS
        gas = FIXED_GAS + OUTPUT_BYTE_GAS * output_bytes + asked.request.callback_gas
        risk = bond_wei * self.risk_ppm // MILLION
        return fee - royalty - gas * gas_price_wei - risk


def _short(what: str, expected: int, actual: int) -> str:
    alike = brief_wei(expected) == brief_wei(actual)
    show = show_wei if alike else brief_wei
    return f"{what}: expected at least {show(expected)}, got {show(actual)}"
