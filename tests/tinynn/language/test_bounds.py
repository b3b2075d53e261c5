"""Instructions of a loop whose passes grow: foretold by pass, never too few."""

from dataclasses import replace

import numpy as np
import pytest
from support.language import attending

import tinynn
from mips_vm import Status
from tinynn import GraphBuilder, Model
from tinynn.errors import Unbounded
from tinynn.image.image import Tables
from tinynn.operators import FAMILIES
from tinynn.operators.language.passing import reached_rows
from tinynn.validator.bounds import bounded_instructions, most_instructions
from tinynn.validator.validate import Limits, validate


@pytest.mark.parametrize("window", [0, 1, 3, 7, 9])
def test_reached_rows_are_those_of_each_pass(window: int) -> None:
    for passes in range(1, 20):
        for rows in (1, 4, 8, 30):
            each = [attending.reach(number, rows, window) for number in range(passes)]
            expected = sum(end - start for start, end in each)
            assert reached_rows(rows, window, passes) == expected


def with_passes(tables: Tables, passes: int) -> Tables:
    return replace(tables, loop=replace(tables.loop, passes=passes))


def instructions_by_pass(model: Model, data: bytes) -> list[int]:
    """What the guest takes up to the end of each pass."""
    machine, native, total, found = model.machine(data), model.execution(data), 0, []
    loop = model.tables.loop
    ends = [loop.first + (i + 1) * loop.body for i in range(loop.passes)]
    while machine.status is Status.YIELDED:
        machine.resume()
        total += machine.run()
        native.index += 1
        if native.index in ends:
            found.append(total)
    return found


@pytest.mark.parametrize("window", [0, 5])
@pytest.mark.parametrize("hostile", [False, True])
def test_run_takes_at_most_what_is_foretold_of_its_passes(
    window: int, hostile: bool
) -> None:
    """Also of numbers that no fast path of the guest's takes."""
    passes = 20
    model = attending.looped(16, 4, 2, 8, passes, window)
    rng = np.random.default_rng(window)
    data = []
    for spec in model.inputs:
        x = rng.standard_normal(spec.shape).astype(np.float32)
        data.append(x * np.float32(1e-38) if hostile else x)
    taken = instructions_by_pass(model, model.encode_input(data))
    assert len(taken) == passes
    for done, total in enumerate(taken, 1):
        assert total <= most_instructions(with_passes(model.tables, done))


def test_growing_passes_are_foretold_one_by_one() -> None:
    """A pass's share is what its rows take: about half of all rows, on an average."""
    tables = attending.looped(200, 2, 1, 24, 200).tables
    by_pass = [most_instructions(with_passes(tables, n)) for n in range(1, 201)]
    steps = np.diff(by_pass)
    assert (np.diff(steps) > 0).all()
    body = bounded_instructions(tables)[tables.loop.first : tables.loop.end]
    assert steps[-1] <= sum(body)
    assert 0.45 < (by_pass[-1] - by_pass[0]) / (199 * sum(body)) < 0.6


def test_number_that_is_not_the_loops_pass_is_foretold_at_its_worst() -> None:
    """A word of the image's own may say in every pass that all rows count."""
    rows, passes, sums = 40, 40, []
    for own in (False, True):
        graph = GraphBuilder("own number")
        scores = graph.input("scores", "float32", (2, rows))
        word = graph.input("word", "int32", (1,))
        with graph.loop(passes):
            number = word if own else graph.passes_done
            y = graph.op("AttentionSoftmax", scores, number)
        graph.output(y, "y")
        model = tinynn.load(graph.build())
        sums.append(model.most_instructions)
        (softmax,) = (row for row in model.tables.operators if row.opcode == 162)
        family = FAMILIES[softmax.opcode]
        whole = family.instructions(softmax, softmax.target.count)
        assert whole * passes >= family.instructions_of(
            softmax, softmax.target.count, passes
        )
        if own:
            words = np.array([-1], np.int32)
            data = [np.ones((2, rows), np.float32), words]
            taken = instructions_by_pass(model, model.encode_input(data))
            assert taken[-1] <= model.most_instructions
    assert sums[0] < 0.6 * sums[1]


def test_refusal_names_the_most_passes_that_fit() -> None:
    graph = attending.looped(200, 2, 1, 24, 200)
    image = np.frombuffer(bytes(graph.image), np.uint8)
    limit = 150_000_000
    with pytest.raises(Unbounded, match="instructions in all") as caught:
        validate(image, Limits(total_instructions=limit))
    passes = int(str(caught.value).split("which ")[1].split()[0])
    fits = [
        most_instructions(with_passes(graph.tables, n)) for n in (passes, passes + 1)
    ]
    assert fits[0] <= limit < fits[1]
