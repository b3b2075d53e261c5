"""Where cards lie, and how a registry entry names one.

A card lies beside its image, `digits.plumb` beside `digits.card.json`. An entry of a
model's URIs that is of a card ends in its hash; who fetches images passes over it.
"""

import json
import re
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path

from converters.files import write_atomically
from mips_vm.json_text import parse
from oracle.cards.card import VERSION, Card
from oracle.cards.reading import made_of
from oracle.errors import BadCard

SUFFIX = ".card.json"
MARK = "#card=sha256:"
ENTRY = re.compile(r".+#card=sha256:[0-9a-f]{64}", re.DOTALL)
MOST_BYTES = 1 << 20


def card_path(image: Path) -> Path:
    """Where an image's card lies."""
    return image.with_name(image.name.removesuffix(".plumb") + SUFFIX)


def as_bytes(card: Card) -> bytes:
    """The file's content; the same for the same card."""
    text = json.dumps(asdict(card), indent=1, ensure_ascii=False, allow_nan=False)
    return text.encode() + b"\n"


def write_card(path: Path, card: Card) -> None:
    """Whole or not at all."""
    write_atomically(path, as_bytes(card))


def read_card(path: Path) -> Card:
    """BadCard if the file is none; OSError if it can't be read."""
    with path.open("rb") as file:
        text = file.read(MOST_BYTES + 1)
    if len(text) > MOST_BYTES:
        raise BadCard(path, f"at most {MOST_BYTES} bytes", "more")
    try:
        card = made_of(Card, parse(text), "card")
    except ValueError as error:
        raise BadCard(path, "a model card", str(error)) from error
    if card.card != VERSION:
        raise BadCard(path, f"a card of version {VERSION}", str(card.card))
    return card


def found_card(image: Path, model_root: bytes) -> Card | None:
    """The card beside an image, or None; BadCard if it is another model's."""
    path = card_path(image)
    if not path.is_file():
        return None
    card = read_card(path)
    root = f"0x{model_root.hex()}"
    if card.model_root != root:
        raise BadCard(path, f"the card of {root}", f"that of {card.model_root}")
    return card


def card_uri(uri: str, path: Path) -> str:
    """The registry's entry for the card in `path`, which others get at `uri`."""
    return f"{uri}{MARK}{sha256(path.read_bytes()).hexdigest()}"


def is_card_uri(uri: str) -> bool:
    """Whether an entry is of a card, not of an image."""
    return ENTRY.fullmatch(uri) is not None
