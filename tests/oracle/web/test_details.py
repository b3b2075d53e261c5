"""What pages say beside the answer: licences, stakes, callbacks, colours."""

import base64
import io
import json
import shutil
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import numpy as np
import pytest

import tinynn
from oracle.chain import events
from oracle.web.pages.looks import environment
from oracle.web.scene.onlooker import Told
from oracle.web.tensors.pictures import shown_input
from oracle.web.trial.company import STAKE_WEI, Up
from oracle.web.views.cards import Cards
from oracle.web.views.requests import callback
from oracle.web.views.stakes import MOST_ASKED, Stakes
from tinynn import models
from tinynn.builder.graph import GraphBuilder

MNIST = tinynn.load(models.path("mnist"))


def card(root: bytes, licence: str) -> dict[str, Any]:
    """As `plumb model convert` writes one."""
    sixes = f"0x{'66' * 32}"
    return {
        "card": 1,
        "name": "mnist",
        "model_root": f"0x{root.hex()}",
        "program_root": sixes,
        "licence": licence,
        "source": {"file": "m.onnx", "sha256": "ab", "producer": "p", "opset": 17},
        "inputs": [],
        "outputs": [],
        "notes": [],
        "accuracy": None,
        "work": {
            "instructions_at_most": 2,
            "longest_segment": 1,
            "instructions_usually": 1,
            "counted_on": "zeros",
            "worst_step_gas": None,
        },
    }


def carded(folder: Path, root: bytes, licence: str) -> tinynn.Model:
    image = folder / "mnist.plumb"
    shutil.copy(models.path("mnist"), image)
    told = json.dumps(card(root, licence))
    image.with_name("mnist.card.json").write_text(told)
    return tinynn.load(image)


def test_licence_is_the_card_s(tmp_path: Path) -> None:
    cards = Cards()
    found = cards.of(carded(tmp_path, MNIST.model_root, "MIT \x1b[31m<b>\u202e"))
    assert found is not None and found["licence"] == r"MIT \x1b[31m<b>\u202e"
    assert found["source"] == "m.onnx"
    again = cards.of(carded(tmp_path, MNIST.model_root, "Apache-2.0"))
    assert again is not None and again["licence"] == "Apache-2.0", "read again"


@pytest.mark.parametrize("what", ["another model's", "no JSON", "none"])
def test_card_that_is_not_the_model_s_says_nothing(tmp_path: Path, what: str) -> None:
    root = bytes(32) if what == "another model's" else MNIST.model_root
    model = carded(tmp_path, root, "MIT")
    if what == "no JSON":
        (tmp_path / "mnist.card.json").write_text("{")
    if what == "none":
        (tmp_path / "mnist.card.json").unlink()
    assert Cards().of(model) is None


def test_model_s_page_has_cost_and_history(up: Up, client: httpx.Client) -> None:
    (row,) = client.get("/api/v1/models").json()["models"]
    assert row["requests"] == 2 and len(row["workers"]) == 1
    page = client.get(f"/models/{row['model_id']}").text
    assert "for the longest answer" in page and 'href="/requests/2"' in page
    assert client.get(f"/models/0x{bytes(32).hex()}").status_code == 404


def test_stakes_are_what_the_contract_holds(up: Up, client: httpx.Client) -> None:
    site = up.company.site
    staking = site.deployments.contracts.staking
    for row in client.get("/api/v1/workers").json()["workers"]:
        account = bytes.fromhex(row["worker"][2:])
        free, locked = site.chain.call(staking, "balanceOf", account)
        assert row["stake"] == {"free_wei": str(free), "locked_wei": str(locked)}
        whole = free + locked
        assert whole == STAKE_WEI if not row["slashed"] else whole < STAKE_WEI


