"""Models that are registered under a name, and fetched."""

import json
import re
from hashlib import sha256
from pathlib import Path

import pytest
from support.programs.command import plumb_in
from support.sources import onnx_nets
from support.testbeds.devnet import DevnetTestbed
from support.testbeds.embedded import tiny_image

from tinynn import models


def test_model_registered_under_a_name_is_fetched_by_it(
    testbed: DevnetTestbed, tmp_path: Path
) -> None:
    image = tmp_path / "copy.plumb"
    image.write_bytes(models.path("mnist").read_bytes())
    options = ("--name", "mine", "--royalty-bps", 100)
    told = testbed.json("model", "register", image, *options, account=6)
    assert told["uris"] == [image.as_uri()]
    listed = testbed.json("model", "list")["models"]
    assert told["model_id"] in [model["model_id"] for model in listed]
    assert "mine" in [model["name"] for model in listed]
    told_whole = testbed.plumb("model", "list").out
    assert "name     mine" in told_whole and told["model_id"] in told_whole
    fetched = Path(testbed.json("model", "fetch", "mine")["file"])
    assert fetched.read_bytes() == image.read_bytes()
    again = testbed.plumb("model", "register", image, *options, account=6)
    assert (again.status, "was registered before" in again.err) == (0, True)
    assert told["model_id"] in again.out


def test_model_in_a_file_is_fetched_into_another_home_only_if_allowed(
    testbed: DevnetTestbed, tmp_path: Path
) -> None:
    """Its URI is whoever registered it's; whoever did so at home has it there."""
    image = tmp_path / "copy.plumb"
    image.write_bytes(tiny_image())
    told = testbed.json("model", "register", image, account=7)["model_id"]
    assert testbed.json("model", "fetch", told)["model_root"]
    testbed.shared = (*testbed.shared, "--home", tmp_path / "other")
    (models_ill,) = (
        found
        for found in json.loads(
            testbed.plumb("worker", "doctor", "--json", "--model", told).out
        )["findings"]
        if found["subject"] == "models"
    )
    assert models_ill["told"] == f"not here yet: {told}"
    assert models_ill["cure"].startswith(f"`plumb model fetch {told}`")
    status = testbed.json("worker", "status", "--model", told)
    assert (status["models"], status["awaited"]) == (0, [told])
    assert "no model that it names is here" in status["verdict"]
    shown = testbed.plumb("worker", "status", "--model", told).out
    assert re.search(rf"not here yet +{told}", shown)
    refused = testbed.plumb("model", "fetch", told)
    assert refused.status == 1 and "allow it with --fetch-from" in refused.err
    testbed.json("model", "fetch", told, "--fetch-from", "file")
    status = testbed.json("worker", "status", "--model", told)
    assert (status["models"], status["awaited"]) == (1, [])
    unnamed = testbed.json("worker", "status")
    assert unnamed["verdict"].startswith("It earns nothing: it serves no model.")
    assert testbed.json("worker", "status", "--model", "store")["models"] == 1


def test_model_registered_with_its_card_is_fetched_all_the_same(
    testbed: DevnetTestbed, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """The entry of the card comes first here, and no image is sought there."""
    nodes, kind = [onnx_nets.node("Relu", "x", "y")], (onnx_nets.FLOAT, (1, 4))
    source = onnx_nets.save_net(tmp_path / "net.onnx", nodes, y=kind)
    image = tmp_path / "net.plumb"
    assert plumb_in(capsys)("model", "convert", source, "--no-verify").status == 0
    card = tmp_path / "net.card.json"
    entry = f"{card.as_uri()}#card=sha256:{sha256(card.read_bytes()).hexdigest()}"
    uris = ("--uri", entry, "--uri", image.as_uri(), "--card-uri", card.as_uri())
    told = testbed.json("model", "register", image, *uris, "--name", "net", account=6)
    assert told["uris"] == [entry, image.as_uri(), entry]
    fetched = Path(testbed.json("model", "fetch", "net")["file"])
    assert fetched.read_bytes() == image.read_bytes()
    card.unlink()
    ended = testbed.plumb("model", "register", image, *uris, account=6)
    assert ended.status == 1 and "expected the model's card, got none" in ended.err
