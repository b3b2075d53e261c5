"""A diffusion model's image: onnxruntime's steps, guest = native = WebAssembly."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto
from support.images.models import assert_guest_agrees
from support.tiny_unet import save_unet

import tinynn
from converters.diffusion.checking import (
    CLASSES,
    TIMESTEP,
    checked,
    levels_of,
    noise,
    pictures,
    traced,
)
from converters.diffusion.conversion import Converted, Options, converted, graph_of
from converters.diffusion.sampler import ON_THE_WAY, START
from converters.errors import BadModelFile, BadOption, Unsupported
from tinynn.drawing import Drawing
from tinynn.errors import InputError

SEED = bytes(range(100, 132))


def schedule_of(folder: Path, kind: str = "DDIM", **more: Any) -> Path:
    path = folder / "scheduler_config.json"
    path.write_text(json.dumps({"_class_name": f"{kind}Scheduler", **more}))
    return path


def made(folder: Path, steps: int, kind: str = "DDIM", **more: Any) -> Converted:
    net = save_unet(folder / "unet.onnx")
    return converted(net, Options(schedule_of(folder, kind, **more), steps))


def by_papers(path: Path, config: dict[str, Any], steps: int, label: int) -> Any:
    """The picture as the papers' algorithms have it, in float64 around onnxruntime, of
    noise that images draw: an implementation of its own, from end to end."""
    import onnxruntime

    session = onnxruntime.InferenceSession(str(path))
    most = 1000
    alphas = np.cumprod(1 - np.linspace(1e-4, 0.02, most))
    x = noise(SEED, 0, START, 64).astype(np.float64).reshape(1, 1, 8, 8)
    times = [most // steps * i for i in reversed(range(steps))]
    for number, t in enumerate(times):
        given = {"sample": x.astype(np.float32), TIMESTEP: np.array([t], np.int64)}
        given[CLASSES] = np.array([label], np.int64)
        o = session.run(None, given)[0].astype(np.float64)
        a, before = alphas[t], t - most // steps
        b = alphas[before] if before >= 0 else 1.0
        clean = ((x - (1 - a) ** 0.5 * o) / a**0.5).clip(-1, 1)
        z = noise(SEED, number, ON_THE_WAY, 64).astype(np.float64).reshape(x.shape)
        if config["_class_name"] == "DDPMScheduler":
            beta = 1 - a / b
            x = (b**0.5 * beta * clean + (a / b) ** 0.5 * (1 - b) * x) / (1 - a)
            x += (((1 - b) / (1 - a) * beta) ** 0.5 if t else 0) * z
        else:
            sigma = config["eta"] * ((1 - b) / (1 - a) * (1 - a / b)) ** 0.5
            x = b**0.5 * clean + (1 - b - sigma**2) ** 0.5 * o + sigma * z
    return levels_of(x)


@pytest.mark.parametrize(("kind", "eta"), [("DDIM", 0.0), ("DDIM", 1.0), ("DDPM", 0.0)])
def test_picture_is_that_of_the_papers(kind: str, eta: float, tmp_path: Path) -> None:
    """At most a level off, after ten steps."""
    found = made(tmp_path, 10, kind, eta=eta)
    model = tinynn.load(found.image)
    drawing = Drawing.of(model.tables)
    assert drawing is not None
    (pixels,) = model.decode_output(model.answer(drawing.request(SEED, 7)))
    config = json.loads((tmp_path / "scheduler_config.json").read_text())
    expected = by_papers(tmp_path / "unet.onnx", config, 10, 7)
    assert pixels.shape == (8, 8) and len(np.unique(pixels)) > 4
    assert np.abs(pixels.astype(int) - expected).max() <= 1


@pytest.mark.parametrize("kind", ["epsilon", "sample", "v_prediction"])
@pytest.mark.parametrize("clip", [True, False])
def test_steps_are_those_of_onnxruntime(kind: str, clip: bool, tmp_path: Path) -> None:
    found = made(tmp_path, 5, eta=0.5, prediction_type=kind, clip_sample=clip)
    check = checked(found, traced(found))
    assert check.good and check.step < 5e-5, check


def test_check_fails_a_sampler_with_a_wrong_number(tmp_path: Path) -> None:
    found = made(tmp_path, 5)
    for name in "abcde":
        numbers = getattr(found.steps, name).copy()
        numbers[2] += 0.01
        wrong = replace(found, steps=replace(found.steps, **{name: numbers}))
        assert not checked(found, traced(wrong)).good, name


@pytest.mark.parametrize("kind", ["DDIM", "DDPM"])
def test_guest_draws_the_same(kind: str, tmp_path: Path) -> None:
    """At every boundary of two steps, for labels of any bits."""
    model = tinynn.load(made(tmp_path, 2, kind).image)
    drawing = Drawing.of(model.tables)
    assert drawing is not None
    rng = np.random.default_rng(3)
    label = int(rng.integers(-(1 << 31), 1 << 31))
    output = assert_guest_agrees(model, drawing.request(rng.bytes(32), label))
    assert len(output) == 64


def test_picture_depends_on_seed_and_label_only(tmp_path: Path) -> None:
    model = tinynn.load(made(tmp_path, 4).image)
    drawing = Drawing.of(model.tables)
    assert drawing is not None
    requests = [drawing.request(s, n) for s in (SEED, bytes(32)) for n in (1, 2)]
    answers = [model.answer(request) for request in requests]
    assert len(set(answers)) == 4
    assert [model.answer(request) for request in reversed(requests)] == answers[::-1]


def test_trace_begins_with_noise_and_ends_as_the_image(tmp_path: Path) -> None:
    found = made(tmp_path, 3)
    seen = pictures(tinynn.load(graph_of(found, "t", trace=True).build()), SEED, 4)
    assert np.array_equal(seen.begins[0].reshape(-1), noise(SEED, 0, START, 64))
    model = tinynn.load(found.image)
    request = SEED + (4).to_bytes(4, "little")
    assert model.answer(request) == seen.pixels.tobytes()


def test_colours_lie_pixel_by_pixel(tmp_path: Path) -> None:
    net = save_unet(tmp_path / "u.onnx", channels=3, classes=0)
    found = converted(net, Options(schedule_of(tmp_path), 2))
    model = tinynn.load(found.image)
    assert model.outputs[0].shape == (8, 8, 3)
    drawing = Drawing.of(model.tables)
    assert drawing == Drawing(takes_label=False)
    assert drawing.asked(drawing.request(SEED)) == (SEED, None)
    assert checked(found, traced(found)).good


@pytest.mark.parametrize("dtype", [TensorProto.FLOAT, TensorProto.INT32])
def test_timesteps_may_be_of_another_type(dtype: int, tmp_path: Path) -> None:
    net = save_unet(tmp_path / "u.onnx", timestep=dtype)
    other = save_unet(tmp_path / "v.onnx")
    options = Options(schedule_of(tmp_path), 3, name="same")
    (found, same) = (tinynn.load(converted(p, options).image) for p in (net, other))
    request = SEED + bytes(4)
    assert found.answer(request) == same.answer(request)


def test_request_of_a_drawing_is_its_bytes() -> None:
    drawing = Drawing(takes_label=True)
    assert drawing.request(SEED, -2) == SEED + b"\xfe\xff\xff\xff"
    assert drawing.asked(SEED + b"\xfe\xff\xff\xff") == (SEED, -2)
    for seed, label in ((SEED[1:], 1), (SEED, None), (SEED, 1 << 31)):
        with pytest.raises(InputError):
            drawing.request(seed, label)
    with pytest.raises(InputError, match="none: the model takes a seed only"):
        Drawing(takes_label=False).request(SEED, 3)
    with pytest.raises(InputError):
        drawing.asked(SEED)


def test_networks_that_no_image_can_sample_are_refused(tmp_path: Path) -> None:
    options = Options(schedule_of(tmp_path), 3)
    cases = [
        ({"extra": "encoder_hidden_states"}, "encoder_hidden_states"),
        ({"channels": 2}, "1, 3 or 4 channels, got 2"),
        ({"timestep": TensorProto.DOUBLE}, "input 'timestep' of int64 or"),
    ]
    for made_with, told in cases:
        net = save_unet(tmp_path / "u.onnx", **made_with)  # type: ignore[arg-type]
        with pytest.raises(BadModelFile, match=told):
            converted(net, options)
    model = onnx.load(save_unet(tmp_path / "u.onnx"))
    for node in model.graph.node[:2]:
        node.domain = "ours"
    model.opset_import.append(onnx.helper.make_opsetid("ours", 1))
    onnx.save(model, tmp_path / "u.onnx")
    with pytest.raises(Unsupported) as caught:
        converted(tmp_path / "u.onnx", options)
    assert len(caught.value.problems) == 2


def test_options_that_do_not_fit_are_refused(tmp_path: Path) -> None:
    net, ddim = save_unet(tmp_path / "u.onnx"), schedule_of(tmp_path)
    for options in (Options(ddim, 0), Options(ddim, 3, eta=2), Options(ddim, 1 << 17)):
        with pytest.raises(BadOption):
            converted(net, options)
    ddpm = schedule_of(tmp_path, "DDPM")
    with pytest.raises(BadOption, match="--eta: expected none with a DDPMScheduler"):
        converted(net, Options(ddpm, 3, eta=0.5))
