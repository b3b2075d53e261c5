"""Loops, natively and on the guest: the same root at every boundary, on any image that
the validator takes."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.images.loops import (
    changed,
    counting,
    model_of,
    numbers,
    random_graph,
    with_operator,
    with_segment,
)
from support.images.models import assert_guest_agrees

import tinynn
from mips_vm import Status, checkpoints
from mips_vm.constants import INPUT, OUTPUT
from tinynn import GraphBuilder, Model
from tinynn.builder import planner
from tinynn.errors import GraphError, InputError
from tinynn.execution.loop_execution import LoopExecution
from tinynn.execution.stretches import Stretches
from tinynn.image.image import ARENA_DATA, SEGMENT_INDEX, Tables
from tinynn.image.loop import NO_LOOP, Loop, Schedule
from tinynn.kernels import Call, Team
from tinynn.memory.words import LENGTH_WORD, PASS_WORD

X = (1.5, -2.0, 3.0, 0.5)


@pytest.fixture(autouse=True)
def _tiled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Operators of several segments, in images that are tiny."""
    monkeypatch.setattr(planner, "SEGMENT_INSTRUCTIONS", 400)


def reference(passes: int, rows: int, text: bytes) -> tuple[int, bytes]:
    """What `counting` computes, in numpy's arithmetic: passes run, and the output."""
    x = np.float32(X)
    cache = np.tile(x + np.float32(0), (rows, 1))
    for done in range(passes):
        product = cache[min(done, rows - 1)] * x + np.float32(done)
        if done:
            cache[min(done + 1, rows - 1)] = product
        if int(product.max()) > 100:
            break
    y = cache + np.float32(sum(text))
    return done + 1, y.tobytes()[: 16 + len(text)]


@pytest.mark.parametrize(("passes", "rows"), [(1, 4), (3, 4), (9, 2), (2, 9), (40, 1)])
def test_loop_computes_what_its_graph_says(passes: int, rows: int) -> None:
    text = b"abc"
    output = assert_guest_agrees(
        model_of(counting(passes, rows)), numbers(*X, text=text)
    )
    ran, answer = reference(passes, rows, text)
    assert output == ran.to_bytes(4, "little") + answer


def test_loop_without_the_stop_runs_all_passes() -> None:
    model = model_of(counting(7))
    tables = replace(model.tables, loop=replace(model.tables.loop, stop=0))
    endless = tinynn.load(changed(bytes(model.image), tables))
    data = numbers(9, 9, 9, 9)
    assert model.passes_of(assert_guest_agrees(model, data)) == 3
    assert model.passes_of(assert_guest_agrees(endless, data)) == 7


def walk(loop: Loop, rows: int, passes: int) -> list[tuple[int, int]]:
    """Rows and passes done, as the guest goes from one to the next."""
    row = done = 0
    seen = []
    while row < rows:
        seen.append((row, done))
        row += 1
        if row == loop.end:
            done += 1
            row = row if done == passes else loop.first
    return seen


@given(st.integers(0, 4), st.integers(1, 4), st.integers(0, 4), st.integers(1, 5))
def test_schedule_is_the_order_in_which_the_guest_goes(
    first: int, body: int, behind: int, passes: int
) -> None:
    loop, rows = Loop(first, first + body, passes), first + body + behind
    schedule, seen = Schedule(loop, rows, passes), walk(loop, rows, passes)
    assert schedule.segments == len(seen)
    assert [*map(schedule.place, range(len(seen)))] == seen
    for row in range(rows):
        places = [i for i, place in enumerate(seen) if place[0] == row]
        assert [*schedule.boundaries_of(row)] == places


@given(st.integers(1, 9))
def test_schedule_without_a_loop_is_the_table(rows: int) -> None:
    schedule = Schedule(NO_LOOP, rows, 0)
    assert schedule.segments == rows
    assert [*map(schedule.place, range(rows))] == [(row, 0) for row in range(rows)]
    assert [*schedule.boundaries_of(rows - 1)] == [rows - 1]


