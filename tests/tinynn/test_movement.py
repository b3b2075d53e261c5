"""Elements that are moved: guest, native and numpy agree on every type."""

import numpy as np
import pytest
from support.images.operations import apply, model_of

import tinynn
from tinynn import GraphBuilder, GraphError
from tinynn.operators import movement

SEED = 13
TYPES = [np.float32, np.int32, np.uint8, np.int8, bool]


def numbers(shape: tuple[int, ...], dtype: type = np.float32) -> np.ndarray:
    """All bits occur in four-byte types, so also NaNs of any payload."""
    rng = np.random.default_rng(SEED)
    if dtype is bool:
        return rng.integers(0, 2, shape).astype(bool)
    raw = rng.bytes(int(np.prod(shape)) * np.dtype(dtype).itemsize)
    return np.frombuffer(raw, dtype).reshape(shape)


def same(result: np.ndarray, expected: np.ndarray) -> bool:
    return (
        result.dtype == expected.dtype
        and result.shape == expected.shape
        and result.tobytes() == np.ascontiguousarray(expected).tobytes()
    )


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize(
    ("shape", "perm"),
    [
        ((5, 7), None),
        ((2, 3, 4), (1, 2, 0)),
        ((2, 3, 4), (0, 1, 2)),
        ((1, 2, 1, 3, 2, 1, 2, 2), (7, 0, 6, 1, 5, 2, 4, 3)),
        ((), None),
    ],
)
def test_transpose_equals_numpy(dtype: type, shape: tuple, perm: tuple | None) -> None:
    x = numbers(shape, dtype)
    assert same(apply("Transpose", x, perm=perm)[0], np.transpose(x, perm))


@pytest.mark.parametrize("dtype", TYPES)
def test_slice_with_steps_equals_numpy(dtype: type) -> None:
    x = numbers((6, 5, 9), dtype)
    result = apply("Slice", x, starts=(1, 4, 8), lengths=(3, 5, 3), steps=(2, -1, -4))
    assert same(result[0], x[1:6:2, ::-1, 8::-4])


@pytest.mark.parametrize("dtype", TYPES)
def test_expand_and_tile_equal_numpy(dtype: type) -> None:
    x = numbers((3, 1, 2), dtype)
    wide = apply("Expand", x, shape=(2, 3, 4, 2))[0]
    assert same(wide, np.broadcast_to(x, (2, 3, 4, 2)))
    assert same(apply("Tile", x, repeats=(2, 3, 2))[0], np.tile(x, (2, 3, 2)))


def test_split_equals_numpy() -> None:
    x = numbers((4, 9))
    parts = apply("Split", x, split=(2, 3, 4), axis=-1)
    expected = np.split(x, [2, 5], axis=1)
    assert all(same(part, want) for part, want in zip(parts, expected, strict=True))


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("axis", [0, 1, -1])
def test_concat_equals_numpy(dtype: type, axis: int) -> None:
    parts = []
    for extent in (4, 1, 8):
        shape = [4, 4, 4]
        shape[axis] = extent
        parts.append(numbers(tuple(shape), dtype))
    result = apply("Concat", *parts, axis=axis, constant=[1])[0]
    assert same(result, np.concatenate(parts, axis))


def test_concat_takes_one_tensor_twice() -> None:
    graph = GraphBuilder("twice")
    x = graph.input("x", "int32", (3,))
    graph.output(graph.op("Concat", x, x, x, axis=0), "y")
    model = tinynn.load(graph.build())
    assert model.run(np.arange(3, dtype=np.int32))[0].tolist() == [0, 1, 2] * 3


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize(
    ("shape", "before", "after"),
    [
        ((3,), (2,), (1,)),
        ((2, 3), (0, 2), (1, 0)),
        ((2, 3, 2), (1, 0, 2), (3, 1, 0)),
        ((1, 1, 2, 2, 1, 1, 1, 2), (0, 1, 0, 1, 0, 0, 0, 1), (1, 0, 0, 0, 0, 0, 1, 1)),
        ((), (), ()),
    ],
)
def test_pad_equals_numpy(
    dtype: type, shape: tuple, before: tuple, after: tuple
) -> None:
    x = numbers(shape, dtype)
    value = True if dtype is bool else 3
    result = apply("Pad", x, before=before, after=after, value=value)[0]
    pads = list(zip(before, after, strict=True))
    expected = np.pad(x, pads, constant_values=value) if pads else x
    assert same(result, expected)


INDICES = np.array([[0, 4, -1], [-5, 5, 99], [-6, -(2**31), 2**31 - 1]], np.int32)
"""Of five elements: the last four are outside."""

