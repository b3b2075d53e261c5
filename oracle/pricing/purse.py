"""When stake goes home to the account that pays for gas.

Tariffs, bonds and fees are credits in the bank; transactions are paid for by the
account. What a stranger may choose is how many games there are, and what it deposits
for somebody else.
"""

from oracle.pricing.market import Market

WITHDRAW_GAS = 60_000
"""What a withdrawal takes at most."""
WORTH = 10
"""So many times its gas must a withdrawal bring: or whoever deposits a wei for a node
has it spend as much gas as that took."""
DEARER = 2
"""So many times today's price is reckoned with, whatever the user's cap."""
AHEAD = 2
"""So much of what is lacking is taken out, so as not to come again with each game."""


def is_worth_it(wei: int, price_wei: int) -> bool:
    """Whether so much is to be withdrawn, at that price of a gas unit."""
    return 0 < wei >= WORTH * WITHDRAW_GAS * price_wei


def top_up(market: Market) -> int:
    """Wei to take from the free stake for what is held, with all its games; 0 if the
    account has enough, or there is too little to be worth it."""
    dear = min(market.worst_price_wei, DEARER * market.price_wei)
    needed = market.gas_held * dear
    if not needed or (balance := market.balance()) >= needed:
        return 0
    amount = min(AHEAD * needed - balance, market.free_wei)
    return amount if is_worth_it(amount, market.price_wei) else 0
