"""int64: 32 bits where they surely do, two words where not, refused elsewhere."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import helper, numpy_helper
from support.sources.onnx_nets import BOOL, FLOAT, INT32, INT64, Array, floats, node

import tinynn
from converters import convert
from converters.errors import Unsupported
from mips_vm import Status

SEED = 5
EDGES = [0, 1, -1, 2, 7, -128, 255, 2**16, -(2**16), 2**24 + 1, 2**31 - 1, -(2**31)]
WIDTH = 48


def saved(
    path: Path,
    nodes: Sequence[onnx.NodeProto],
    inputs: Mapping[str, tuple[int, Sequence[int]]],
    outputs: Mapping[str, tuple[int, Sequence[int] | None]],
    weights: Mapping[str, Array],
) -> Path:
    graph = helper.make_graph(
        list(nodes),
        "net",
        [helper.make_tensor_value_info(name, *kind) for name, kind in inputs.items()],
        [helper.make_tensor_value_info(name, *kind) for name, kind in outputs.items()],
        [numpy_helper.from_array(array, name) for name, array in weights.items()],
    )
    model = helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=8
    )
    onnx.save_model(onnx.shape_inference.infer_shapes(model), path)
    return path


def numbers(seed: int) -> Array:
    """Of 32 bits, of all sizes, as int64."""
    rng = np.random.default_rng(seed)
    sizes = rng.integers(0, 2**31, WIDTH - len(EDGES)) >> rng.integers(
        0, 31, WIDTH - len(EDGES)
    )
    signs = rng.choice([-1, 1], sizes.shape)
    return rng.permutation(np.concatenate([EDGES, signs * sizes])).reshape(1, WIDTH)


def answers(image: tinynn.Model, inputs: Mapping[str, Array]) -> list[Array]:
    """Native, once the guest has left the same bits."""
    given = [
        inputs[spec.name].astype(spec.dtype).reshape(spec.shape)
        for spec in image.inputs
    ]
    request = image.encode_input(given)
    machine = image.machine(request)
    while machine.status is Status.YIELDED:
        machine.resume()
        machine.run()
    assert machine.output() == image.answer(request)
    return image.run(given)


WIDER = [  # p = x * 2^31 + w, q = w * 3 * 2^20 - x: of up to 62 bits
    node("Mul", "x shift", "xs"),
    node("Add", "xs w", "p"),
    node("Mul", "w other", "ws"),
    node("Sub", "ws x", "q"),
]
CONSTANTS = {
    "shift": np.int64(2**31),
    "other": np.int64(3 * 2**20),
    "axis": np.int64([1]),
    "line": np.int64(1),
    "some": np.int64([3, 0, 7, 7, -1]),
    "four": np.int64([4]),
    "order": np.int64([WIDTH]),
    "none": np.int64([-WIDTH - 1]),
    "minus": np.int64([-1]),
}

Truth = Callable[[Array, Array], Array]


def trunc(a: Array, b: int) -> Array:
    """Towards zero."""
    return np.sign(a) * np.sign(b) * (np.abs(a) // abs(b))


OPERATIONS: dict[str, tuple[list[onnx.NodeProto], Truth]] = {
    "itself": ([node("Identity", "p", "z")], lambda p, q: p),
    "sum": ([node("Add", "p q", "z")], lambda p, q: p + q),
    "difference": ([node("Sub", "p q", "z")], lambda p, q: p - q),
    "product, modulo 2^64": ([node("Mul", "p q", "z")], lambda p, q: p * q),
    "cube": ([node("Pow", "x three", "z")], lambda p, q: p),
    "negative": ([node("Neg", "p", "z")], lambda p, q: -p),
    "size": ([node("Abs", "p", "z")], lambda p, q: np.abs(p)),
    "greater": ([node("Max", "p q", "z")], np.maximum),
    "lesser": ([node("Min", "p q", "z")], np.minimum),
    "total": (
        [node("ReduceSum", "p axis", "z")], lambda p, q: p.sum(1, keepdims=True)
    ),
    "running total": ([node("CumSum", "p line", "z")], lambda p, q: p.cumsum(1)),
    "some of them": (
        [node("Gather", "p some", "z", axis=1)], lambda p, q: p[:, [3, 0, 7, 7, -1]]
    ),
    "both": ([node("Concat", "p q", "z", axis=1)], lambda p, q: np.hstack([p, q])),
    "turned": (
        [node("Slice", "p minus none axis minus", "z")], lambda p, q: p[:, ::-1]
    ),
    "reshaped": (
        [node("Reshape", "p tall", "r"), node("Transpose", "r", "z", perm=[1, 0])],
        lambda p, q: p.reshape(4, -1).T,
    ),
    "the positive ones": (
        [
            node("Greater", "p zero", "c"),
            node("Where", "c p q", "z"),
        ],
        lambda p, q: np.where(p > 0, p, q),
    ),
    "quotient": ([node("Div", "p seven", "z")], lambda p, q: trunc(p, 7)),
    "quotient by less than 0": (
        [node("Div", "p minus_k", "z")], lambda p, q: trunc(p, -1000)
    ),
    "quotient by a product": (
        [node("Div", "q many", "z")], lambda p, q: trunc(q, 10**9)
    ),
    "rest": ([node("Mod", "p seven", "z")], lambda p, q: p % 7),
    "rest by less than 0": ([node("Mod", "p minus_k", "z")], lambda p, q: p % -1000),
    "rest with the dividend's sign": (
        [node("Mod", "p seven", "z", fmod=1)], lambda p, q: np.fmod(p, 7)
    ),
    "rest of many bits": ([node("Mod", "p huge", "z")], lambda p, q: p % 10**11),
    "back to few bits": (
        [node("Sub", "p xs", "z")], lambda p, q: p
    ),
}  # fmt: skip
MORE = {
    "seven": np.int64(7),
    "minus_k": np.int64(-1000),
    "many": np.int64(10**9),
    "huge": np.int64(10**11),
} | {"three": np.int64(3), "zero": np.int64(0), "tall": np.int64([4, -1])}


@pytest.mark.parametrize("name", OPERATIONS)
def test_int64_in_two_words_is_exact(name: str, tmp_path: Path) -> None:
    """As a float, rounded once, and its low 32 bits; in the guest, too."""
    nodes, truth = OPERATIONS[name]
    ends = [node("Cast", "z", "f", to=FLOAT), node("Cast", "z", "n", to=INT32)]
    kind = (INT64, (1, WIDTH))
    path = saved(
        tmp_path / "net.onnx",
        [*WIDER, *nodes, *ends],
        {"x": kind, "w": kind},
        {"f": (FLOAT, None), "n": (INT32, None)},
        CONSTANTS | MORE,
    )
    x, w = numbers(SEED), numbers(SEED + 1)
    with np.errstate(over="ignore"):
        p, q = x * 2**31 + w, w * (3 * 2**20) - x
        expected = truth(p, q)
        if name == "cube":
            expected = x**3
        if name == "back to few bits":
            expected = w
    image = tinynn.load(convert(path))
    f, n = answers(image, {"x": x, "w": w})
    np.testing.assert_array_equal(f.reshape(-1), expected.astype(np.float32).ravel())
    np.testing.assert_array_equal(n.reshape(-1), expected.astype(np.int32).ravel())


COMPARED: dict[str, Truth] = {
    "Equal": np.equal,
    "Greater": np.greater,
    "GreaterOrEqual": np.greater_equal,
    "Less": np.less,
    "LessOrEqual": np.less_equal,
}


@pytest.mark.parametrize("operator", COMPARED)
def test_int64_comparisons_see_both_words(operator: str, tmp_path: Path) -> None:
    nodes = [*WIDER, node(operator, "p q", "c"), node(operator, "p p", "d")]
    kind = (INT64, (1, WIDTH))
    path = saved(
        tmp_path / "net.onnx",
        nodes,
        {"x": kind, "w": kind},
        {"c": (BOOL, (1, WIDTH)), "d": (BOOL, (1, WIDTH))},
        CONSTANTS,
    )
    x, w = numbers(SEED), numbers(SEED + 1)
    p, q = x * 2**31 + w, w * (3 * 2**20) - x
    c, d = answers(tinynn.load(convert(path)), {"x": x, "w": w})
    np.testing.assert_array_equal(c.ravel(), COMPARED[operator](p, q).ravel())
    np.testing.assert_array_equal(d.ravel(), COMPARED[operator](p, p).ravel())


def test_int64_of_floats_is_their_whole_part(tmp_path: Path) -> None:
    """Also beyond 32 bits; what 64 do not hold is the least, as in onnxruntime."""
    nodes = [
        node("Cast", "x", "h", to=INT64),
        node("Cast", "h", "f", to=FLOAT),
        node("Cast", "h", "n", to=INT32),
        node("Add", "h one", "k"),
        node("Cast", "k", "g", to=FLOAT),
    ]
    x = np.float32(
        [[0.5, -0.5, -1.5, 3e9, -3e9, 1e18, -1e18, 2**31, 7.9, 1e19, -1e19, 2**24 + 2]]
    )
    width = x.shape[1]
    outputs = {"f": FLOAT, "n": INT32, "g": FLOAT}
    path = saved(
        tmp_path / "net.onnx",
        nodes,
        {"x": (FLOAT, (1, width))},
        {name: (kind, (1, width)) for name, kind in outputs.items()},
        {"one": np.int64(1)},
    )
    runtime = pytest.importorskip("onnxruntime")
    session = runtime.InferenceSession(path, providers=["CPUExecutionProvider"])
    expected = session.run(list(outputs), {"x": x})
    actual = answers(tinynn.load(convert(path)), {"x": x})
    for left, right in zip(expected, actual, strict=True):
        np.testing.assert_array_equal(right.ravel(), left.ravel())
    assert not np.signbit(actual[0].ravel()[1])


def test_int64_constants_are_folded_in_two_words(tmp_path: Path) -> None:
    weights = {
        "a": np.int64([2**40, -3, 2**62]),
        "b": np.int64([5, 2**33, 1]),
        "axis": np.int64([0]),
    }
    nodes = [
        node("Mul", "a b", "m"),
        node("Concat", "m a", "c", axis=0),
        node("ReduceSum", "c axis", "s"),
        node("Cast", "s", "t", to=FLOAT),
        node("Add", "x t", "y"),
    ]
    path = saved(
        tmp_path / "net.onnx",
        nodes,
        {"x": (FLOAT, (1,))},
        {"y": (FLOAT, (1,))},
        weights,
    )
    image = tinynn.load(convert(path))
    total = np.concatenate([weights["a"] * weights["b"], weights["a"]]).sum()
    assert image.run(np.zeros(1, np.float32))[0] == np.float32(total)
    assert len(image.tables.operators) == 1


def small(folder: Path, nodes: Sequence[onnx.NodeProto], y: int = INT64) -> Path:
    weights = {
        "w": floats(5, 3),
        "k": np.int64(20_000),
        "one": np.int64(1),
        "axis": np.int64([1]),
    }
    kinds = {"x": (INT64, (1, 4))}, {"y": (y, None)}
    return saved(folder / "net.onnx", nodes, *kinds, weights)


REFUSED: dict[str, tuple[list[onnx.NodeProto], str]] = {
    "output": ([node("Add", "x one", "y")], "'y', output: int64"),
    "division": (
        [node("Mul", "x k", "h"), node("Div", "h x", "d"), node("Min", "d one", "y")],
        "node 'node_d', Div: int64",
    ),
    "greatest": (
        [node("Mul", "x k", "h"), node("ReduceMax", "h axis", "y")],
        "node 'node_y', ReduceMax: int64",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_int64_that_can_not_be_computed_is_refused_with_node_and_hint(
    name: str, tmp_path: Path
) -> None:
    nodes, reason = REFUSED[name]
    with pytest.raises(Unsupported) as refusal:
        convert(small(tmp_path, nodes))
    assert reason in str(refusal.value)
    assert "expected numbers of 32 bits, got -" in str(refusal.value)
    assert "make it float32 or int32" in str(refusal.value)


def test_int64_that_fits_stays_one_word(tmp_path: Path) -> None:
    """Rows of a table, their places, a remainder: what models do with int64."""
    nodes = [
        node("Mod", "x five", "r"),
        node("Gather", "w r", "g"),
        node("ArgMax", "g", "a", axis=2, keepdims=0),
        node("Add", "a one", "b"),
        node("Mul", "b k", "y"),
    ]
    weights = {
        "five": np.int64(5), "w": floats(5, 3), "one": np.int64(1), "k": np.int64(99)
    }  # fmt: skip
    kinds = {"x": (INT64, (1, 4))}, {"y": (INT64, (1, 4))}
    path = saved(tmp_path / "net.onnx", nodes, *kinds, weights)
    x = np.int64([[3, -7, 2**31 - 1, -(2**31)]])
    (y,) = answers(tinynn.load(convert(path)), {"x": x})
    best = weights["w"][x % 5].argmax(2)
    np.testing.assert_array_equal(y.reshape(1, 4), (best + 1) * 99)
    assert y.dtype == np.int32


def test_int32_wraps_as_it_does_everywhere(tmp_path: Path) -> None:
    kind = (INT32, (1, 2))
    path = saved(
        tmp_path / "net.onnx",
        [node("Mul", "x x", "y")],
        {"x": kind},
        {"y": kind},
        {},
    )
    x = np.int32([[50_000, -70_000]])
    (y,) = answers(tinynn.load(convert(path)), {"x": x})
    np.testing.assert_array_equal(y.ravel(), (x * x).ravel())


def test_foreign_int64_cases_compute_what_onnxruntime_does(shared_data: Path) -> None:
    for name in ("i64_sum", "i64_floor_pow"):
        held = np.load(shared_data / "cases" / "onnx" / f"{name}.npz")
        image = tinynn.load(convert(shared_data / "cases" / "onnx" / f"{name}.onnx"))
        (y,) = answers(image, {"x": held["in:x"]})
        np.testing.assert_array_equal(y.ravel(), held["out:y"].ravel())
