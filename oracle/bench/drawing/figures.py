"""A picture of a diffusion model, and a dispute over one, on the embedded chain.

Without a model of its own it is a small network of random weights: its pictures mean
nothing, its work is what it is.
"""

import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np

import tinynn
from converters.diffusion.coefficients import steps_of
from converters.diffusion.folder.config import PLAIN, UNet
from converters.diffusion.folder.network import FolderNetwork
from converters.diffusion.sampler import Sampler
from converters.diffusion.schedule import Schedule
from converters.values import Constant, Shape
from oracle.bench.figure import Figure, least_seconds
from oracle.bench.text.made_up import made_up
from oracle.bench.text.table import K, Table
from oracle.bench.text.timed import Timed
from oracle.node.challenger.challenger import Challenger
from oracle.node.worker.liars import LyingWorker
from oracle.node.worker.worker import Worker
from tinynn import GraphBuilder
from tinynn.drawing import Drawing
from tinynn.memory.floatmode import exact_floats
from tinynn.operators.noise import SEED_BYTES

STEPS: Final = 20
LABEL: Final = 7
"""Of a model that takes one."""

NETWORK: Final = UNet(
    class_name=PLAIN,
    sample_size=(28, 28),
    in_channels=1,
    out_channels=1,
    down_block_types=("DownBlock2D", "AttnDownBlock2D"),
    up_block_types=("AttnUpBlock2D", "UpBlock2D"),
    block_out_channels=(32, 64),
    layers_per_block=1,
    norm_num_groups=8,
    num_class_embeds=10,
)
"""Digits' size, a quarter of a million parameters."""


class Drawn:
    """Random weights."""

    def __init__(self) -> None:
        self._rng = np.random.default_rng(0)

    def take(self, name: str, shape: Shape) -> Constant:
        """A tensor of about as large sums as a trained one's."""
        fan = int(np.prod(shape[1:])) or 1
        drawn = self._rng.standard_normal(shape) / np.sqrt(fan)
        return Constant(drawn.astype(np.float32))


def figures(image: Path | None = None) -> Iterator[Figure]:
    """Of a picture, natively by all cores, and of a dispute over a false one. The image
    is of a model that draws."""
    with tempfile.TemporaryDirectory() as folder:
        path = image or Path(folder) / "random.plumb"
        if image is None:
            path.write_bytes(random_image())
        model = tinynn.load(path)
        request, threads = request_of(model), os.cpu_count() or 1
        (seconds,) = least_seconds(lambda: model.answer(request, threads), repeats=2)
        most = model.most_instructions
        yield Figure("pictures.seconds", seconds, "s")
        yield Figure("pictures.most_instructions", most, "instructions")
        yield from disputed(path, request)


def request_of(model: tinynn.Model) -> bytes:
    """A seed, and a label if it takes one."""
    drawing = Drawing.of(model.tables)
    assert drawing is not None, "it draws"
    label = LABEL if drawing.takes_label else None
    return drawing.request(bytes(range(SEED_BYTES)), label)


def disputed(path: Path, request: bytes) -> Iterator[Figure]:
    """A false picture brought down by who computes: processor seconds of that side,
    with the image's loading and its own answer."""
    begin = time.process_time()
    table = Table.laid(path)
    strategy = Timed(table.library)
    loading = time.process_time() - begin
    asked = table.ask(request)
    lying = LyingWorker(strategy, made_up("roots"), K, 1)
    liar = Worker(table.stake("liar"), table.contracts, lying)
    table.answer(liar, asked)
    challenger = Challenger(table.sender("challenger"), table.contracts, strategy)
    course = table.play(liar, challenger, asked)
    assert course.worker_lost, "a lie falls"
    spent = loading + strategy.seconds_spent
    yield Figure("pictures.dispute_seconds", spent, "s of processor time")
    yield Figure("pictures.dispute_transactions", len(course.done), "transactions")
    yield Figure("pictures.dispute_gas", course.gas, "gas")


def random_image() -> bytes:
    """Of the network above, by DDIM."""
    graph, schedule = GraphBuilder("random pictures"), Schedule()
    network = FolderNetwork(Path("random"), NETWORK, Drawn())
    with exact_floats():
        steps = steps_of(schedule, STEPS)
        Sampler(graph, network, steps, schedule.clip_sample_range).draw()
    return graph.build()
