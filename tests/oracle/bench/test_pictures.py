"""`plumb bench pictures`: promised names, measured on a tiny model that draws."""

import json
from pathlib import Path

import pytest
from support.programs.command import plumb_in
from support.tiny_unet import save_unet

import tinynn
from converters.diffusion.conversion import Options, converted
from oracle.bench.drawing import figures as pictures
from tinynn.drawing import Drawing

PROMISED = (
    *("pictures.seconds", "pictures.most_instructions", "pictures.dispute_seconds"),
    *("pictures.dispute_transactions", "pictures.dispute_gas"),
)


def test_figures_have_the_promised_names(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    schedule, image = tmp_path / "s.json", tmp_path / "tiny.plumb"
    schedule.write_text(json.dumps({"_class_name": "DDIMScheduler"}))
    net = save_unet(tmp_path / "unet.onnx", side=4)
    image.write_bytes(converted(net, Options(schedule, 2)).image)
    plumb = plumb_in(capsys)
    rows = plumb("bench", "pictures", "--model", image, "--json").json()["figures"]
    assert [row["name"] for row in rows] == list(PROMISED)
    assert all(row["value"] > 0 for row in rows)
    ended = plumb("bench", "pictures", "--model", "mnist")
    assert ended.status == 1 and "expected a model that draws" in ended.err


def test_model_of_random_weights_draws() -> None:
    model = tinynn.load(pictures.random_image())
    assert Drawing.of(model.tables) == Drawing(takes_label=True)
    assert model.outputs[0].shape == (28, 28)
    assert len(set(model.answer(pictures.request_of(model), 2))) > 20
