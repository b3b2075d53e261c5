"""Caches of keys: what the validator takes of them, and what they hold."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pytest
from support.images.loops import model_of, with_operator
from support.images.models import assert_guest_agrees

import tinynn
from mips_vm import Status, checkpoints
from mips_vm.constants import ARENA
from tinynn import GraphBuilder, errors
from tinynn.image.image import Tables, aligned, encode
from tinynn.operators import PUT_KEY, PUT_ROW, Operator
from tinynn.operators.language.attention import panels_of


def graph_of(rows: int = 11, passes: int = 14) -> GraphBuilder:
    """Keys, and values of as many bytes; both are put each pass, by the pass."""
    graph = GraphBuilder("keys")
    x = graph.input("x", "float32", (2, 3))
    keys = graph.key_cache(rows, 2, 3)
    values = graph.cache("float32", (panels_of(rows, 6)[0], 6, 8))
    with graph.loop(passes):
        key = graph.op("Mul", x, graph.op("Cast", graph.passes_done, to="float32"))
        graph.put_key(keys, key)
        row = graph.op("Expand", graph.view(key, (6, 1)), shape=(6, 8))
        graph.put_row(values, row)
    graph.output(keys.value, "keys")
    graph.output(values, "values")
    return graph


TABLES = graph_of().tables()
CAST, PUT, OTHER = (
    next(i for i, one in enumerate(TABLES.operators) if one.opcode == opcode)
    for opcode in (78, PUT_KEY.opcode, PUT_ROW.opcode)
)
KEYS, VALUES = TABLES.operators[PUT].target, TABLES.operators[OTHER].target


def moved(index: int, address: int) -> Tables:
    operator = TABLES.operators[index]
    target = replace(operator.target, address=address)
    return fitted(with_operator(TABLES, index, replace(operator, target=target)))


def fitted(tables: Tables) -> Tables:
    """With an arena that ends where the last target does."""
    end = max(one.target.extent.end for one in tables.operators)
    return replace(tables, arena_bytes=aligned(end - ARENA.base))


def put(**fields: object) -> Tables:
    return with_operator(TABLES, PUT, replace(TABLES.operators[PUT], **fields))


def by_another_number() -> Tables:
    row, number = TABLES.operators[PUT].sources
    return put(sources=(row, replace(number, address=0x1000_0000)))


@dataclass(frozen=True)
class Case:
    name: str
    tables: Callable[[], Tables]
    error: type[errors.ImageError]
    message: str


PUT_INTO = "which rows are put into"

CASES = [
    Case("by another number", by_another_number, errors.WrongField, "source 1"),
    Case("of no rows", lambda: put(attributes=(0,)), errors.WrongField, "put_key: row"),
    Case("of more rows", lambda: put(attributes=(17,)), errors.WrongField, "target"),
    Case("by two words", lambda: put(attributes=(11, 1)), errors.WrongField, "attrib"),
    Case(
        "beside the other cache",
        lambda: moved(PUT, VALUES.address + 32),
        errors.Aliasing,
        "target that rows are put into",
    ),
    Case(
        "where the body stores",
        lambda: moved(CAST, KEYS.address + 64),
        errors.Aliasing,
        PUT_INTO,
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_bad_keys_are_refused_with_the_reason(case: Case) -> None:
    with pytest.raises(case.error, match=case.message):
        tinynn.load(encode(case.tables()))


def test_keys_outside_of_a_loop_are_refused() -> None:
    graph = GraphBuilder("no loop")
    keys = graph.key_cache(4, 1, 2)
    graph.put_key(keys, graph.input("x", "float32", (1, 2)))
    graph.output(keys.value, "keys")
    with pytest.raises(errors.WrongField, match="put_key: expected an operator of the"):
        graph.build()


def test_rows_and_keys_in_one_cache_are_alike_on_both_executors() -> None:
    """Nothing forbids it: each stores a part of the same memory."""
    row = TABLES.operators[OTHER]
    size = KEYS.type.size
    tables = fitted(with_operator(TABLES, OTHER, replace(row, target=KEYS)))
    assert KEYS.type == VALUES.type
    model = tinynn.load(encode(tables))
    data = np.arange(1, 7, dtype=np.float32)
    output = assert_guest_agrees(model, data.tobytes())
    keys = np.frombuffer(output[:size], np.float32).reshape(2, 6, 8)
    assert (keys[1] == 13 * data[:, None]).all(), "the last pass put a whole panel"


@pytest.mark.parametrize("most", [2, 64])
def test_keys_are_seen_in_the_roots_of_all_passes(
    most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Panels of 2 KiB: the block of each that changes is hashed again, and no other."""
    monkeypatch.setattr(checkpoints, "MAX_KEPT", most)
    graph = GraphBuilder("wide")
    x = graph.op("Identity", graph.input("x", "float32", (64,)))
    keys = graph.key_cache(40, 1, 64)
    with graph.loop(30):
        graph.put_key(keys, x)
        done = graph.op("Cast", graph.passes_done, to="float32")
        x = graph.op("Mul", x, done)
    graph.output(keys.value, "keys")
    model = model_of(graph)
    data = np.linspace(1, 2, 64, dtype=np.float32).tobytes()
    assert_guest_agrees(model, data)
    machine, roots = model.machine(data), []
    while machine.status is Status.YIELDED:
        roots.append(machine.state_root())
        machine.resume()
        machine.run()
    execution = model.execution(data)
    assert execution.segments == len(roots)
    rng = np.random.default_rng(most)
    for index in rng.integers(0, len(roots), 25).tolist():
        execution.seek(index)
        assert execution.machine.state_root() == roots[index], index


def test_key_of_a_pass_is_put_where_attention_finds_it() -> None:
    (keys, values) = model_of(graph_of(11, 14)).run(
        np.arange(1, 7, dtype=np.float32).reshape(2, 3)
    )
    by_row = keys.transpose(0, 2, 1).reshape(16, 6)
    expected = np.array([*range(10), 13, 0, 0, 0, 0, 0], np.float32)
    assert (by_row == expected[:, None] * np.arange(1, 7)).all()


def stored(operator: Operator, passes: int) -> range:
    extent = PUT_KEY.stored(operator, passes)
    start = extent.start - operator.target.address
    return range(start, start + extent.size)


def test_what_is_marked_is_the_panel_of_the_row() -> None:
    operator = TABLES.operators[PUT]
    assert [stored(operator, n) for n in (0, 7, 8, 99)] == [
        range(192),
        range(192),
        range(192, 384),
        range(192, 384),
    ]
