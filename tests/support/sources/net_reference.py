"""A model as the readable reference takes it: its operators, one record each.

Made from the image itself, not from what the compiler makes of it.
"""

from dataclasses import dataclass, field

import numpy as np
import pyrevm
from support.chains.nets import SENDER

from converters.quantise.ranges import Homes
from solidity import artifact
from tinynn import Model
from tinynn.memory.space import FlatSpace
from tinynn.operators import FAMILIES, Operator
from tinynn.operators.conv import Window
from tinynn.operators.graph import Input, Result
from tinynn.operators.movement import strides_of
from tinynn.operators.pool import Pooling
from tinynn.operators.shape import around

WORD = 32
HEADER_WORDS = 5
Fields = list[int]


@dataclass
class Encoder:
    """Records and constants; tensors by home, each where memory is free next."""

    model: Model
    records: list[Fields] = field(default_factory=list)
    constants: bytearray = field(default_factory=bytearray)
    places: dict = field(default_factory=dict)
    free: int = 0
    fixups: list[tuple[int, int, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        tables = self.model.tables
        self.homes, self.space = Homes.of(tables), FlatSpace.of_image(self.model.image)
        for i, spec in enumerate(self.model.inputs):
            self.places[Input(i)] = self.room(spec.count)
        for index, operator in enumerate(tables.operators):
            getattr(self, FAMILIES[operator.opcode].name)(index, operator)
        self.output = self.free + WORD
        at = self.output
        for home, placed in zip(self.homes.outputs, tables.outputs, strict=True):
            size = placed.spec.size // placed.spec.count
            self.records.append([8, self.places[home], placed.spec.count, size, at])
            at += placed.spec.size

    def room(self, count: int) -> int:
        self.free += WORD * count
        return self.free - WORD * count

    def result(self, index: int, operator: Operator) -> int:
        return self.places.setdefault(Result(index), self.room(operator.target.count))

    def x(self, index: int, which: int = 0) -> int:
        return self.places[self.homes.sources[index][which]]

    def held(self, operator: Operator, which: int) -> np.ndarray:
        return operator.shaped(self.space, which)

    def put(self, array: np.ndarray, kind: str) -> int:
        """Where among the constants; `encoded` makes it a place in calldata."""
        self.constants += np.asarray(array).astype(kind).tobytes()
        return -len(self.constants) + len(np.asarray(array).astype(kind).tobytes()) - 1

    def shorts(self, array: np.ndarray) -> int:
        return self.put(array, ">i2")

    def zeros(self, operator: Operator, which: int, count: int) -> int:
        held = self.held(operator, which).reshape(-1)
        return self.shorts(np.broadcast_to(held, (count,)))

    def matmul_integer(self, index: int, operator: Operator) -> None:
        w = self.held(operator, 1)
        columns, terms = w.shape
        zero = int(self.held(operator, 2).reshape(-1)[0])
        sizes = [operator.target.count // columns, columns, terms]
        places = [self.x(index), self.result(index, operator)]
        zeros = self.zeros(operator, 3, columns)
        self.records.append([1, *places, *sizes, self.shorts(w), zeros, zero])

    def conv_integer(self, index: int, operator: Operator) -> None:
        w, window = self.held(operator, 1), Window(*operator.attributes)
        _, _, height, width = operator.sources[0].shape
        outputs, depth, rows, columns = w.shape
        bias = 0
        if len(operator.sources) == 5:
            bias = self.put(self.held(operator, 4), ">i4")
        self.records.append(
            [
                2,
                self.x(index),
                self.result(index, operator),
                outputs,
                outputs // window.group,
                depth,
                rows,
                columns,
                window.stride_rows,
                window.stride_columns,
                window.dilation_rows,
                window.dilation_columns,
                window.top,
                window.left,
                height,
                width,
                *operator.target.shape[2:],
                self.shorts(w),
                self.zeros(operator, 3, outputs),
                int(self.held(operator, 2).reshape(-1)[0]),
                bias,
                window.spread_rows,
                window.spread_columns,
            ]
        )

    def zip_add(self, index: int, operator: Operator) -> None:
        which = [home is None for home in self.homes.sources[index]].index(True)
        added = np.broadcast_to(self.held(operator, which), operator.target.shape)
        places = [self.x(index, 1 - which), self.result(index, operator)]
        at = self.put(added, ">i4")
        self.records.append([3, *places, operator.target.count, at])

    def requantize(self, index: int, operator: Operator) -> None:
        held = self.held(operator, 1).reshape(-1)
        (zero,) = set(self.held(operator, 2).reshape(-1).tolist())
        _, _, inner = around(operator.target.shape or (1,), operator.attributes[0])
        places = [self.x(index), self.result(index, operator)]
        at = self.put(held.view(np.uint32), ">u4")
        sizes = [operator.target.count, inner, held.size]
        self.records.append([4, *places, *sizes, at, zero])

    def max_pool(self, index: int, operator: Operator) -> None:
        pooling, shape = Pooling(*operator.attributes), operator.sources[0].shape
        places = [self.x(index), self.result(index, operator)]
        words = list(operator.attributes)[:8]
        sizes = [shape[0] * shape[1], *shape[2:]]
        ends = [pooling.output_rows, pooling.output_columns]
        self.records.append([5, *places, *sizes, *words, *ends])

    def cast(self, index: int, operator: Operator) -> None:
        self.places[Result(index)] = self.x(index)

    def strided(self, index: int, operator: Operator) -> None:
        first, shape, _ = strides_of(operator.attributes)
        assert not first and np.prod(shape) == operator.sources[0].count
        self.places[Result(index)] = self.x(index)

    def gather(self, index: int, operator: Operator) -> None:
        table = self.held(operator, 0)
        places = [self.x(index, 1), self.result(index, operator)]
        at = self.put(table, "u1")
        self.records.append([6, *places, operator.target.count, table.size, at])

    def top_indices(self, index: int, operator: Operator) -> None:
        axis, k, least = operator.attributes
        assert k == 1
        places = [self.x(index), self.result(index, operator)]
        sizes = around(operator.sources[0].shape, axis)
        self.records.append([7, *places, *sizes, least])

    def encoded(self, data: bytes) -> bytes:
        """Calldata for one input."""
        size = WORD * (HEADER_WORDS + sum(map(len, self.records)))
        begin = size + len(self.constants)
        header = [begin, len(data), len(self.records), self.output]
        header.append(self.model.tables.output_bytes)
        words = header + [
            # Places among the constants are negative, and one less.
            size - value - 1 if value < 0 else value
            for record in self.records
            for value in record
        ]
        head = b"".join(int(word).to_bytes(WORD, "big") for word in words)
        return head + bytes(self.constants) + data


class Reference:
    """The contract in pyrevm."""

    def __init__(self, model: Model) -> None:
        self.evm = pyrevm.EVM(gas_limit=2**50, spec_id="CANCUN")
        self.evm.set_balance(SENDER, 10**24)
        code = artifact("NetReference").bytecode
        self.contract = self.evm.deploy(SENDER, code)
        self.encoder = Encoder(model)

    def run(self, data: bytes) -> bytes:
        calldata = self.encoder.encoded(data)
        output = self.evm.message_call(SENDER, self.contract, calldata, gas=2**49)
        return bytes(output)
