"""Small full-integer TFLite files, and what TFLite makes of them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from support.sources.tflite_files import Array, Part, Step, held, write

import tinynn
from converters import Options, conversion
from converters.frameworks.tflite import tflite_runner

SEED = 7
SAMPLES = 4
PICTURE = Part((1, 7, 6, 4), scale=0.021, zero=-9)
ROW = Part((1, 256), scale=0.037, zero=-12)


def random_bytes(*shape: int, dtype: str = "int8", seed: int = SEED) -> Array:
    ends = np.iinfo(dtype)
    rng = np.random.default_rng(seed)
    return rng.integers(ends.min, ends.max + 1, shape).astype(dtype)


def compared(path: Path, samples: int = SAMPLES) -> list[Array]:
    """The image's outputs on random inputs, which are TFLite's."""
    made = conversion(path, Options())
    image = tinynn.load(made.image)
    name, run = tflite_runner(path, {})
    assert name == "LiteRT"
    ours: list[Array] = []
    for seed in range(samples):
        rng = np.random.default_rng(seed)
        feeds = {
            port.name: rng.normal(0, 2, port.shape).astype(np.float32)
            if port.dtype == "float32"
            else random_bytes(*port.shape, dtype=port.dtype, seed=seed)
            for port in made.source.inputs
        }
        order = [port.name for port in made.source.inputs]
        given = [
            feeds[name].reshape(spec.shape)
            for name, spec in zip(order, image.inputs, strict=True)
        ]
        ours = image.run(given)
        for mine, theirs in zip(ours, run(feeds), strict=True):
            assert mine.dtype == theirs.dtype and mine.ravel().tolist() == (
                theirs.ravel().tolist()
            ), f"sample {seed}"
    return ours


def single(
    folder: Path,
    kind: str,
    inputs: Mapping[str, Part],
    output: Part,
    table: str = "",
    **options: Any,
) -> Path:
    """A file of one operator."""
    step = Step(kind, list(inputs), ["y"], options, table)
    given = [name for name, part in inputs.items() if part.data is None]
    parts = {**inputs, "y": output}
    return write(folder / "net.tflite", parts, [step], given, ["y"])


def weights(*shape: int, axis: int = 0) -> Part:
    """A scale for each channel."""
    rng = np.random.default_rng(SEED)
    scales = (0.002 + 0.01 * rng.random(shape[axis])).tolist()
    return held(random_bytes(*shape), "int8", scale=scales, axis=axis)


def bias(count: int) -> Part:
    rng = np.random.default_rng(SEED)
    return held(rng.integers(-3000, 3000, count), scale=[1e-4] * count)


def chain(folder: Path) -> Path:
    """A convolution, a mean, a dense layer, a softmax."""
    parts = {
        "x": PICTURE,
        "w": weights(5, 3, 3, 4),
        "b": bias(5),
        "c": Part((1, 7, 6, 5), scale=0.043, zero=11),
        "axes": held([1, 2]),
        "m": Part((1, 5), scale=0.02, zero=2),
        "v": weights(3, 5),
        "d": Part((1, 3), scale=0.01, zero=1),
        "y": Part((1, 3), scale=1 / 256, zero=-128),
    }
    conv = {"strideH": 1, "strideW": 1, "dilationHFactor": 1, "dilationWFactor": 1}
    steps = [
        Step("CONV_2D", ["x", "w", "b"], ["c"], conv, "Conv2D"),
        Step("MEAN", ["c", "axes"], ["m"], {}, "Reducer"),
        Step("FULLY_CONNECTED", ["m", "v"], ["d"]),
        Step("SOFTMAX", ["d"], ["y"], {"beta": 1.0}),
    ]
    return write(folder / "net.tflite", parts, steps, ["x"], ["y"])
