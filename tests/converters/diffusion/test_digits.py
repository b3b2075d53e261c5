"""The digits that were learnt: what the committed network draws, and its tools."""

from pathlib import Path

import numpy as np
import onnx
import pytest
from support.tiny_unet import save_unet

import tinynn
from converters.diffusion.conversion import Options, converted
from converters.diffusion.schedule import read_schedule
from converters.tools.diffusion import schedule
from converters.tools.diffusion.packing import of_bytes
from converters.tools.diffusion.quality import nearest, pictures, read

DATA = Path(__file__).parents[1] / "data" / "digits"
COUNT = 20


def test_network_draws_the_digits_that_are_asked_for() -> None:
    """As the digit reader sees them, which never saw the network."""
    made = converted(DATA / "unet.onnx", Options(DATA / "scheduler_config.json", 20))
    drawn = pictures(tinynn.load(made.image), COUNT)
    assert drawn.shape == (COUNT, 28, 28)
    assert (read(drawn) == np.arange(COUNT) % 10).mean() >= 0.8
    assert len({digit.tobytes() for digit in drawn}) == COUNT


def test_digits_are_told_from_noise() -> None:
    """So that the test above could fail."""
    noise = np.random.default_rng(1).integers(0, 256, (50, 28, 28)).astype(np.uint8)
    assert (read(noise) == np.arange(50) % 10).mean() < 0.4


def test_schedule_is_what_it_was_trained_by(tmp_path: Path) -> None:
    schedule.write(tmp_path / "s.json")
    assert (tmp_path / "s.json").read_bytes() == (
        DATA / "scheduler_config.json"
    ).read_bytes()
    said = read_schedule(tmp_path / "s.json")
    assert np.allclose(said.alphas, schedule.kept(), rtol=1e-12)


def test_tensors_as_bytes_are_the_nearest(tmp_path: Path) -> None:
    runtime = pytest.importorskip("onnxruntime")
    path = save_unet(tmp_path / "unet.onnx")
    before = onnx.load_model(path)
    after = of_bytes(onnx.load_model(path))
    levels = [i for i in after.graph.initializer if i.name.endswith(".levels")]
    assert levels, "some are large"
    held = {i.name: onnx.numpy_helper.to_array(i) for i in before.graph.initializer}
    packed = {i.name: onnx.numpy_helper.to_array(i) for i in after.graph.initializer}
    for each in levels:
        name = each.name.removesuffix(".levels")
        scales = packed[f"{name}.scales"].reshape(-1, *[1] * (held[name].ndim - 1))
        floats = packed[each.name].astype(np.float32) * scales
        assert (np.abs(floats - held[name]) <= scales * 0.51).all()
    rng = np.random.default_rng(2)
    given = {
        "sample": rng.standard_normal((1, 1, 8, 8)).astype(np.float32),
        "timestep": np.array([500]),
        "class_labels": np.array([3]),
    }
    one, other = (
        runtime.InferenceSession(m.SerializeToString()).run(None, given)[0]
        for m in (before, after)
    )
    assert 0 < np.abs(one - other).max() < 0.05 * np.abs(one).max()


def test_nearest_is_the_nearest() -> None:
    rng = np.random.default_rng(3)
    some, others = (rng.integers(0, 256, (n, 4, 4)).astype(np.uint8) for n in (5, 9))
    found = nearest(some, others)
    for digit, far in zip(some, found, strict=True):
        apart = [(digit.astype(float) - o) / 255 for o in others]
        assert far == pytest.approx(min(np.sqrt((a**2).mean()) for a in apart))
    assert nearest(others, others) == pytest.approx(0, abs=1e-6)


def test_training_learns_and_is_the_same_each_time() -> None:
    """Where PyTorch is; the trainer's own loss falls."""
    torch = pytest.importorskip("torch")
    from converters.tools.diffusion.train import train

    rng = np.random.default_rng(4)
    digits = np.zeros((256, 28, 28), np.uint8)
    digits[:, 8:20, 12:16] = rng.integers(128, 256, (256, 1, 1))
    runs = []
    for _ in range(2):
        losses, last = [], {}

        def done(epoch: int, loss: float, net: object, losses=losses, last=last):
            losses.append(loss)
            last |= {name: held.clone() for name, held in net.state_dict().items()}

        train(digits, np.arange(256) % 10, 3, done)
        runs.append((losses, last))
    (losses, first), (again, second) = runs
    assert losses[-1] < 0.95 * losses[0] and losses == again
    assert all(torch.equal(first[name], second[name]) for name in first)
