"""A sampler's image beside the network's own runtime, step by step.

Each step begins with the picture that the image has there, so that what is compared is
a step, and not what becomes of a last bit in all that follow. The network is computed
by onnxruntime; the step around it in float64, by formulas of the papers.
"""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

import tinynn
from converters.errors import MissingExtra
from tinynn import calculated
from tinynn.drawing import Drawing
from tinynn.operators import PUT_ROW
from tinynn.operators.noise import SEED_BYTES

from .conversion import Converted, graph_of
from .sampler import CLASSES, HALF_WHITE, ON_THE_WAY, TIMESTEP, WHITE

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]

RELATIVE: Final = 1e-3
"""Of the greatest number of a picture, that a step may be off: networks add up some
hundred thousand roundings in orders of their own."""

LEVELS: Final = 1
"""Of 255, that a pixel may be off by the last step."""

SEEDS: Final = 2


@dataclass(frozen=True, slots=True)
class Check:
    """How far steps are from what they should be: of the picture's greatest number, and
    in levels of the pixels, at most."""

    steps: int
    step: float
    pixels: int

    @property
    def good(self) -> bool:
        return self.step <= RELATIVE and self.pixels <= LEVELS


@dataclass(frozen=True, slots=True)
class Pictures:
    """What an image's passes begin with, (passes, 1, channels, height, width), and its
    answer, as an array."""

    begins: Floats
    pixels: NDArray[np.uint8]


def traced(made: Converted) -> tinynn.Model:
    """A model like the image's that keeps what its passes begin with."""
    return tinynn.load(graph_of(made, "trace", trace=True).build())


def checked(made: Converted, model: tinynn.Model) -> Check:
    """A traced model, over pictures of several seeds and labels; MissingExtra without
    onnxruntime."""
    session, rng = _session(made), np.random.default_rng(0)
    step, pixels = 0.0, 0
    for label in range(SEEDS):
        seed = rng.bytes(SEED_BYTES)
        seen = pictures(model, seed, label)
        for number, begin in enumerate(seen.begins):
            expected = next_picture(made, session, begin, number, seed, label)
            if number + 1 < len(seen.begins):
                gap = np.abs(seen.begins[number + 1] - expected).max()
                step = max(step, float(gap / max(np.abs(expected).max(), 1)))
            else:
                apart = levels_of(expected).astype(int) - seen.pixels
                pixels = max(pixels, int(np.abs(apart).max()))
    return Check(SEEDS * len(made.steps.timesteps), step, pixels)


def pictures(model: tinynn.Model, seed: bytes, label: int) -> Pictures:
    """Of an image that keeps what its passes begin with."""
    drawing = Drawing.of(model.tables)
    assert drawing is not None, "the image draws"
    program = model.ready()
    request = drawing.request(seed, label if drawing.takes_label else None)
    output = program.answer(request)
    puts = [o for o in model.tables.operators if o.opcode == PUT_ROW.opcode]
    kept, last = puts[0].target, puts[-1].target
    held = program.held(kept.address, kept.count, kept.dtype)
    (pixels,) = model.decode_output(output)
    return Pictures(held.reshape(-1, *last.shape).copy(), pixels)


def next_picture(
    made: Converted, session: Any, x: Floats, number: int, seed: bytes, label: int
) -> Doubles:
    """What a step makes of x."""
    steps = made.steps
    given: dict[str, Any] = {}
    for port in made.source.inputs:
        value: Any = x
        if port.name == TIMESTEP:
            value = np.full(port.shape, steps.timesteps[number], port.dtype)
        if port.name == CLASSES:
            value = np.full(port.shape, label, port.dtype)
        given[port.name] = value
    (said,) = session.run(None, given)
    o, wide = said.astype(np.float64), x.astype(np.float64)
    prediction = steps.a[number] * wide + steps.b[number] * o
    if made.schedule.clip_sample:
        most = made.schedule.clip_sample_range
        prediction = prediction.clip(-most, most)
    result = steps.c[number] * prediction + steps.d[number] * wide + steps.e[number] * o
    if steps.f[number]:
        z = noise(seed, number, ON_THE_WAY, x.size).reshape(x.shape)
        result = result + steps.f[number] * z
    return np.asarray(result, np.float64)


def noise(seed: bytes, number: int, stream: int, count: int) -> Floats:
    """As images draw it."""
    held, place = np.frombuffer(seed, np.uint8), np.array([number], np.int32)
    (drawn,) = calculated("Noise", [held, place], count=count, stream=stream)
    return drawn


def levels_of(picture: Doubles) -> NDArray[np.uint8]:
    """Of (1, channels, height, width), as an answer has them."""
    levels = (picture[0] * HALF_WHITE + HALF_WHITE).clip(0, WHITE).round()
    found = levels.astype(np.uint8)
    return found[0] if len(found) == 1 else np.moveaxis(found, 0, -1)


def _session(made: Converted) -> Any:
    try:
        import onnxruntime  # type: ignore[import-untyped]
    except ImportError as error:
        raise MissingExtra("onnxruntime", "convert") from error
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    model = made.source.model.SerializeToString()
    providers = ["CPUExecutionProvider"]
    return onnxruntime.InferenceSession(model, options, providers=providers)
