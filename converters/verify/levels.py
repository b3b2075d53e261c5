"""Outputs that are off because a rounded sum decided a quantiser's level.

A sum that lies between two levels is one or the other, by the order of its terms; all
that comes after differs by a level, and no tolerance of floats holds that. So the file
is cut behind its quantisers. Given the image's levels there, onnxruntime must compute
the image's outputs, within tolerance; and every level must be what the quantiser makes
of a number within tolerance of onnxruntime's. The file is read anew: what was made of
it here has no say.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from converters.nodes import attributes_of
from converters.source import Source
from converters.values import Array
from converters.verify.local import OURS, cut_model
from converters.verify.rule import Difference, Tolerance, difference
from converters.verify.witness import session_of

if TYPE_CHECKING:
    from onnx import ModelProto, NodeProto

QUANTISER: Final = "QuantizeLinear"
DEQUANTISER: Final = "DequantizeLinear"
BYTES: Final = (2, 3)
"""ONNX's numbers of uint8 and int8."""

MOST_APART: Final = 2
"""Levels of 256 that an output may be off by, where kernels differ by as much."""

MOVES: Final = ("Identity", "Reshape", "Squeeze", "Transpose")


def levels_decide(
    path: Path,
    feeds: Mapping[str, Array],
    held: Mapping[str, Array],
    outputs: Mapping[str, Array],
    limits: Tolerance,
) -> bool:
    """Whether `outputs` are right, given the image's levels, which are right, too.

    `held` is what the image makes of the file's tensors. False if the file has no
    quantiser whose levels are held. Raises whatever onnxruntime does.
    """
    import onnx

    model = onnx.load_model(path)
    scales = {t.name: onnx.numpy_helper.to_array(t) for t in model.graph.initializer}
    quantisers = [node for node in of_kind(model) if node.output[0] in held]
    levels = {node.output[0]: held[node.output[0]] for node in quantisers}
    if not levels or any(set(node.input[1:]) - set(scales) for node in quantisers):
        return False
    computed = run(model, feeds, levels, [node.input[0] for node in quantisers])
    judged = run(model, feeds, levels, list(outputs))
    return all(
        is_level(node, computed[node.input[0]], levels[node.output[0]], scales, limits)
        for node in quantisers
    ) and all(
        difference(name, [judged[name]], [array], limits).within
        for name, array in outputs.items()
        if name not in levels
    )


def of_kind(model: "ModelProto") -> Iterator["NodeProto"]:
    return (node for node in model.graph.node if node.op_type == QUANTISER)


def run(
    model: "ModelProto",
    feeds: Mapping[str, Array],
    levels: Mapping[str, Array],
    names: Sequence[str],
) -> dict[str, Array]:
    """onnxruntime's results of that name, the levels put in their places.

    A result that is itself levels is what the file makes of those before it.
    """
    import onnx

    cut = cut_model(model, levels)
    made = {name for node in cut.graph.node for name in node.output}
    wanted = sorted({name for name in names if name in made})
    del cut.graph.output[:]
    cut.graph.output.extend(onnx.ValueInfoProto(name=name) for name in wanted)
    given = dict(feeds)
    for value in cut.graph.input:
        if value.name.startswith(OURS):
            given[value.name] = levels[value.name.removeprefix(OURS)]
    results = session_of(cut).run(wanted, given)
    return dict(feeds) | dict(zip(wanted, map(np.asarray, results), strict=True))


def is_level(
    node: "NodeProto",
    x: Array,
    levels: Array,
    scales: Mapping[str, Array],
    limits: Tolerance,
) -> bool:
    """Whether the levels are between those of x less and more what is allowed."""
    line = [1] * x.ndim
    scale, *zeros = (scales[name] for name in node.input[1:])
    if scale.size > 1:
        line[attributes_of(node).get("axis", 1)] = -1
    zero = zeros[0].reshape(line) if zeros else np.uint8(0)
    room = limits.allowed(x[None])[0]
    ends = [level(part, scale.reshape(line), zero) for part in (x - room, x + room)]
    return bool(np.all((ends[0] <= levels) & (levels <= ends[1])))


def level(x: Array, scale: Array, zero: Any) -> Array:
    """ONNX's QuantizeLinear, wide."""
    limits = np.iinfo(zero.dtype)
    return np.clip(np.rint(x / scale) + np.float64(zero), limits.min, limits.max)


def levels_apart(source: Source, outputs: Sequence[Difference]) -> int | None:
    """How many levels the outputs are off by, at most; None if one that is off has no
    levels, or is off by more than MOST_APART."""
    worst = 0
    for part in outputs:
        step = level_of(source, part.name)
        if part.within:
            continue
        apart = None if step is None else round(part.maximum / step)
        if apart is None or apart > MOST_APART:
            return None
        worst = max(worst, apart)
    return worst


def level_of(source: Source, name: str) -> float | None:
    """What an output's level is worth: 1 of bytes, a scale of floats made of them."""
    makers = {
        output: node for node in source.model.graph.node for output in node.output
    }
    node = makers.get(name)
    while node is not None and node.op_type in MOVES:
        node = makers.get(node.input[0])
    if node is None or node.op_type != DEQUANTISER:
        kinds = {value.name: value.type for value in source.model.graph.output}
        return 1.0 if kinds[name].tensor_type.elem_type in BYTES else None
    scale = source.constants.get(node.input[1])
    return float(scale.item()) if scale is not None and scale.size == 1 else None
