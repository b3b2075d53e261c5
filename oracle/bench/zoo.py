"""Small networks of every kind beside onnxruntime: whether there is a cliff.

One thread each. Ratios are of processor time, of runs that took turns. A kind's figure
is the worst of its networks. As in native.py a process of its own measures:
`python -m oracle.bench.zoo` prints what it finds as JSON.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Final

import numpy as np

import tinynn
from oracle.bench.figure import Figure, least_seconds
from oracle.bench.native import ONE_THREAD, RUNTIME, TOLERANCE, session
from oracle.bench.nets.zoo_nets import ZOO, Animal
from tinynn import GraphBuilder
from tinynn.builder.placement import Lifetime, place

SECONDS: Final = 0.3
"""Of a network's runs, ours and its peer's together."""

PRODUCT: Final = 32, 768
"""Rows and columns, as large as a request of floats may be."""

OPERATORS: Final = 20_000
KINDS: Final = ("convolution", "recurrent", "transformer")


def figures() -> Iterator[Figure]:
    """What a process with one thread measures."""
    done = subprocess.run(
        [sys.executable, "-m", __name__],
        env=os.environ | ONE_THREAD,
        stdout=subprocess.PIPE,
        check=True,
    )
    for row in json.loads(done.stdout):
        yield Figure(**row)


def measured(zoo: Sequence[Animal] = ZOO) -> Iterator[Figure]:
    """Each network, then the worst of some kinds and of all."""
    ratios: dict[str, list[float]] = {}
    for animal in zoo:
        figure = network(animal)
        yield figure
        if figure.ratio is not None:
            ratios.setdefault(animal.kind, []).append(figure.ratio)
    for kind in KINDS:
        worst = max(ratios.get(kind, ()), default=None)
        yield Figure(f"zoo.{kind}_ratio", worst, "ours / theirs", RUNTIME, 1.0)
    worst = max((ratio for held in ratios.values() for ratio in held), default=None)
    yield Figure("zoo.worst_ratio", worst, "ours / theirs", RUNTIME, 1.0)
    yield products()
    yield placing()


def network(animal: Animal) -> Figure:
    """A whole answer."""
    try:
        import converters

        with TemporaryDirectory() as folder:
            path = Path(folder) / "net.onnx"
            animal.build(path)
            model = tinynn.load(converters.convert(path))
            theirs = session(path)
    except ImportError:  # no onnx, so neither can be run
        return Figure(f"zoo.{animal.name}", None, "us", RUNTIME, None)
    shape = model.inputs[0].shape
    x = np.random.default_rng(4).random(shape, np.float32)
    request = x.tobytes()
    actions: list[Callable[[], object]] = [lambda: model.answer(request)]
    if theirs is not None:
        batch = {"x": x.reshape(theirs.get_inputs()[0].shape)}
        (expected,) = theirs.run(None, batch)
        actual = model.run(x)[0].reshape(expected.shape)
        np.testing.assert_allclose(actual, expected, TOLERANCE, TOLERANCE)
        actions.append(lambda: theirs.run(None, batch))
    ours, *peer = (
        least * 1e6
        for least in least_seconds(*actions, seconds=SECONDS, clock=time.thread_time)
    )
    return Figure(f"zoo.{animal.name}", ours, "us", RUNTIME, peer[0] if peer else None)


def products() -> Figure:
    """A matrix times a constant one, of bytes beside floats, as whole answers."""
    rows, width = PRODUCT
    random = np.random.default_rng(5)
    actions = []
    for dtype in ("float32", "int8"):
        builder = GraphBuilder(f"product of {dtype}")
        x = builder.input("x", dtype, (rows, width))
        given = random.integers(-128, 128, (rows + width, width)).astype(dtype)
        if dtype == "int8":
            zero = np.zeros(1, np.int8)
            y = builder.op("MatMulInteger", x, given[rows:], zero, zero)
        else:
            y = builder.op("MatMul", x, given[rows:])
        builder.output(y, "y")
        model = tinynn.load(builder.build())
        actions.append(partial(model.answer, given[:rows].tobytes()))
    floats, integers = least_seconds(*actions, seconds=SECONDS, clock=time.thread_time)
    unit = "times the speed of fp32"
    return Figure("native.int8_vs_fp32", floats / integers, unit, "fp32", 1.0)


def placing() -> Figure:
    """Memory for a net of many operators, as an unrolled one is."""
    random = Random(1)
    lives = [
        Lifetime(
            random.randrange(4, 1 << 16),
            born,
            OPERATORS if random.random() < 0.05 else born + random.randrange(1, 10),
        )
        for born in range(OPERATORS)
    ]
    begin = time.process_time()
    place(lives)
    seconds = time.process_time() - begin
    return Figure(f"planner.place_{OPERATORS}_seconds", seconds, "s")


if __name__ == "__main__":
    print(json.dumps([asdict(figure) for figure in measured()]))
