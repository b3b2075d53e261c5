"""Operators that move elements: Transpose, Slice, Concat, Pad, Gather and their kin."""

from collections.abc import Sequence
from math import prod

import numpy as np

from converters.registry import Graph, Refused, lowers
from converters.values import Constant, Shape, Value, whole_numbers

LONGEST = 1 << 26
"""Elements of an axis that are numbered one by one: a quarter of the arena."""


def integers(value: Value | None, what: str) -> list[int]:
    """The numbers of a constant: axes, lengths, bounds."""
    if not isinstance(value, Constant):
        raise Refused(f"{what}: expected a constant, got a computed tensor")
    return [int(number) for number in value.array.reshape(-1)]


def filled_in(shape: Shape, wanted: Sequence[int]) -> Shape:
    """`wanted`, its only -1 made what keeps the elements of `shape` as many."""
    elements, whole = prod(shape), list(wanted)
    known = prod(size for size in whole if size != -1)
    if whole.count(-1) == 1 and known:
        whole[whole.index(-1)] = elements // known
    if prod(whole) != elements or min(whole, default=1) < 0:
        raise Refused(f"shape: expected {elements} elements, got {whole}")
    return tuple(whole)


def axis_of(x: Value, axis: int) -> int:
    """`axis` counted from the front."""
    rank = len(x.shape)
    if not -rank <= axis < rank:
        raise Refused(f"axis: expected one of {rank}, got {axis}")
    return axis % rank


@lowers("Transpose")
def transpose(graph: Graph, x: Value, *, perm: Sequence[int] | None = None) -> Value:
    order = list(perm) if perm is not None else list(range(len(x.shape)))[::-1]
    shape = tuple(x.shape[axis] for axis in order)
    long_axes = [axis for axis in order if x.shape[axis] != 1]
    if long_axes == sorted(long_axes):  # nothing moves
        return graph.reshape(x, shape)
    return graph.op("Transpose", x, perm=tuple(order))


@lowers("Concat")
def concat(graph: Graph, *parts: Value, axis: int) -> Value:
    filled = [part for part in parts if 0 not in part.shape]
    if len(filled) == 1:
        return filled[0]
    return graph.op("Concat", *filled, axis=axis_of(parts[0], axis))


@lowers("Slice")
def slice_(
    graph: Graph,
    x: Value,
    starts: Value,
    ends: Value,
    axes: Value | None = None,
    steps: Value | None = None,
) -> Value:
    """Bounds beyond the data are clamped as numpy clamps them."""
    first = integers(starts, "starts")
    last = integers(ends, "ends")
    along = integers(axes, "axes") if axes else list(range(len(first)))
    stride = integers(steps, "steps") if steps else [1] * len(first)
    whole = [slice(0, extent, 1) for extent in x.shape]
    for a, start, end, step in zip(along, first, last, stride, strict=True):
        axis = axis_of(x, a)
        begin, stop, step = slice(start, end, step).indices(x.shape[axis])
        whole[axis] = slice(begin, stop, step)
    return sliced(graph, x, whole)


def sliced(graph: Graph, x: Value, parts: Sequence[slice]) -> Value:
    """x[parts], each part with explicit bounds, as `slice.indices` gives them."""
    lengths = [len(range(p.start, p.stop, p.step)) for p in parts]
    if 0 in lengths:  # nothing, which Concat leaves out
        return Constant(np.zeros(lengths, np.dtype(x.dtype)))
    if isinstance(x, Constant):
        reach = tuple(
            slice(p.start, None if p.stop < 0 else p.stop, p.step) for p in parts
        )
        return Constant(x.array[reach])
    if tuple(lengths) == x.shape and all(part.step == 1 for part in parts):
        return x
    return graph.op(
        "Slice",
        x,
        starts=tuple(part.start for part in parts),
        lengths=tuple(lengths),
        steps=tuple(part.step for part in parts),
    )


def along(graph: Graph, x: Value, axis: int, start: int, end: int) -> Value:
    """Elements [start, end) of one axis."""
    parts = [slice(0, extent, 1) for extent in x.shape]
    parts[axis] = slice(start, end, 1)
    return sliced(graph, x, parts)


