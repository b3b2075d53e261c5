"""Model cards: what a publisher says of an image, in a file beside it."""

from oracle.cards.card import Card
from oracle.cards.files import (
    card_path,
    card_uri,
    found_card,
    is_card_uri,
    read_card,
    write_card,
)

__all__ = [
    "Card",
    "card_path",
    "card_uri",
    "found_card",
    "is_card_uri",
    "read_card",
    "write_card",
]
