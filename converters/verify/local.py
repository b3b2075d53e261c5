"""Each operator of a source by itself: onnxruntime's result on what the image feeds it.

So no operator answers for the rounding of those before it: a difference that cancels
almost to zero, or the one level of a quantiser that a rounded sum decides, is no fault
of what comes after. All operators are in one session: the source's graph, cut wherever
the image holds the tensor.
"""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final

import numpy as np

from converters.source import Source
from converters.values import Array
from converters.verify.rule import Difference, Tolerance, difference
from converters.verify.witness import session_of

if TYPE_CHECKING:
    from onnx import ModelProto, NodeProto

OURS: Final = "ours/"
NUDGE: Final = 2.0**-20
ROOM: Final = 8.0
"""A result may be off by so many times what nudged inputs move it by: rounding."""

STEPS: Final = frozenset(
    """
    ArgMax ArgMin Cast CastLike Ceil DynamicQuantizeLinear Equal Floor Greater
    GreaterOrEqual Hardmax IsInf IsNaN Less LessOrEqual Mod NonZero OneHot
    QLinearConv QLinearMatMul QuantizeLinear Round Sign TopK Unique
    """.split()
)
"""Operators that a nudge moves by a whole step: of equal inputs they are equal."""


def local_differences(
    source: Source,
    feeds: Mapping[str, Array],
    held: Mapping[str, Array],
    rule: Tolerance,
) -> Iterator[tuple["NodeProto", Difference]]:
    """Of every node whose result is held, in order.

    `feeds` are the source's inputs, `held` what the image makes of its tensors, both in
    the source's types and shapes. Raises whatever onnxruntime does.
    """
    cut = cut_model(source.model, held)
    session = session_of(cut)
    names = [value.name for value in cut.graph.output]
    if not names:
        return
    given = dict(feeds) | {
        value.name: held[value.name.removeprefix(OURS)]
        for value in cut.graph.input
        if value.name.startswith(OURS)
    }
    plain = dict(zip(names, session.run(names, given), strict=True))
    moved = dict(zip(names, session.run(names, nudged(given)), strict=True))
    for node in source.needed_nodes():
        for name in node.output:
            if name in plain:
                room = 0.0 if node.op_type in STEPS else shift(plain[name], moved[name])
                apart = difference(name, [plain[name]], [held[name]], rule, ROOM * room)
                yield node, apart


def cut_model(whole: "ModelProto", held: Mapping[str, Array]) -> "ModelProto":
    """Every node takes what is held from outside, and gives its own result."""
    from onnx import ModelProto, helper

    model = ModelProto()
    model.CopyFrom(whole)
    graph = model.graph
    made = {name for node in graph.node for name in node.output}
    used: dict[str, None] = {}
    for node in graph.node:
        for place, name in enumerate(node.input):
            if name in held and name in made:
                used[name] = None
                node.input[place] = OURS + name
    del graph.output[:], graph.value_info[:]
    for name in used:
        kind = helper.np_dtype_to_tensor_dtype(held[name].dtype)
        graph.input.append(
            helper.make_tensor_value_info(OURS + name, kind, held[name].shape)
        )
    for name in held:
        if name in made:
            kind = helper.np_dtype_to_tensor_dtype(held[name].dtype)
            graph.output.append(
                helper.make_tensor_value_info(name, kind, held[name].shape)
            )
    return model


def nudged(feeds: Mapping[str, Array]) -> dict[str, Array]:
    """Floats a little larger or smaller, at random but always alike."""
    random = np.random.default_rng(0)

    def moved(array: Array) -> Array:
        if array.dtype.kind != "f":
            return array
        signs = random.choice((-NUDGE, NUDGE), array.shape)
        return np.asarray(array * (1 + signs)).astype(array.dtype)

    return {name: moved(np.asarray(array)) for name, array in feeds.items()}


def shift(left: Array, right: Array) -> float:
    """How far a nudge moves a tensor of floats, at most."""
    if left.dtype.kind != "f":
        return 0.0
    with np.errstate(all="ignore"):
        apart = np.abs(left.astype(np.float64) - right)
    return float(apart[np.isfinite(apart)].max(initial=0.0))
