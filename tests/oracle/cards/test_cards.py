"""Model cards: what a file must hold to be one, and where the registry names it."""

import json
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from oracle.cards import (
    Card,
    card_path,
    card_uri,
    found_card,
    is_card_uri,
    read_card,
    write_card,
)
from oracle.cards.card import Accuracy, Source, Tensor, Work
from oracle.cards.files import MOST_BYTES
from oracle.errors import BadCard

ROOT = bytes(range(32))
LONG = "serving_default_" * 3
CARD = Card(
    card=1,
    name="digits",
    model_root=f"0x{ROOT.hex()}",
    program_root="0x" + "ab" * 32,
    licence="MIT",
    source=Source("digits.onnx", "cd" * 32, "pytorch 2.13", 17),
    inputs=(Tensor(LONG, LONG[:32], "uint8", (28, 28), "picture", 1 / 255),),
    outputs=(
        Tensor("scores", "scores", "float32", (2,), "scores", columns=("no", "ja: ü")),
        Tensor("digit", "digit", "int32", (1,), "labels", labels=("no", "ja: ü")),
    ),
    notes=("float64 rounded to float32",),
    accuracy=Accuracy("passed", "onnxruntime", 12, "x.npz", 1e-6, 1.0, 0.9, 0.9),
    work=Work(19_043, 17_968, 5_843, "random numbers", None),
)


def test_card_is_read_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "digits.card.json"
    for card in (CARD, replace(CARD, accuracy=None)):
        write_card(path, card)
        assert read_card(path) == card
    assert "ja: ü" in path.read_text(encoding="utf-8")


def test_card_knows_names_both_ways() -> None:
    assert CARD.short_names[LONG] == LONG[:32]
    assert CARD.whole_names[LONG[:32]] == LONG


@pytest.mark.parametrize(
    ("image", "card"),
    [("a/digits.plumb", "a/digits.card.json"), ("digits", "digits.card.json")],
)
def test_card_lies_beside_its_image(image: str, card: str) -> None:
    assert card_path(Path(image)) == Path(card)


def without(name: str) -> Any:
    def change(data: Any) -> None:
        del data[name]

    return change


def with_field(value: Any, *path: str | int) -> Any:
    def change(data: Any) -> None:
        for part in path[:-1]:
            data = data[part]
        data[path[-1]] = value

    return change


WRONG = {
    "name left out": (
        without("name"),
        "missing 1 required positional argument: 'name'",
    ),
    "unknown field": (with_field(1, "colour"), "expected no 'colour', got one"),
    "number for text": (
        with_field(7, "licence"),
        "licence: expected str, got int",
    ),
    "text in a list": (
        with_field("x", "notes"),
        "notes: expected a list, got str",
    ),
    "another list": (
        with_field([1], "notes"),
        r"notes\[0\]: expected str, got int",
    ),
    "a list for a part": (with_field([], "work"), "card.work: expected an object"),
    "bool for a number": (
        with_field(True, "work", "longest_segment"),
        "work.longest_segment: expected int, got bool",
    ),
    "deep inside": (
        with_field(None, "outputs", 0, "kind"),
        r"card.outputs\[0\].kind: expected str, got NoneType",
    ),
    "a shape of halves": (
        with_field([0.5], "inputs", 0, "shape"),
        r"inputs\[0\].shape\[0\]: expected int, got float",
    ),
    "another version": (with_field(2, "card"), "expected a card of version 1, got 2"),
}


@pytest.mark.parametrize("name", WRONG)
def test_card_that_is_none_is_refused(name: str, tmp_path: Path) -> None:
    change, message = WRONG[name]
    path = tmp_path / "digits.card.json"
    write_card(path, CARD)
    data = json.loads(path.read_bytes())
    change(data)
    path.write_text(json.dumps(data))
    with pytest.raises(BadCard, match=message):
        read_card(path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"{", "Expecting property name"),
        (b"[]", "card: expected an object, got list"),
        (b"[" * 1000, "at most 500 levels"),
        (b" " * (MOST_BYTES + 1), "expected at most 1048576 bytes, got more"),
    ],
)
def test_file_that_is_no_card_is_refused(
    text: bytes, message: str, tmp_path: Path
) -> None:
    path = tmp_path / "x.card.json"
    path.write_bytes(text)
    with pytest.raises(BadCard, match=message):
        read_card(path)


def test_card_of_another_model_is_refused(tmp_path: Path) -> None:
    image = tmp_path / "digits.plumb"
    assert found_card(image, ROOT) is None
    write_card(card_path(image), CARD)
    assert found_card(image, ROOT) == CARD
    with pytest.raises(BadCard, match="expected the card of 0x00"):
        found_card(image, bytes(32))


def test_card_entry_has_the_hash_and_is_known(tmp_path: Path) -> None:
    path = tmp_path / "digits.card.json"
    write_card(path, CARD)
    entry = card_uri("https://example.org/c.json", path)
    hashed = sha256(path.read_bytes()).hexdigest()
    assert entry == f"https://example.org/c.json#card=sha256:{hashed}"
    assert is_card_uri(entry)


@pytest.mark.parametrize(
    "uri",
    [
        "https://example.org/model.plumb",
        "https://example.org/model.plumb#card",
        "https://example.org/c.json#card=sha256:" + "0" * 63,
        "https://example.org/c.json#card=sha256:" + "G" * 64,
        "#card=sha256:" + "0" * 64,
    ],
)
def test_entry_of_an_image_is_none_of_a_card(uri: str) -> None:
    assert not is_card_uri(uri)
