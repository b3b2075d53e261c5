"""An ONNX model under construction, for a network whose pictures have channels last.

A tensor of rank 4 may also exist with its channels first, as convolutions want it: it
is turned over when it is first asked for so. Rules take and give TFLite's tensors by
number, and between them ONNX's names.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from converters.tflite.fixed import Multiplier
from converters.tflite.reading import Network, Tensor
from converters.unregistered import OWN_DOMAIN
from converters.values import Array, Floats

if TYPE_CHECKING:
    from onnx import ModelProto, NodeProto

OPSET: Final = 18
PICTURE: Final = 4
TO_FIRST: Final = (0, 3, 1, 2)
TO_LAST: Final = (0, 2, 3, 1)


class Sketch:
    """`last` and `first` hold the names of what is computed, by channels' place."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self.nodes: list[NodeProto] = []
        self.arrays: dict[str, Array] = {}
        self.last: dict[int, str] = {}
        self.first: dict[int, str] = {}
        self.curves: dict[int, tuple[int, Floats]] = {}
        """Floats that are functions of bytes: of which, and their 256 values."""
        self.names = unique([tensor.name for tensor in network.tensors])
        self.place = ""
        """Of the node at hand: what its results are called after."""
        for number in network.inputs:
            self.last[number] = self.names[number]

    def tensor(self, number: int) -> Tensor:
        return self.network.tensors[number]

    # Tensors by number.

    def as_last(self, number: int) -> str:
        """As TFLite has it."""
        if number not in self.last:
            held = self.tensor(number).data
            if held is not None:
                self.last[number] = self.constant(held)
            else:
                turned = self.op("Transpose", self.first[number], perm=TO_LAST)
                self.last[number] = turned
        return self.last[number]

    def as_first(self, number: int) -> str:
        """A picture with its channels first."""
        if number not in self.first:
            held = self.tensor(number).data
            if held is not None:
                self.first[number] = self.constant(first_of(held))
            else:
                turned = self.op("Transpose", self.last[number], perm=TO_FIRST)
                self.first[number] = turned
        return self.first[number]

    def prefers_first(self, numbers: Sequence[int]) -> bool:
        """Whether all of them are pictures, or constants beside one, and nothing has
        to be turned over for having channels first."""
        held = [n for n in numbers if self.tensor(n).data is None]
        pictures = all(len(self.tensor(n).shape) == PICTURE for n in held)
        return bool(held) and pictures and all(n in self.first for n in held)

    def taken(self, numbers: Sequence[int]) -> tuple[list[str], bool]:
        """Names of tensors that are combined element by element, and whether they have
        channels first."""
        first = self.prefers_first(numbers)
        get = self.as_first if first else self.as_last
        return [get(n) for n in numbers], first

    def give(self, number: int, name: str, first: bool) -> None:
        """The computed tensor."""
        (self.first if first else self.last)[number] = name

    # Operators by name.

    def constant(self, array: Array) -> str:
        name = f"{self.place or 'constant'}/{len(self.arrays)}"
        self.arrays[name] = np.asarray(array)
        return name

    def op(self, operator: str, *inputs: "str | Array", **attributes: Any) -> str:
        """The only result; arrays are constants."""
        return self.ops(operator, 1, *inputs, **attributes)[0]

    def ops(
        self, operator: str, outputs: int, *inputs: "str | Array", **attributes: Any
    ) -> list[str]:
        from onnx import helper

        given = [self.constant(x) if isinstance(x, np.ndarray) else x for x in inputs]
        domain, _, kind = operator.rpartition(".")
        name = f"{self.place}/{len(self.nodes)}"
        made = [f"{name}:{i}" for i in range(outputs)]
        node = helper.make_node(
            kind, given, made, name=name, domain=domain, **attributes
        )
        self.nodes.append(node)
        return made

    def own(self, operator: str, *inputs: "str | Array", **attributes: Any) -> str:
        """An operator of this project's, which ONNX has not."""
        return self.op(f"{OWN_DOMAIN}.{operator}", *inputs, **attributes)

    # What many rules need.

    def whole(self, name: str, zero: int) -> str:
        """Bytes as int32, less their zero point."""
        wide = self.op("Cast", name, to=INT32)
        return self.op("Sub", wide, np.array(zero, np.int32)) if zero else wide

    def rescaled(
        self,
        name: str,
        factors: Sequence[Multiplier],
        zero: Array,
        axis: int = 0,
        once: bool = False,
    ) -> str:
        """int32 times one factor, or one a place along the axis, in zero's type."""
        parts = np.array([(f.factor, f.shift) for f in factors], np.int32)
        if len({*factors}) == 1:
            parts, axis = parts[:1], 0
        arrays = parts[:, 0], parts[:, 1], zero
        return self.own("Rescale", name, *arrays, axis=axis, once=int(once))

    def zero_of(self, number: int) -> Array:
        tensor = self.tensor(number)
        return np.array(tensor.zero, tensor.dtype)

    def model(self) -> "ModelProto":
        """The graph with all outputs as TFLite has them."""
        from onnx import helper, numpy_helper

        network = self.network
        for number in network.outputs:
            made, name = self.as_last(number), self.names[number]
            if made != name:
                self.nodes.append(helper.make_node("Identity", [made], [name]))
        inputs, outputs = (
            [value_info(self.names[n], self.tensor(n)) for n in numbers]
            for numbers in (network.inputs, network.outputs)
        )
        weights = [numpy_helper.from_array(a, name) for name, a in self.arrays.items()]
        name = network.path.stem or "network"
        graph = helper.make_graph(self.nodes, name, inputs, outputs, weights)
        opsets = [helper.make_opsetid("", OPSET), helper.make_opsetid(OWN_DOMAIN, 1)]
        return helper.make_model(graph, opset_imports=opsets, producer_name="TFLite")


INT32: Final = 6
"""ONNX's number of the type."""


def value_info(name: str, tensor: Tensor) -> Any:
    from onnx import helper

    return helper.make_tensor_value_info(name, code_of(tensor.dtype), tensor.shape)


def code_of(dtype: str) -> int:
    """ONNX's number of a type."""
    from onnx import helper

    return int(helper.np_dtype_to_tensor_dtype(np.dtype(dtype)))


def first_of(array: Array) -> Array:
    """A constant beside a picture, its channels first."""
    whole = array.reshape((1,) * (PICTURE - array.ndim) + array.shape)
    return np.ascontiguousarray(whole.transpose(TO_FIRST))


def unique(names: Sequence[str]) -> list[str]:
    """Each name once: what is not is numbered."""
    counts: dict[str, int] = {}
    for name in names:
        counts[name] = counts.get(name, 0) + 1
    return [
        name if name and counts[name] == 1 else f"{name}~{index}"
        for index, name in enumerate(names)
    ]