def request(model: Model, rng: np.random.Generator) -> bytes:
    """Ordinary numbers, small ones, and any bits; of any length that is taken."""
    width = model.inputs[0].count
    x = rng.standard_normal(width).astype(np.float32)
    if rng.random() < 0.3:
        x = rng.integers(0, 1 << 32, width, np.uint32).view(np.float32)
    data = x.tobytes() + rng.bytes(model.inputs[1].count)
    if not model.tables.varies:
        return data
    return data[: int(rng.integers(0, len(data) + 1))]


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 1 << 32))
def test_random_loop_equals_guest_at_every_boundary(seed: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(planner, "SEGMENT_INSTRUCTIONS", 400)
        rng = np.random.default_rng(seed)
        model = model_of(random_graph(rng))
        assert_guest_agrees(model, request(model, rng))


def hostile(rng: np.random.Generator, tables: Tables) -> Tables:
    """With words, edges and operands moved: to where they may not be, too."""
    address = ARENA_DATA - 64 + 4 * int(rng.integers(0, tables.arena_bytes // 4))
    address = int(rng.choice([address, PASS_WORD.start, LENGTH_WORD.start]))
    row = int(rng.integers(0, len(tables.segments)))
    match int(rng.integers(0, 6)):
        case 0:
            edges = sorted(rng.integers(0, len(tables.segments) + 1, 2).tolist())
            return replace(
                tables, loop=replace(tables.loop, first=edges[0], end=edges[1])
            )
        case 1:
            return replace(tables, loop=replace(tables.loop, stop=address))
        case 2:
            return replace(tables, length=address)
        case 3:
            of = tables.segments[row].operator
            for i, other in enumerate(tables.segments):
                if other.operator == of and rng.random() < 0.95:
                    tables = with_segment(tables, i, skip=address)
            return tables
    index = int(rng.integers(0, len(tables.operators)))
    operator = tables.operators[index]
    if rng.random() < 0.5:
        moved = replace(operator, target=replace(operator.target, address=address))
        return with_operator(tables, index, moved)
    which = int(rng.integers(0, len(operator.sources)))
    sources = list(operator.sources)
    sources[which] = replace(sources[which], address=address)
    return with_operator(tables, index, replace(operator, sources=tuple(sources)))


def roots_of(model: Model, data: bytes) -> list[bytes]:
    """The guest's, at all boundaries."""
    machine = model.machine(data)
    roots = [machine.state_root()]
    while machine.status is Status.YIELDED:
        machine.resume()
        machine.run()
        roots.append(machine.state_root())
    return roots


def assert_seeks_agree(model: Model, data: bytes, rng: np.random.Generator) -> None:
    """At some boundaries, in any order."""
    roots, execution = roots_of(model, data), model.execution(data)
    for index in rng.integers(0, len(roots), 6).tolist():
        execution.seek(index)
        assert execution.machine.state_root() == roots[index], index


def test_hostile_loops_are_refused_or_have_the_same_bits(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Operands that alias, whatever is skipped, passes that go past a cache's rows; at
    boundaries sought at random, few snapshots being kept."""
    monkeypatch.setattr(checkpoints, "MAX_KEPT", 2)
    rng, outcomes = np.random.default_rng(15), {"refused": 0, "agreed": 0}
    while sum(outcomes.values()) < 50:
        image = random_graph(rng).build()
        tables = tinynn.load(image).tables
        for _ in range(rng.integers(1, 4)):
            tables = hostile(rng, tables)
        end = max(operator.target.extent.end for operator in tables.operators)
        size = -(-(end - SEGMENT_INDEX) // 64) * 64
        tables = replace(tables, arena_bytes=min(size, 1 << 30))
        try:
            model = tinynn.load(changed(image, tables))
        except tinynn.ImageError:
            outcomes["refused"] += 1
            continue
        data = request(model, rng)
        assert_guest_agrees(model, data)
        assert_seeks_agree(model, data, rng)
        outcomes["agreed"] += 1
    assert min(outcomes.values()) > 6, outcomes


@pytest.mark.parametrize("bytes_kept", [1 << 28, 5 << 12])
def test_seek_at_random_in_random_loops_gives_the_guests_roots(
    bytes_kept: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Few snapshots, so that most places lie far behind one."""
    monkeypatch.setattr(checkpoints, "MAX_KEPT", 3)
    monkeypatch.setattr(checkpoints, "MAX_BYTES", bytes_kept)
    for seed in range(3):
        rng = np.random.default_rng([seed, 77])
        model = model_of(random_graph(rng))
        data = request(model, rng)
        roots, execution = roots_of(model, data), model.execution(data)
        assert isinstance(execution, LoopExecution)
        assert execution.segments == len(roots) - 1
        assert len(execution._checkpoints) <= 5
        for index in rng.integers(0, len(roots), 12).tolist():
            execution.seek(index)
            assert execution.machine.state_root() == roots[index], (seed, index)


def test_cuts_that_ascend_in_a_pass_run_no_row_twice(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As a dissection asks for them."""
    model, data = model_of(counting(6)), numbers(1, 1, 1, 1)
    roots, execution = roots_of(model, data), model.execution(data)
    assert isinstance(execution, LoopExecution)
    assert execution.segments == len(roots) - 1
    ran: list[int] = []
    plain = Stretches.rows

    def counted(stretches: Stretches, first: int, end: int, done: int) -> None:
        ran.append(end - first)
        plain(stretches, first, end, done)

    monkeypatch.setattr(Stretches, "rows", counted)
    loop = model.tables.loop
    begin = loop.first + 3 * loop.body
    for index in range(begin + 1, begin + loop.body, 2):
        execution.seek(index)
        assert execution.machine.state_root() == roots[index]
    assert sum(ran) == index - begin
    execution.seek(begin + 1)
    assert execution.machine.state_root() == roots[begin + 1]


def test_seek_outside_of_a_loops_run_is_an_error() -> None:
    execution = model_of(counting(3)).execution(numbers(*X))
    for index in (-1, execution.segments + 1):
        with pytest.raises(IndexError, match=f"expected 0 to {execution.segments}"):
            execution.seek(index)


def test_seek_after_the_machine_ran_on_comes_back() -> None:
    """The machine may be run by others: the boundary is made anew."""
    model, data = model_of(counting(4)), numbers(*X)
    roots, execution = roots_of(model, data), model.execution(data)
    for index in (5, 12, 3, len(roots) - 2):
        execution.seek(index)
        execution.machine.resume()
        execution.machine.run(100)
        execution.machine.memory.write(0x4000_0100, b"spoilt")
        execution.seek(index + 1)
        assert execution.machine.state_root() == roots[index + 1]


def wide(passes: int, offset: int) -> Model:
    """A cache of 2 MiB, whose rows of 2 KiB are x, halved pass by pass."""
    graph = GraphBuilder("wide")
    x = graph.op("Identity", graph.input("x", "float32", (512,)))
    cache = graph.cache("float32", (1024, 512))
    with graph.loop(passes):
        row = graph.op("Mul", x, graph.op("Cast", graph.passes_done, to="float32"))
        graph.put_row(cache, row, offset=offset)
    third = graph.op("Gather", cache, np.int32([3]), axis=0)
    graph.output(graph.view(third, (512,)), "y")
    return model_of(graph)


def test_put_row_dirties_its_row_and_no_more() -> None:
    """A cache of megabytes is not hashed anew for a row of it."""
    model = wide(9, 0)
    assert model.tables.arena_bytes > 2 << 20
    execution = model.execution(np.ones(512, np.float32).tobytes())
    execution.seek(execution.segments - 1)
    held = execution.machine.snapshot().memory.pages
    arena = [page for page in held if SEGMENT_INDEX <= page << 12 < 0x8000_0000]
    assert len(arena) <= 12


@pytest.mark.parametrize("offset", [0, 1])
def test_put_row_is_seen_in_the_roots_of_all_passes(
    offset: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each row has blocks of memory of its own: none may be forgotten."""
    monkeypatch.setattr(checkpoints, "MAX_KEPT", 2)
    model, data = wide(7, offset), np.arange(1, 513, dtype=np.float32).tobytes()
    roots, execution = roots_of(model, data), model.execution(data)
    for index in (len(roots) - 2, 9, len(roots) - 9, 3, len(roots) - 1):
        execution.seek(index)
        assert execution.machine.state_root() == roots[index], index


def test_what_a_loop_reads_lives_as_long_as_the_loop() -> None:
    """Its memory would suit what the body makes later, if it were not for its return.
    Nor is the stop written over before the pass is done."""
    graph = GraphBuilder("lives")
    given = graph.input("x", "float32", (1,))
    x, limit = graph.op("Neg", given), graph.op("Cast", given, to="int32")
    cache = graph.cache("float32", (9, 1))
    with graph.loop(9):
        done = graph.op("Cast", graph.passes_done, to="float32")
        late = graph.op("Less", limit, graph.passes_done)
        graph.stop_unless_zero(graph.op("Cast", late, to="int32"))
        y = graph.op("Add", x, done)
        graph.put_row(cache, y)
        for _ in range(4):
            y = graph.op("Add", graph.op("Mul", y, y), y)
    graph.output(graph.view(cache, (9,)), "rows")
    model = model_of(graph)
    output = assert_guest_agrees(model, np.float32([5]).tobytes())
    rows = [done - 5 if done < 7 else 0 for done in range(9)]
    assert np.frombuffer(output, np.float32).tolist() == rows


def test_usual_instructions_of_a_loop_are_those_of_all_passes() -> None:
    tables = model_of(counting(7)).tables
    usual = [*map(planner.usual_instructions, tables.operators)]
    expected = sum(usual) + 6 * sum(usual[index] for index in tables.body)
    assert planner.usual_in_all(tables) == expected


def test_team_waits_before_and_after_a_turn() -> None:
    """Else a thread would go on in memory that another still reads or writes."""
    team = Team(2)
    work, turn, ended = Call("work", ()), Call("turn", ()), np.zeros(1, np.int32)
    team.add([[work]])
    begin = team.begin()
    team.add([[work], [work]])
    team.again(begin, turn, ended)
    kernels = [
        [row.kernel if isinstance(row, Call) else row.rows for row in rows]
        for rows in team._rows
    ]
    wait = "team.wait"
    assert kernels == [
        ["work", wait, wait, "work", wait, "turn", wait, -5],
        [wait, wait, "work", wait, wait, -4],
    ]


def test_wrong_length_of_a_loops_input_halts_with_empty_output() -> None:
    model = model_of(counting())
    for size in (25, 1000):
        assert assert_guest_agrees(model, bytes(size)) == b""
        assert model.execution(bytes(size)).segments == 1


def test_input_that_varies_is_zero_behind_its_end() -> None:
    """Also in memory that a longer request has been in."""
    model = model_of(counting())
    longer, shorter = numbers(*X, text=b"12345678"), numbers(*X, text=b"12")
    expected = assert_guest_agrees(model, shorter)
    model.answer(longer)
    assert model.answer(shorter) == expected
    assert assert_guest_agrees(model, b"\1\2")[4:] == b"\1\2"


@pytest.mark.parametrize("length", [0, 1, 5, 15, 16, 17, 1 << 20, -1, -(1 << 31)])
def test_answer_has_as_many_bytes_as_its_length_says(length: int) -> None:
    """As a u32; nothing behind them is ever stored."""
    graph = GraphBuilder("cut")
    size = graph.op("Identity", graph.input("size", "int32", (1,)))
    ones = graph.op(
        "Add", np.full(2, 0x0101_0101, np.int32), graph.op("Sub", size, size)
    )
    graph.output(ones, "first")
    graph.output(graph.op("Sub", ones, np.int32([1])), "second")
    graph.answer_length(size)
    model = model_of(graph)
    data = np.int32([length]).tobytes()
    wanted = min(length & 0xFFFF_FFFF, 16)
    whole = np.int32([0x0101_0101] * 2 + [0x0101_0100] * 2).tobytes()
    assert assert_guest_agrees(model, data) == whole[:wanted]
    execution = model.execution(data)
    execution.seek(execution.segments)
    region = execution.machine.memory.read(OUTPUT.base, 64)
    assert region == (wanted.to_bytes(4, "little") + whole[:wanted]).ljust(64, b"\0")


def test_outputs_that_were_cut_are_decoded_as_far_as_they_go() -> None:
    model = model_of(counting(3))
    output = model.answer(numbers(*X, text=b"abc"))
    (y,) = model.decode_output(output)
    assert y.shape == (4,) and y.tobytes() == output[4:20]
    (whole,) = model.decode_output(output[:4] + bytes(64))
    assert whole.shape == (4, 4)
    with pytest.raises(InputError, match="output bytes: expected 4 to 68, got 3"):
        model.decode_output(output[:3])
    with pytest.raises(InputError, match="got 69"):
        model.decode_output(bytes(69))


def test_input_that_varies_may_be_given_as_a_shorter_row() -> None:
    model, x = model_of(counting(3)), np.float32(X)
    assert model.encode_input([x, np.frombuffer(b"abc", np.uint8)]) == numbers(
        *X, text=b"abc"
    )
    for wrong in (np.zeros(9, np.uint8), np.zeros((1, 3), np.uint8), np.zeros(3, bool)):
        with pytest.raises(InputError, match="input text"):
            model.encode_input([x, wrong])
    with pytest.raises(InputError, match="input x"):
        model.encode_input([x[:3], np.zeros(3, np.uint8)])


def test_segments_of_a_loop_are_at_most_all_passes() -> None:
    model = model_of(counting(5))
    loop, rows = model.tables.loop, len(model.tables.segments)
    assert model.segments == rows + 4 * loop.body
    assert model.execution(numbers(9, 9, 9, 9)).segments == rows + 2 * loop.body


def test_threads_share_a_loop_with_the_same_bits(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("SHARED_INSTRUCTIONS", "WAKING_INSTRUCTIONS"):
        monkeypatch.setattr(tinynn.execution.program, name, 0)
    for seed in range(3):
        rng = np.random.default_rng([seed, 3])
        model = model_of(random_graph(rng))
        data = request(model, rng)
        expected = model.answer(data)
        assert [model.answer(data, threads) for threads in (2, 3, 2)] == [expected] * 3


REFUSED = {
    "a second loop": lambda graph, x: graph.loop(2).__enter__(),
    "no passes": lambda graph, x: GraphBuilder("other").loop(0).__enter__(),
    "a skip by floats": lambda graph, x: graph.unless_zero(x).__enter__(),
    "a stop by floats": lambda graph, x: graph.stop_unless_zero(x),
    "a stop behind the loop": lambda graph, x: graph.stop_unless_zero(
        graph.op("Identity", np.int32([1]))
    ),
    "a length of two words": lambda graph, x: graph.answer_length(
        graph.constant(np.int32([1, 2]))
    ),
    "a row of another width": lambda graph, x: graph.put_row(
        graph.cache("float32", (3, 5)), x
    ),
    "a row two further": lambda graph, x: graph.put_row(
        graph.cache("float32", (3, 4)), x, offset=2
    ),
    "a row of no cache": lambda graph, x: graph.put_row(
        graph.op("Identity", np.zeros((3, 4), np.float32)), x
    ),
    "a cache filled with less": lambda graph, x: graph.fill(
        graph.cache("float32", (3, 4)), x
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_builder_refuses_what_no_loop_has(name: str) -> None:
    graph = GraphBuilder("loop")
    x = graph.input("x", "float32", (4,))
    with graph.loop(2):
        graph.op("Exp", x)
    with pytest.raises(GraphError):
        REFUSED[name](graph, x)


def test_builder_refuses_an_empty_body() -> None:
    graph = GraphBuilder("loop")
    with pytest.raises(GraphError, match="body"), graph.loop(2):
        pass


def test_plain_graphs_are_images_of_version_2() -> None:
    graph = GraphBuilder("plain")
    graph.output(graph.op("Exp", graph.input("x", "float32", (1,))), "y")
    assert graph.build()[4:8] == b"\2\0\0\0"
    assert counting().build()[4:8] == b"\3\0\0\0"


def test_length_word_is_where_the_machine_has_it() -> None:
    machine = model_of(counting()).machine(bytes(19))
    assert LENGTH_WORD.start == INPUT.base
    assert machine.memory.load_word(LENGTH_WORD.start) == 19
