"""Builds a model image from a graph of operators, one call an operator."""

import hashlib
import inspect
from collections.abc import Hashable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from mips_vm.constants import ARENA, MODEL

from ..blocks import BlockTensor
from ..blocks.kinds import SHORT
from ..errors import GraphError, Misfit, listed
from ..image.image import (
    ALIGNMENT,
    INPUT_DATA,
    NAME_BYTES,
    PASSES_BYTES,
    Tables,
    aligned,
    encode,
)
from ..memory.tensor import (
    DTYPE_CODES,
    MAX_RANK,
    Array,
    PlacedTensor,
    TensorSpec,
    TensorType,
    item_bytes,
    little_endian,
)
from ..operators import OPERATIONS, PUT_ROW, Family, Operand, Operator
from ..operators.blocks import words_of
from ..operators.graph import Cache, Constant, Home, Input, Result, Value
from ..validator.bounds import bounded_instructions
from ..validator.validate import validate
from .attending import Attending
from .looping import FOREVER, Looping
from .placement import Lifetime, place
from .planner import cut

__all__ = ["GraphBuilder", "Value"]


@dataclass(frozen=True, slots=True)
class _Node:
    """An operator whose addresses are not decided yet."""

    opcode: int
    sources: tuple[Value, ...]
    result: Value
    attributes: tuple[int, ...]
    skip: Value | None = None


