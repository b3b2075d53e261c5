"""What takes long to find out, or makes the chain be asked: kept for all visitors."""

from dataclasses import dataclass, field

from oracle.web.views.cards import Cards
from oracle.web.views.disputes import Disputes
from oracle.web.views.offers import Offers
from oracle.web.views.stakes import Stakes


@dataclass(frozen=True, slots=True)
class Kept:
    disputes: Disputes = field(default_factory=Disputes)
    offers: Offers = field(default_factory=Offers)
    stakes: Stakes = field(default_factory=Stakes)
    cards: Cards = field(default_factory=Cards)