@lowers("Split")
def split(
    graph: Graph,
    x: Value,
    lengths: Value | None = None,
    *,
    outputs: int,
    axis: int = 0,
    num_outputs: int | None = None,
) -> tuple[Value, ...]:
    """Without lengths the parts are equal, but for a shorter last one."""
    axis = axis_of(x, axis)
    extent = x.shape[axis]
    if lengths is None:
        count = num_outputs or outputs
        each = -(-extent // count)
        sizes = [min(each, extent - i * each) for i in range(count)]
    else:
        sizes = integers(lengths, "split")
    ends = np.cumsum(sizes).tolist()
    return tuple(
        along(graph, x, axis, end - size, end)
        for size, end in zip(sizes, ends, strict=True)
    )


@lowers("Pad")
def pad(
    graph: Graph,
    x: Value,
    pads: Value,
    value: Value | None = None,
    axes: Value | None = None,
    *,
    mode: str = "constant",
) -> Value:
    """Negative pads cut elements off."""
    amounts = integers(pads, "pads")
    rank, half = len(x.shape), len(amounts) // 2
    where = integers(axes, "axes") if axes else list(range(rank))
    before, after = [0] * rank, [0] * rank
    for axis, front, back in zip(where, amounts[:half], amounts[half:], strict=True):
        before[axis], after[axis] = front, back
    fill = value.array.reshape(-1)[0] if isinstance(value, Constant) else 0
    if value is not None and not isinstance(value, Constant):
        raise Refused("value: expected a constant, got a computed tensor")
    kept = [
        slice(max(0, -front), extent + min(0, back), 1)
        for extent, front, back in zip(x.shape, before, after, strict=True)
    ]
    inner = sliced(graph, x, kept)
    begin, end = [max(0, n) for n in before], [max(0, n) for n in after]
    if not any(begin) and not any(end):
        return inner
    if mode == "constant":
        return graph.op("Pad", inner, before=tuple(begin), after=tuple(end), value=fill)
    for axis in range(rank):
        inner = mirrored(graph, inner, axis, begin[axis], end[axis], mode)
    return inner


def mirrored(
    graph: Graph, x: Value, axis: int, front: int, back: int, mode: str
) -> Value:
    """Padding by x's own elements: a gather along `axis` by constant indices."""
    if not front and not back:
        return x
    check_length(x.shape[axis] + front + back)
    how = {"reflect": "reflect", "edge": "edge", "wrap": "wrap"}[mode]
    indices = np.pad(np.arange(x.shape[axis]), (front, back), mode=how)  # type: ignore[call-overload]
    return graph.apply("Gather", x, Constant(indices.astype(np.int64)), axis=axis)


@lowers("Tile")
def tile(graph: Graph, x: Value, repeats: Value) -> Value:
    return graph.op("Tile", x, repeats=tuple(integers(repeats, "repeats")))


@lowers("Expand")
def expand(graph: Graph, x: Value, shape: Value) -> Value:
    wanted = np.broadcast_shapes(x.shape, tuple(integers(shape, "shape")))
    if int(np.prod(wanted)) == int(np.prod(x.shape)):
        return graph.reshape(x, wanted)
    return graph.op("Expand", x, shape=wanted)


@lowers("Trilu")
def trilu(graph: Graph, x: Value, k: Value | None = None, *, upper: int = 1) -> Value:
    """Zeros on one side of a diagonal, by a constant mask."""
    offset = integers(k, "k")[0] if k else 0
    ones = np.ones(x.shape[-2:], bool)
    mask = np.triu(ones, offset) if upper else np.tril(ones, offset)
    zero = np.zeros((), np.dtype(x.dtype))
    return graph.apply("Where", Constant(mask), x, Constant(zero))


@lowers("DepthToSpace")
def depth_to_space(
    graph: Graph, x: Value, *, blocksize: int, mode: str = "DCR"
) -> Value:
    n, c, h, w = x.shape
    b, depth = blocksize, c // blocksize**2
    if mode == "DCR":
        parts, order = (n, b, b, depth, h, w), [0, 3, 4, 1, 5, 2]
    else:
        parts, order = (n, depth, b, b, h, w), [0, 1, 4, 2, 5, 3]
    blocks = transpose(graph, graph.reshape(x, parts), perm=order)
    return graph.reshape(blocks, (n, depth, h * b, w * b))


SPACE_TO_DEPTH = {"DCR": (0, 3, 5, 1, 2, 4), "CRD": (0, 1, 3, 5, 2, 4)}


@lowers("SpaceToDepth")
def space_to_depth(
    graph: Graph, x: Value, *, blocksize: int, mode: str = "DCR"
) -> Value:
    n, c, h, w = x.shape
    b = blocksize
    blocks = graph.reshape(x, (n, c, h // b, b, w // b, b))
    moved = transpose(graph, blocks, perm=SPACE_TO_DEPTH[mode])
    return graph.reshape(moved, (n, c * b * b, h // b, w // b))


def check_length(length: int) -> None:
    """Refused for an axis whose numbers alone would be more than is ever held."""
    if length > LONGEST:
        raise Refused(f"length: expected at most {LONGEST}, got {length}")


def check_count(shape: Shape) -> None:
    """Refused for a shape that nothing has, or of more elements than are ever held."""
    if min(shape, default=0) < 0:
        raise Refused(f"shape: expected no negative length, got {shape}")
    if prod(shape) > LONGEST:
        raise Refused(f"elements: expected at most {LONGEST}, got {prod(shape)}")


def check_inside(indices: Value, lengths: Shape) -> None:
    """Refused if constant indices (.., axes) point outside of axes of these lengths.

    tinynn gives every index a meaning, ONNX does not.
    """
    if not isinstance(indices, Constant):
        return
    columns = indices.array.reshape(-1, len(lengths)).T
    for length, column in zip(lengths, columns, strict=True):
        outside = column[(column < -length) | (column >= length)]
        if outside.size:
            expected = f"{-length} to {length - 1}"
            raise Refused(f"index: expected {expected}, got {outside[0]}")


def enter_choice(operator: str) -> None:
    @lowers(operator)
    def choose(graph: Graph, data: Value, indices: Value, *, axis: int = 0) -> Value:
        place = axis_of(data, axis)
        check_inside(indices, (data.shape[place],))
        if operator == "GatherElements":
            for axis, length in enumerate(indices.shape):
                if axis != place:
                    data = along(graph, data, axis, 0, length)
        return graph.op(operator, data, indices, axis=place)


for name in ("Gather", "GatherElements"):
    enter_choice(name)


@lowers("GatherND")
def gather_nd(
    graph: Graph, data: Value, indices: Value, *, batch_dims: int = 0
) -> Value:
    """Parts of the data, each by several numbers: one an axis after the batch's."""
    batch, depth = data.shape[:batch_dims], indices.shape[-1]
    lengths = data.shape[batch_dims : batch_dims + depth]
    rows = row_numbers(graph, indices, lengths)
    if batch:
        first = np.arange(prod(batch)) * prod(lengths)
        line = (*batch, *(1 for _ in indices.shape[batch_dims:-1]))
        rows = graph.apply("Add", rows, Constant(first.reshape(line)))
    rest = data.shape[batch_dims + depth :]
    flat = graph.reshape(data, (prod(batch) * prod(lengths), *rest))
    return graph.apply("Gather", flat, rows, axis=0)


def row_numbers(graph: Graph, indices: Value, lengths: Shape) -> Value:
    """Where, in row-major order, indices (.., axes) into axes of these lengths point.

    A negative one counts from its axis's end.
    """
    check_inside(indices, lengths)
    indices = graph.as_int32(indices)
    steps = [prod(lengths[axis + 1 :]) for axis in range(len(lengths))]
    behind = graph.apply("Add", indices, whole_numbers(lengths))
    negative = graph.apply("Less", indices, Constant(np.zeros((), np.int64)))
    places = graph.apply("Where", negative, behind, indices)
    scaled = graph.apply("Mul", places, whole_numbers(steps))
    last = whole_numbers([len(indices.shape) - 1])
    return graph.apply("ReduceSum", scaled, last, keepdims=0)


@lowers("ReverseSequence")
def reverse_sequence(
    graph: Graph,
    x: Value,
    sequence_lens: Value,
    *,
    batch_axis: int = 1,
    time_axis: int = 0,
) -> Value:
    """Of each sequence its first elements from the last to the first."""
    lengths = integers(sequence_lens, "sequence_lens")
    steps, batch = x.shape[time_axis], x.shape[batch_axis]
    order = np.tile(np.arange(steps), (batch, 1))
    for row, length in zip(order, lengths, strict=True):
        row[:length] = row[:length][::-1]
    places = np.arange(batch)
    rows = places[:, None] * steps + order if time_axis else order.T * batch + places
    flat = graph.reshape(x, (steps * batch, *x.shape[2:]))
    taken = graph.apply("Gather", flat, Constant(rows.reshape(-1)), axis=0)
    return graph.reshape(taken, x.shape)


@lowers("Compress")
def compress(
    graph: Graph, x: Value, condition: Value, *, axis: int | None = None
) -> Value:
    """The slices at which a constant condition holds."""
    if axis is None:
        x, axis = graph.reshape(x, (-1,)), 0
    chosen = [
        index for index, kept in enumerate(integers(condition, "condition")) if kept
    ]
    if not chosen:
        raise Refused("expected at least one element, got none")
    return graph.apply("Gather", x, whole_numbers(chosen), axis=axis_of(x, axis))