def test_visitors_make_the_chain_be_asked_once_a_block(up: Up) -> None:
    asked: list[bytes] = []

    class Chain:
        def call(self, contract: Any, function: str, account: bytes) -> Any:
            asked.append(account)
            return 1, 2

    site = SimpleNamespace(chain=Chain(), deployments=up.company.site.deployments)
    scene = replace(up.onlooker.scene, site=site)
    stakes = Stakes()
    many = [number.to_bytes(20) for number in range(MOST_ASKED + 5)]
    for _ in range(3):
        found = stakes.of(scene, many)
        assert sum(each is None for each in found.values()) == 5
    assert len(asked) == MOST_ASKED
    later = replace(scene, head=replace(scene.head, hash=b"\1" * 32))
    stakes.of(later, many[:2])
    assert len(asked) == MOST_ASKED + 2


ONE = (9, bytes(32), 1, bytes(20))
"""A block, a transaction, a request, who asked."""
WORDS = b"no room <b>\x1b"
REASON = (
    bytes.fromhex("08c379a0")
    + (32).to_bytes(32)
    + len(WORDS).to_bytes(32)
    + WORDS.ljust(32, b"\0")
)


@pytest.mark.parametrize(
    ("event", "result", "reason"),
    [
        (events.CallbackSucceeded(*ONE), "succeeded", ""),
        (events.CallbackSkipped(*ONE), "skipped", ""),
        (
            events.CallbackFailed(9, bytes(32), 1, bytes(20), REASON),
            "failed",
            "no room",
        ),
        (events.CallbackFailed(*ONE, b""), "failed", "gas"),
    ],
)
def test_callback_s_result_is_told(
    up: Up, event: events.Event, result: str, reason: str
) -> None:
    scene = up.onlooker.scene
    assert callback(scene, 1) is None
    scene = replace(scene, told=(*scene.told, Told(event, 1)))
    found = callback(scene, 1)
    assert found is not None and found["result"] == result
    assert reason in found["reason"] and "\x1b" not in found["reason"]
    assert callback(scene, 2) is None


def picture_of(shown: dict[str, Any]) -> Any:
    """Its pixels, by Pillow."""
    images = pytest.importorskip("PIL.Image")
    data = base64.b64decode(shown["picture"].partition(",")[2])
    return np.asarray(images.open(io.BytesIO(data)))


@pytest.mark.parametrize("dtype", ["uint8", "float32"])
@pytest.mark.parametrize("shape", [(3, 12, 9), (1, 12, 9, 3), (12, 9, 4), (1, 12, 9)])
def test_picture_in_colours_is_shown_as_one(dtype: str, shape: tuple[int, ...]) -> None:
    g = GraphBuilder("picture")
    g.output(g.op("Reshape", g.input("x", dtype, shape), shape=shape), "y")
    model = tinynn.load(bytes(g.build()))
    levels = np.random.default_rng(5).integers(0, 256, shape, dtype=np.uint8)
    levels.reshape(-1)[:2] = 0, 255
    array = levels if dtype == "uint8" else levels.astype("<f4") / np.float32(255)
    (shown,) = shown_input(model, array.tobytes())
    expected = levels.reshape([side for side in shape if side != 1])
    if shape[0] == 3:
        expected = expected.transpose(1, 2, 0)
    assert shown["size"] == (9, 12)
    assert np.array_equal(picture_of(shown), expected)


@pytest.mark.parametrize("value", [np.nan, np.inf, 1e9, -7])
def test_numbers_that_are_no_levels_are_no_picture(value: float) -> None:
    g = GraphBuilder("numbers")
    g.output(g.op("Neg", g.input("x", "float32", (3, 12, 9))), "y")
    array = np.zeros((3, 12, 9), "<f4")
    array[1, 2, 3] = value
    (shown,) = shown_input(tinynn.load(bytes(g.build())), array.tobytes())
    assert "picture" not in shown and shown["count"] == array.size


def test_every_template_compiles() -> None:
    looks = environment()
    for name in looks.list_templates():
        looks.get_template(name)
