"""The least bond of a claim, by the base fee. Twin of `GasPrice` and `bondFor`."""

from typing import Final

from challenge import tariff

GWEI: Final = 10**9
FLOOR_WEI: Final = GWEI
BASE_FEE_MULTIPLE: Final = 2
HEADROOM: Final = 2
"""A base fee rises by an eighth a block at most, so it doubles in six blocks. Then an
accept isn't mined anyway: its `maxFeePerGas` is twice the base fee, and a tip."""


def gas_price(base_fee: int) -> int:
    """Wei a gas unit that bonds and tariffs are reckoned at."""
    return max(FLOOR_WEI, BASE_FEE_MULTIPLE * base_fee)


def least_bond(base_fee: int) -> int:
    """Wei."""
    return tariff.WORKER_BOND * gas_price(base_fee)


def highest_least_bond(base_fee: int) -> int:
    """What the least may be by the time that what is sent now is mined, in wei."""
    return least_bond(HEADROOM * base_fee)
