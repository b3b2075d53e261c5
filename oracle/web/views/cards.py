"""What a model's publisher says of it, in the card that lies beside its image here."""

from pathlib import Path
from typing import Any, Final

import tinynn
from oracle.cards import Card, card_path, found_card
from oracle.errors import BadCard
from oracle.legible import legible

Data = dict[str, Any]
KEPT: Final = 256
MOST_TEXT: Final = 400


class Cards:
    """A card is read again once its file was written again."""

    def __init__(self) -> None:
        self._read: dict[tuple[Path, int], Data | None] = {}

    def of(self, model: tinynn.Model | None) -> Data | None:
        """None without an image here that came of a file, without a card beside it,
        and for one that is no card or another model's."""
        if model is None or not isinstance(model.source, Path):
            return None
        try:
            written = card_path(model.source).stat().st_mtime_ns
        except OSError:
            return None
        key = (model.source, written)
        if key not in self._read:
            if len(self._read) >= KEPT:
                self._read.clear()
            self._read[key] = _read(model.source, model.model_root)
        return self._read[key]


def _read(image: Path, model_root: bytes) -> Data | None:
    try:
        card = found_card(image, model_root)
    except (BadCard, OSError):
        return None
    return _shown(card) if card else None


def _shown(card: Card) -> Data:
    accuracy, work = card.accuracy, card.work
    return {
        "licence": _text(card.licence),
        "source": _text(card.source.file),
        "source_sha256": _text(card.source.sha256),
        "producer": _text(card.source.producer),
        "notes": [_text(note) for note in card.notes],
        "instructions_usually": str(work.instructions_usually),
        "worst_step_gas": work.worst_step_gas,
        "verdict": _text(accuracy.verdict) if accuracy else "",
        "samples": accuracy.samples if accuracy else None,
        "accuracy": accuracy.accuracy if accuracy else None,
        "source_accuracy": accuracy.source_accuracy if accuracy else None,
    }


def _text(words: str) -> str:
    return legible(words[:MOST_TEXT])