@dataclass(slots=True)
class GraphBuilder(Attending):
    """A graph that grows by one operation a call; `build` gives the image's bytes.

    `op` returns an operation's result, for later calls; arrays among its arguments
    become constants. Shapes and types are checked at once (GraphError).
    """

    name: str
    _inputs: list[TensorSpec] = field(default_factory=list)
    _nodes: list[_Node] = field(default_factory=list)
    _outputs: list[tuple[str, Value]] = field(default_factory=list)
    _constants: list[Array] = field(default_factory=list)
    _known: dict[bytes, int] = field(default_factory=dict)
    _looping: Looping = field(default_factory=Looping)
    _skip: Value | None = None
    _quantised: dict[Hashable, tuple[Value, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        _check_name("model name", self.name)

    def input(self, name: str, dtype: str, shape: Sequence[int]) -> Value:
        """A model input; a request's bytes are its inputs, in call order."""
        _check_name("input name", name)
        _check("input type", listed(list(DTYPE_CODES)), dtype, dtype in DTYPE_CODES)
        positive = all(extent > 0 for extent in shape) and len(shape) <= MAX_RANK
        dimensions = f"at most {MAX_RANK} positive dimensions"
        _check("input shape", dimensions, tuple(shape), positive)
        spec = TensorSpec(name, dtype, tuple(shape))
        offset = sum(other.size for other in self._inputs)
        whole = offset % item_bytes(dtype) == 0
        _check(f"offset of {name}", f"whole {dtype} (wide inputs first)", offset, whole)
        self._inputs.append(spec)
        return Value(TensorType(dtype, spec.shape), Input(len(self._inputs) - 1))

    def op(self, name: str, *values: Value | Array | None, **attributes: Any) -> Value:
        """The only result of an operation, by ONNX's name and attributes."""
        results = self.ops(name, *values, **attributes)
        _check(f"results of {name}", 1, len(results), len(results) == 1)
        return results[0]

    def ops(
        self, name: str, *values: Value | Array | None, **attributes: Any
    ) -> tuple[Value, ...]:
        """All results of an operation; None stands for an input that is left out."""
        _check("operation", "a known one", name, name in OPERATIONS)
        try:
            given = [
                self.constant(value) if isinstance(value, np.ndarray) else value
                for value in values
            ]
            _check_call(name, given, attributes)
            results = OPERATIONS[name](self, *given, **attributes)
        except Misfit as misfit:
            raise GraphError(misfit.what, misfit.expected, misfit.actual) from misfit
        return results if isinstance(results, tuple) else (results,)

    def output(self, x: Value, name: str) -> None:
        """Makes x a model output, after those already named.

        Outputs lie in the arena; inputs and constants are copied there.
        """
        _check_name("output name", name)
        if not isinstance(x.home, Result | Cache):
            x = self.op("Identity", x)
        self._outputs.append((name, x))

    # The commonest operations.

    def scale_u8(self, x: Value, factor: float) -> Value:
        """f32(x) * factor, for bytes x."""
        return self.op("ScaleU8", x, factor=factor)

    def dense(self, x: Value, weight: Array, bias: Array) -> Value:
        """x @ weight.T + bias; `weight` is f32 (out, in), `bias` f32 (out,)."""
        return self.op("Dense", x, weight, bias)

    def relu(self, x: Value) -> Value:
        """x where it is positive, else +0."""
        return self.op("Relu", x)

    def softmax(self, x: Value) -> Value:
        """Softmax along the last axis."""
        return self.op("Softmax", x)

    def argmax(self, x: Value) -> Value:
        """Index of the largest element along the last axis, which becomes 1."""
        return self.op("ArgMax", x, axis=-1)

    # Weights in blocks.

    def block_tensor(self, tensor: BlockTensor) -> Value:
        """The tensor's bytes, a constant."""
        return self.constant(tensor.data)

    def block_matvec(self, x: Value, tensor: BlockTensor) -> Value:
        """The tensor times x, float32 (.., columns) to (.., rows), by way of bytes, and
        of what is left of them if the kind has one level; of one x they are made once.
        """
        quants, scales, *rests = self._in_bytes(x, tensor.kind.block)
        weights, words = self.block_tensor(tensor), words_of(tensor)
        return self.op("BlockMatVec", quants, scales, weights, *rests, **words)

    def block_row(self, ids: Value, tensor: BlockTensor) -> Value:
        """Rows of the tensor, float32 (n, columns), by int32 (n,)."""
        weights = self.block_tensor(tensor)
        return self.op("BlockRow", ids, weights, **words_of(tensor))

    def _in_bytes(self, x: Value, group: int) -> tuple[Value, ...]:
        """x quantised by groups, the scales, and what is left of x where a group is not
        a long one. What is no operator's result may be another one later, and what is
        skipped is nothing to those that are not."""
        key = (x, group, self._skip)
        if key in self._quantised:
            return self._quantised[key]
        scales = self.op("BlockScale", x, group=group)
        quants = self.op("BlockQuantize", x, scales, group=group)
        made: tuple[Value, ...] = quants, scales
        if group == SHORT:
            made += (self.op("BlockRest", x, scales, quants, group=group),)
        if isinstance(x.home, Result):
            self._quantised[key] = made
        return made

    # The loop, as docs/model-image.md has it.

    @contextmanager
    def loop(self, passes: int) -> Iterator[None]:
        """What is added within is run again and again, at most so many times."""
        self._looping.begin(len(self._nodes), passes)
        yield
        self._looping.finish(len(self._nodes))

    @property
    def passes_done(self) -> Value:
        """int32 (1,): 0 before the loop and in its first pass."""
        return self._looping.done()

    @property
    def input_length(self) -> Value:
        """int32 (1,): bytes of the input that came."""
        return self._looping.input_length()

    def cache(self, dtype: str, shape: Sequence[int]) -> Value:
        """Rows that passes put and later ones read: zeros, or what `fill` stores."""
        kind = TensorType(dtype, tuple(shape))
        check_result(kind)
        return self._looping.cache(kind)

    def fill(self, cache: Value, x: Value) -> None:
        """Stores all of a cache, before the loop."""
        alike = cache.type == x.type and isinstance(cache.home, Cache)
        _check("fill", f"a cache of {x.type}", cache.type, alike)
        self.op("Identity", x)
        self._nodes[-1] = replace(self._nodes[-1], result=cache)

    def put_row(self, cache: Value, row: Value, *, offset: int = 0) -> None:
        """Stores row min(passes done + offset, rows - 1) of a cache; 0 or 1."""
        self.put(PUT_ROW, row, cache, cache.shape[0] if cache.shape else 0, offset)

    def put(self, family: Family, row: Value, cache: Value, *words: int) -> None:
        """Stores the row of the pass by an operator that stores in part."""
        sources = (row, self.passes_done)
        try:
            kind = family.infer([source.type for source in sources], words)
        except Misfit as misfit:
            raise GraphError(misfit.what, misfit.expected, misfit.actual) from misfit
        alike = cache.type == kind and isinstance(cache.home, Cache)
        _check(family.name, f"a cache of {kind}", cache.type, alike)
        self._nodes.append(_Node(family.opcode, sources, cache, words, self._skip))

    @contextmanager
    def unless_zero(self, word: Value) -> Iterator[None]:
        """What is added within is skipped if an int32 is 0. Its results then hold
        anything: their memory may have been another's."""
        _check_word("skip", word)
        before, self._skip = self._skip, word
        try:
            yield
        finally:
            self._skip = before

    def stop_unless_zero(self, word: Value) -> None:
        """The loop ends after a pass that leaves an int32 of the body other than 0."""
        _check_word("stop", word)
        self._looping.stop_by(word)

    def answer_length(self, word: Value) -> None:
        """How many of the outputs' bytes are the answer: an int32."""
        _check_word("length", word)
        self._looping.length = word

    def let_input_vary(self) -> None:
        """The last input may be shorter; then zeros follow. The output begins with the
        passes that were run, four bytes."""
        self._looping.varies = True

    # What operations ask for: the Graph of tinynn/operators/graph.py.

    def emit(
        self, family: Family, sources: Sequence[Value], attributes: Sequence[int] = ()
    ) -> Value:
        """Adds one operator; its target, which the arena must be able to hold."""
        words = tuple(attributes)
        kind = family.infer([source.type for source in sources], words)
        check_result(kind)
        result = Value(kind, Result(len(self._nodes)))
        node = _Node(family.opcode, tuple(sources), result, words, self._skip)
        self._nodes.append(node)
        return result

    def constant(self, array: Array) -> Value:
        """The array in the image; equal bytes are stored once."""
        dtype = str(array.dtype)
        _check(
            "constant: element type",
            listed([*DTYPE_CODES]),
            dtype,
            dtype in DTYPE_CODES,
        )
        good = array.size > 0 and array.ndim <= MAX_RANK
        _check(
            "constant: shape",
            f"1 element or more, at most {MAX_RANK} axes",
            array.shape,
            good,
        )
        held = np.ascontiguousarray(array).reshape(-1).astype(little_endian(dtype))
        index = self._known.setdefault(_fingerprint(held), len(self._constants))
        if index == len(self._constants):
            self._constants.append(held)
        return Value(TensorType(dtype, array.shape), Constant(index))

    def array_of(self, value: Value) -> Array | None:
        """What a constant holds; None for what is computed."""
        if not isinstance(value.home, Constant):
            return None
        held = self._constants[value.home.index].view(little_endian(value.dtype))
        return held.reshape(value.shape)

    def view(self, value: Value, shape: Sequence[int], dtype: str = "") -> Value:
        """The same memory in another shape of as many elements; it costs nothing."""
        kind = TensorType(dtype or value.dtype, tuple(shape))
        rank = len(kind.shape)
        _check("axes", f"at most {MAX_RANK}", rank, rank <= MAX_RANK)
        _check("view", f"{value.size} bytes", kind, kind.size == value.size)
        return Value(kind, value.home)

    # The image.

    def tables(self) -> Tables:
        """The image's tables with all addresses; `arena_bytes` is the peak."""
        _check("outputs", "at least one", len(self._outputs), bool(self._outputs))
        addresses = self._addresses()
        operators = self._operators(addresses)
        tables = Tables(
            name=self.name,
            inputs=tuple(
                PlacedTensor(spec, addresses[Input(i)])
                for i, spec in enumerate(self._inputs)
            ),
            outputs=tuple(
                PlacedTensor(
                    TensorSpec(name, value.dtype, value.shape), addresses[value.home]
                )
                for name, value in self._outputs
            ),
            operators=operators,
            segments=tuple(cut(operators)),
            input_bytes=sum(spec.size for spec in self._inputs),
            output_bytes=sum(value.size for _, value in self._outputs)
            + PASSES_BYTES * self._looping.varies,
            arena_bytes=aligned(_end_of_arena(operators) - ARENA.base),
            image_bytes=0,
        )
        skips = [node.skip for node in self._nodes]
        tables = self._looping.told(tables, skips, addresses)
        return self._with_constants(tables, addresses)

    def build(self) -> bytes:
        """The model image; what the validator refuses is refused here too."""
        tables = self.tables()
        parts = [encode(tables)]
        for index in self._used_constants():
            raw = self._constants[index].tobytes()
            parts.append(raw.ljust(aligned(len(raw)), b"\0"))
        image = b"".join(parts)
        validate(np.frombuffer(image, np.uint8))
        return image

    def bounded_instructions(self) -> tuple[int, ...]:
        """Upper bound of the guest's instructions, by segment."""
        return bounded_instructions(self.tables())

    def _lifetimes(self) -> dict[Home, Lifetime]:
        """Of each operator's result, through all its views."""
        looping, born, last = self._looping, dict[Home, int](), dict[Home, int]()
        for i, node in enumerate(self._nodes):
            reads = [source.home for source in (*node.sources, *_words(node.skip))]
            if isinstance(node.result.home, Result):
                reads.append(node.result.home)
                born[node.result.home] = i
            last.update((home, i) for home in reads)
        for word in _words(looping.stop):
            last[word.home] = max(last.get(word.home, 0), looping.end - 1)
        for word in (*(value for _, value in self._outputs), *_words(looping.length)):
            last[word.home] = FOREVER
        return {
            home: Lifetime(self._nodes[i].result.size, i, looping.death(i, last[home]))
            for home, i in born.items()
        }

    def _addresses(self) -> dict[Home, int]:
        """Of all but constants, which follow once the tables' size is known."""
        lifetimes, caches = self._lifetimes(), self._looping.lifetimes()
        homes = [*lifetimes, *map(Cache, range(len(caches)))]
        places = place([*lifetimes.values(), *caches])
        addresses = {**self._looping.words(), **dict(zip(homes, places, strict=True))}
        cursor = INPUT_DATA
        for i, spec in enumerate(self._inputs):
            addresses[Input(i)] = cursor
            cursor += spec.size
        return addresses

    def _operators(self, addresses: dict[Home, int]) -> tuple[Operator, ...]:
        """Every node with the addresses that are known, others 0."""

        def operand(value: Value) -> Operand:
            return Operand(value.type, addresses.get(value.home, 0))

        return tuple(
            Operator(
                node.opcode,
                tuple(map(operand, node.sources)),
                operand(node.result),
                node.attributes,
            )
            for node in self._nodes
        )

    def _used_constants(self) -> Iterator[int]:
        """By first use: those that an operation asked for and did not use stay out."""
        homes = (source.home for node in self._nodes for source in node.sources)
        yield from dict.fromkeys(h.index for h in homes if isinstance(h, Constant))

    def _with_constants(self, tables: Tables, addresses: dict[Home, int]) -> Tables:
        """The tables with the constants' addresses and the image's size filled in."""
        cursor = aligned(tables.end)
        for index in self._used_constants():
            addresses[Constant(index)] = MODEL.base + cursor
            cursor += aligned(self._constants[index].nbytes)
        operators = self._operators(addresses)
        return replace(tables, operators=operators, image_bytes=cursor)


def check_result(kind: TensorType) -> None:
    """GraphError for a target that the arena can't hold."""
    most = ARENA.size - ALIGNMENT
    small = kind.size <= most
    _check("result", f"at most {most} bytes, the arena", kind.size, small)


def _words(word: Value | None) -> Sequence[Value]:
    return () if word is None else (word,)


def _check_word(what: str, word: Value) -> None:
    good = word.type.dtype == "int32" and word.count == 1
    _check(what, "one int32", word.type, good)


def _end_of_arena(operators: Sequence[Operator]) -> int:
    return max(operator.target.extent.end for operator in operators)


def _fingerprint(array: Array) -> bytes:
    return hashlib.sha256(array.view(np.uint8).data).digest()


def _check(what: str, expected: object, actual: object, good: bool) -> None:
    if not good:
        raise GraphError(what, expected, actual)


def _check_call(name: str, values: Sequence[object], attributes: Any) -> None:
    """GraphError unless the operation takes so many inputs and these attributes."""
    signature = inspect.signature(OPERATIONS[name])
    try:
        signature.bind(None, *values, **attributes)
    except TypeError:
        _, *parameters = signature.parameters
        inputs = f"{len(values)} input{'s' * (len(values) != 1)}"
        actual = " and ".join([inputs, *attributes])
        expected = f"({', '.join(parameters)})"
        raise GraphError(name, expected, actual) from None


def _check_name(what: str, name: str) -> None:
    size = len(name.encode())
    good = 0 < size <= NAME_BYTES and "\0" not in name
    _check(what, f"1 to {NAME_BYTES} bytes of text", repr(name), good)
