"""What `inspect` foretells of an image's work, against what the machine takes."""

from pathlib import Path

import numpy as np
import pytest
from support.images.loops import counting as counting_loop
from support.images.loops import model_of, numbers
from support.images.models import random_floats
from support.sources.networks import save_encoder, save_reader
from support.sources.onnx_nets import FLOAT, floats, node, save_net

import tinynn
from converters import convert
from converters.quantise.quantise import quantise
from oracle.bench.guest import instructions
from oracle.cli.models import counting
from oracle.cli.models.counting import counted, made_up
from tinynn import GraphBuilder, Model
from tinynn.execution.execution import Execution

RNG = np.random.default_rng(8)
TRUE_WITHIN = 0.25


def pictures_net(folder: Path) -> Model:
    """Two convolutions, a pool and a product."""
    held = {"v": floats(6, 3, 3, 3), "w": floats(8, 6, 3, 3), "u": floats(288, 5)}
    nodes = [
        node("Conv", "x v", "a", pads=(1, 1, 1, 1)),
        node("Relu", "a", "b"),
        node("MaxPool", "b", "c", kernel_shape=(2, 2), strides=(2, 2)),
        node("Conv", "c w", "d"),
        node("Flatten", "d", "e"),
        node("MatMul", "e u", "y"),
    ]
    shapes = {"x": (FLOAT, (1, 3, 16, 16)), "y": (FLOAT, (1, 5))}
    return tinynn.load(
        convert(save_net(folder / "net.onnx", nodes, **shapes, weights=held))
    )


def encoder(folder: Path) -> Model:
    return tinynn.load(convert(save_encoder(folder / "net.onnx", 8, 16, 2)))


def lstm(folder: Path) -> Model:
    return tinynn.load(convert(save_reader(folder / "net.onnx", 6, 8, 8, 3)))


NETS = {"pictures": pictures_net, "encoder": encoder, "lstm": lstm}


def sample(model: Model) -> dict[str, np.ndarray]:
    """Another one than `made_up` makes."""
    (spec,) = model.inputs
    if spec.dtype == "int32":
        return {spec.name: RNG.integers(0, 20, spec.shape).astype(np.int32)}
    return {spec.name: 3 * random_floats(RNG, *spec.shape)}


def taken(model: Model, one: dict[str, np.ndarray]) -> int:
    return sum(instructions(model, model.encode_input(list(one.values()))))


def test_counted_work_of_a_loop_is_that_of_the_passes_it_runs() -> None:
    """Of five passes here, though nine might be run; counted in the third."""
    model = model_of(counting_loop(9))
    request = numbers(1.5, -2.0, 3.0, 2.5, text=b"text")
    most, run = model.segments, instructions(model, request)
    loop = model.tables.loop
    assert len(run) == most - 4 * loop.body
    assert counted(model, [request]).instructions == pytest.approx(sum(run), rel=0.02)


@pytest.mark.parametrize("name", NETS)
def test_foretold_work_is_about_what_the_machine_takes(
    name: str, tmp_path: Path
) -> None:
    model = NETS[name](tmp_path)
    smaller = tinynn.load(quantise(model, [sample(model) for _ in range(4)]).image)
    for image in (model, smaller):
        foretold = counted(image, [made_up(image)]).instructions
        actual = taken(image, sample(image))
        assert foretold == pytest.approx(actual, rel=TRUE_WITHIN), image.name


def test_foretold_work_is_exact_on_the_data_that_it_was_counted_on(
    tmp_path: Path,
) -> None:
    model = pictures_net(tmp_path)
    samples = [sample(model) for _ in range(3)]
    requests = [model.encode_input(list(one.values())) for one in samples]
    exact = sum(taken(model, one) for one in samples) / 3
    assert counted(model, requests).instructions == round(exact)


def test_foretold_work_of_a_long_inference_is_of_some_segments(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    graph = GraphBuilder("long")
    x = graph.input("x", "float32", (20_000,))
    graph.output(graph.op("Tanh", graph.op("Exp", x)), "y")
    model = tinynn.load(graph.build())
    request, seen = made_up(model), []
    exact = counted(model, [request]).instructions
    seek = Execution.seek

    def counting_seek(execution: Execution, index: int) -> None:
        seen.append(index)
        seek(execution, index)

    monkeypatch.setattr(Execution, "seek", counting_seek)
    monkeypatch.setattr(counting, "MOST_COUNTED", 5_000_000)
    foretold = counted(model, [request]).instructions
    assert foretold == pytest.approx(exact, rel=TRUE_WITHIN)
    assert len(model.tables.operators) <= len(seen) < len(model.tables.segments) / 3


def test_made_up_indices_are_of_rows_that_the_table_has() -> None:
    graph = GraphBuilder("table")
    rows = graph.input("rows", "int32", (500,))
    table = graph.constant(random_floats(RNG, 7, 4))
    graph.output(graph.op("Gather", table, rows), "y")
    model = tinynn.load(graph.build())
    indices = np.frombuffer(made_up(model), "<i4")
    assert set(indices.tolist()) == set(range(7))
