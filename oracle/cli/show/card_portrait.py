"""A model card described: as data, and as a table for a person."""

from dataclasses import asdict
from typing import Any

from rich.console import RenderableType

from converters.meanings import told as named
from oracle.cards.card import Accuracy, Card, Tensor
from oracle.cli.common.output import facts


def card_data(card: Card) -> Any:
    """All of it for `--json`."""
    return asdict(card)


def card_tables(card: Card) -> list[RenderableType]:
    """The same for a person."""
    source, work = card.source, card.work
    shown: dict[str, object] = {
        "name": card.name,
        "licence": card.licence or "not named",
        "model root": card.model_root,
        "program root": card.program_root,
        "made of": f"{source.file}, {source.producer or 'unknown producer'}",
        "its sha256": source.sha256,
    }
    for what, ports in (("input", card.inputs), ("output", card.outputs)):
        for port in ports:
            shown[f"{what} {port.name}"] = port_told(port)
    usually = f"{work.instructions_usually:,} on {work.counted_on}"
    shown["instructions"] = f"{usually}, at most {work.instructions_at_most:,}"
    gas = work.worst_step_gas
    shown["worst step"] = "-" if gas is None else f"about {gas:,} gas to prove"
    shown["accuracy"] = accuracy_told(card.accuracy)
    if card.notes:
        shown["notes"] = "\n".join(card.notes)
    return [facts(shown)]


def port_told(port: Tensor) -> str:
    """Type, shape, and what is meant."""
    parts = [f"{port.dtype} {' x '.join(map(str, port.shape)) or 'scalar'}", port.kind]
    if port.scale is not None:
        parts.append(f"each byte times {port.scale:.9g}")
    if port.labels:
        parts.append(f"from 0: {named(port.labels)}")
    if port.columns:
        parts.append(f"columns {named(port.columns)}")
    if port.image_name != port.name:
        parts.append(f"in the image {port.image_name}")
    return ", ".join([*parts, port.meaning] if port.meaning else parts)


def accuracy_told(found: Accuracy | None) -> str:
    if found is None:
        return "never verified"
    parts = [found.verdict]
    if found.reference:
        parts.append(f"against {found.reference} on {found.samples} of {found.data}")
    if found.largest_difference is not None:
        parts.append(f"off by {found.largest_difference:.3g} at most")
    if found.accuracy is not None:
        theirs = found.source_accuracy
        beside = "" if theirs is None else f", source {theirs:.2%}"
        parts.append(f"{found.accuracy:.2%} right{beside}")
    return ", ".join(parts)
