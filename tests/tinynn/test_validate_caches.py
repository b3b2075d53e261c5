"""Which caches, flags and words of a run the validator takes."""

from dataclasses import replace

import pytest
from support.images.loops import with_operator

import tinynn
from tinynn import GraphBuilder, errors
from tinynn.image.image import Tables, encode
from tinynn.memory.tensor import TensorType
from tinynn.memory.words import PASS_WORD
from tinynn.operators import Operand


def plain() -> Tables:
    graph = GraphBuilder("plain")
    graph.output(graph.op("Identity", graph.input("x", "int32", (1,))), "y")
    return graph.tables()


def test_validate_plain_image_has_no_words_of_the_run() -> None:
    tables = plain()
    assert tables.version == 2 and tinynn.load(encode(tables))
    read = Operand(TensorType("int32", (1,)), PASS_WORD.start)
    changed = with_operator(tables, 0, replace(tables.operators[0], sources=(read,)))
    with pytest.raises(errors.AddressOutOfBounds, match="source 0"):
        tinynn.load(encode(changed))
    assert tinynn.load(encode(replace(changed, version=3)))


@pytest.mark.parametrize("offset", range(96, 128, 4))
def test_validate_new_words_of_a_plain_image_are_zeros(offset: int) -> None:
    image = bytearray(encode(plain()))
    image[offset] = 1
    with pytest.raises(errors.WrongField, match="reserved header bytes"):
        tinynn.load(bytes(image))


@pytest.mark.parametrize(
    ("offset", "message"), [(116, "flags: expected 0 or 1, got 2"), (120, "reserved")]
)
def test_validate_unknown_flags_are_refused(offset: int, message: str) -> None:
    image = bytearray(encode(replace(plain(), version=3)))
    image[offset] = 2
    with pytest.raises(errors.WrongField, match=message):
        tinynn.load(bytes(image))


def test_validate_input_that_varies_has_elements_of_a_byte() -> None:
    graph = GraphBuilder("words")
    graph.let_input_vary()
    graph.output(graph.op("Identity", graph.input("x", "int32", (1,))), "y")
    with pytest.raises(errors.WrongField, match="last input: expected elements of one"):
        graph.build()


def test_validate_two_caches_that_overlap_are_refused() -> None:
    graph = GraphBuilder("two")
    row = graph.op("Identity", graph.input("x", "float32", (4,)))
    first, second = graph.cache("float32", (8, 4)), graph.cache("float32", (8, 4))
    with graph.loop(3):
        graph.put_row(first, row)
        graph.put_row(second, row)
        graph.put_row(second, row, offset=1)
    graph.output(first, "y")
    tables = graph.tables()
    assert tinynn.load(encode(tables))
    for index, offset in ((1, 16), (2, -16), (3, -16)):
        operator = tables.operators[index]
        moved = replace(operator.target, address=operator.target.address + offset)
        image = encode(with_operator(tables, index, replace(operator, target=moved)))
        with pytest.raises(errors.Aliasing, match="target that rows are put into"):
            tinynn.load(image)


@pytest.mark.parametrize("place", ["before", "within", "behind"])
def test_validate_a_cache_is_filled_before_the_loop_only(place: str) -> None:
    graph = GraphBuilder("filled")
    rows = graph.input("rows", "float32", (8, 4))
    cache = graph.cache("float32", (8, 4))
    row = graph.op("Identity", graph.input("x", "float32", (4,)))
    made = {"before": graph.op("Identity", rows)}
    with graph.loop(3):
        made["within"] = graph.op("Identity", rows)
        graph.put_row(cache, row)
    made["behind"] = graph.op("Identity", rows)
    for value in (cache, *made.values()):
        graph.output(value, "y")
    tables = graph.tables()
    index = {"before": 1, "within": 2, "behind": 4}[place]
    copy = tables.operators[index]
    moved = replace(copy, target=tables.operators[3].target)
    image = encode(with_operator(tables, index, moved))
    if place == "before":
        assert tinynn.load(image)
        return
    with pytest.raises(errors.Aliasing, match="which rows are put into"):
        tinynn.load(image)