INSIDE = np.array([[0, 4, 4], [0, 4, 4], [0, 0, 4]])


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("axis", [0, 1, 2])
def test_gather_equals_numpy(dtype: type, axis: int) -> None:
    shape = [4, 3, 2]
    shape[axis] = 5
    data = numbers(tuple(shape), dtype)
    result = apply("Gather", data, INDICES, axis=axis, constant=[0])[0]
    assert same(result, np.take(data, INSIDE, axis=axis))


def test_gather_by_a_scalar_drops_the_axis() -> None:
    data = numbers((5, 3))
    result = apply("Gather", data, np.array(2, np.int32), constant=[1])[0]
    assert same(result, data[2])


@pytest.mark.parametrize("axis", [0, 1])
def test_gather_elements_equals_numpy(axis: int) -> None:
    data = numbers((5, 3) if axis == 0 else (3, 5))
    result = apply("GatherElements", data, INDICES, axis=axis)[0]
    assert same(result, np.take_along_axis(data, INSIDE, axis))


@pytest.mark.parametrize(
    ("name", "given", "attributes"),
    [
        ("Transpose", [(90, 500)], {}),
        ("Slice", [(90, 500)], {"starts": (1, 2), "lengths": (88, 490)}),
        ("Concat", [(90, 500), (90, 7)], {"axis": 1}),
        ("Pad", [(90, 500)], {"before": (1, 2), "after": (3, 4)}),
        ("Expand", [(1, 500)], {"shape": (90, 500)}),
    ],
)
def test_movement_in_tiles_equals_numpy(
    name: str, given: list, attributes: dict
) -> None:
    """Tiles begin and end inside rows."""
    arrays = [numbers(shape, np.int8) for shape in given]
    assert model_of(name, arrays, (), **attributes).segments > 1
    result = apply(name, *arrays, **attributes)[0]
    x = arrays[0]
    expected = {
        "Transpose": lambda: x.T,
        "Slice": lambda: x[1:89, 2:492],
        "Concat": lambda: np.concatenate(arrays, 1),
        "Pad": lambda: np.pad(x, ((1, 3), (2, 4))),
        "Expand": lambda: np.broadcast_to(x, (90, 500)),
    }[name]()
    assert same(result, expected)


@pytest.mark.parametrize("name", ["Gather", "GatherElements"])
def test_gather_in_tiles_equals_numpy(name: str) -> None:
    data = numbers((30, 11))
    shape = (2000,) if name == "Gather" else (2000, 11)
    indices = np.random.default_rng(SEED).integers(0, 30, shape).astype(np.int32)
    assert model_of(name, [data, indices], [0]).segments > 1
    result = apply(name, data, indices, constant=[0])[0]
    take = np.take if name == "Gather" else np.take_along_axis
    assert same(result, take(data, indices, 0))


def test_reshape_costs_nothing() -> None:
    graph = GraphBuilder("free")
    x = graph.op("Relu", graph.input("x", "float32", (2, 3)))
    flat = graph.op("Reshape", x, shape=(6,))
    graph.output(graph.op("Relu", flat), "y")
    assert len(graph.tables().operators) == 2


@pytest.mark.parametrize(
    ("name", "attributes", "message"),
    [
        ("Transpose", {"perm": (0, 0)}, "perm: expected each axis once"),
        ("Slice", {"starts": (0, 0), "lengths": (4, 2)}, "slice of axis 0"),
        ("Slice", {"starts": (0,), "lengths": (4, 2)}, "starts: expected 2 numbers"),
        ("Expand", {"shape": (3, 5)}, "expand: expected"),
        ("Pad", {"before": (0, -1), "after": (0, 0)}, "pads: expected 2 before"),
        ("Concat", {"axis": 2}, "axis: expected -2 to 1, got 2"),
        ("Reshape", {"shape": (5,)}, "view: expected 24 bytes"),
        ("Split", {"split": (1, 1), "axis": 0}, "split: expected 3, got 2"),
    ],
)
def test_movement_that_does_not_fit_is_refused(
    name: str, attributes: dict, message: str
) -> None:
    graph = GraphBuilder("bad")
    x = graph.input("x", "float32", (3, 2))
    with pytest.raises(GraphError, match=message):
        graph.op(name, x, **attributes)


@pytest.mark.parametrize(
    "words",
    [(0, 4, 2), (3, 4, 0xFFFF_FFFE), (6, 1, 0), (0, 0, 1), (0, 4), (0, *[1] * 18)],
    ids=str,
)
def test_strided_never_leaves_its_source(words: tuple[int, ...]) -> None:
    x = tinynn.memory.tensor.TensorType("float32", (6,))
    with pytest.raises(tinynn.errors.Misfit, match="strided"):
        movement.infer_strided([x], words)
    assert movement.infer_strided([x], (5, 6, 0xFFFF_FFFF)).shape == (6,)
