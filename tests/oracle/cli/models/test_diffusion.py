"""`plumb model convert --schedule`: a network and a schedule to an image that draws."""

import json
from pathlib import Path

import numpy as np
import pytest
from support.programs.command import Plumb, plumb_in
from support.tiny_unet import save_unet

import tinynn
from oracle.cards import read_card
from tinynn.drawing import Drawing


@pytest.fixture
def plumb(capsys: pytest.CaptureFixture[str]) -> Plumb:
    return plumb_in(capsys)


@pytest.fixture
def net(tmp_path: Path) -> Path:
    (tmp_path / "s.json").write_text(json.dumps({"_class_name": "DDIMScheduler"}))
    return save_unet(tmp_path / "unet.onnx")


def test_convert_writes_an_image_that_draws(plumb: Plumb, net: Path) -> None:
    folder = net.parent
    (folder / "labels").write_text("\n".join(map(str, range(10))))
    command = ("model", "convert", net, "--schedule", folder / "s.json", "--json")
    options = ("--steps", 4, "--eta", 1, "--labels", folder / "labels")
    data = plumb(*command, *options, "-o", folder / "d.plumb").json()
    assert data["sampler"] == "DDIM, eta 1, 4 steps of 1000"
    assert data["verification"]["verdict"] == "passed"
    assert data["verification"]["step_difference"] < 1e-4
    model = tinynn.load(folder / "d.plumb")
    drawing = Drawing.of(model.tables)
    assert drawing == Drawing(takes_label=True)
    pixels = np.frombuffer(model.answer(drawing.request(bytes(32), 3)), np.uint8)
    assert pixels.size == 64
    card = read_card(folder / "d.card.json")
    assert [port.kind for port in card.inputs] == ["numbers", "labels"]
    assert card.inputs[1].labels == tuple("0123456789")
    assert [(port.kind, port.shape) for port in card.outputs] == [("picture", (8, 8))]
    assert plumb("model", "show", folder / "d.plumb").status == 0
    assert plumb("model", "inspect", folder / "d.plumb").status == 0


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--steps", 3), "expected --schedule with it"),
        (("--eta", 1), "expected --schedule with it"),
        (("--schedule", "s.json", "--argmax"), "a diffusion model has none"),
        (("--schedule", "none.json"), "none.json"),
        (("--schedule", "s.json", "--eta", 2), "--eta: expected a number from 0 to 1"),
        (("--schedule", "s.json", "--steps", 2000), "--steps: expected 1 to 1000"),
        (("--schedule", "odd.json"), "sigmas: expected no such field"),
    ],
)
def test_what_does_not_fit_is_told(
    plumb: Plumb, net: Path, options: tuple[object, ...], told: str
) -> None:
    (net.parent / "odd.json").write_text('{"sigmas": 1}')
    given = [net.parent / o if str(o).endswith(".json") else o for o in options]
    found = plumb("model", "convert", net, *given)
    assert found.status in (1, 2)
    assert told in " ".join(found.err.replace("│", " ").split())
    assert "Traceback" not in found.err
