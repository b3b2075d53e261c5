"""The image under construction while products become products of bytes.

A tensor may exist as floats, as bytes and as exact sums. Which of these there are is
decided by who asks: nothing is made before.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from converters.quantise.ranges import Grid, Homes, Range
from converters.values import Array, Floats
from tinynn import GraphBuilder, Model
from tinynn.builder.graph import Value as Handle
from tinynn.memory.space import FlatSpace
from tinynn.operators import FAMILIES
from tinynn.operators.graph import Home, Input
from tinynn.operators.quantize import REQUANTIZE


@dataclass(frozen=True, slots=True)
class Sums:
    """Exact sums in int32: times `scales` they are the numbers.

    There is a scale for each place along `axis`, or one for all.
    """

    handle: Handle
    scales: Floats
    axis: int


@dataclass(slots=True)
class Forms:
    """A float tensor of the model, in the forms that the new image has of it so far.

    With `cut` the sums are those from before that operator, a ReLU, which bytes of this
    range do by themselves, since they saturate. With `later` that operator moves
    elements: of bytes or of floats, whichever are asked for.
    """

    range: Range
    floats: Handle | None = None
    bytes: Handle | None = None
    grid: Grid | None = None
    sums: Sums | None = None
    cut: int | None = None
    later: int | None = None

    @property
    def exact(self) -> bool:
        """Whether it was computed from bytes."""
        held = (self.bytes, self.sums, self.later)
        return any(form is not None for form in held)

    @property
    def bytes_grid(self) -> Grid:
        """Of the bytes, those that are there or those to come."""
        return self.grid or self.range.grid


class Rewriter:
    """The new graph under construction, operator by operator of the old one."""

    def __init__(self, model: Model, ranges: Mapping[Home, Range], homes: Homes):
        self.operators = model.tables.operators
        self.homes = homes
        self.ranges = ranges
        self.space = FlatSpace.of_image(model.image)
        self.builder = GraphBuilder(model.name)
        self.even: frozenset[int] = frozenset()
        """Products whose channels have one scale: they are compared with each other."""

        self.forms: dict[Home, Forms] = {}
        self.others: dict[Home, Handle] = {}
        for index, spec in enumerate(model.inputs):
            handle = self.builder.input(spec.name, spec.dtype, spec.shape)
            self.hold(Input(index), handle)

    def hold(self, home: Home, handle: Handle) -> None:
        """A tensor as the old image has it."""
        if handle.dtype == "float32":
            self.forms[home] = Forms(self.ranges[home], floats=handle)
        else:
            self.others[home] = handle

    def kept(self, index: int) -> Handle:
        """The operator as it was."""
        operator = self.operators[index]
        sources = [self.value(index, i) for i in range(len(operator.sources))]
        return self.builder.emit(
            FAMILIES[operator.opcode], sources, operator.attributes
        )

    # What rules ask for.

    def constant(self, index: int, which: int) -> Array | None:
        """What a constant source holds."""
        operator = self.operators[index]
        if which >= len(operator.sources) or self.homes.sources[index][which]:
            return None
        return operator.shaped(self.space, which)

    def source(self, index: int, which: int = 0) -> Forms | None:
        """The forms of a source, if it is a computed float tensor."""
        home = self.homes.sources[index][which]
        return None if home is None else self.forms.get(home)

    def value(self, index: int, which: int) -> Handle:
        """A source in the old image's type and shape."""
        operand = self.operators[index].sources[which]
        home = self.homes.sources[index][which]
        held = self.constant(index, which)
        if held is not None or home is None:
            return self.builder.constant(np.asarray(held))
        if home in self.others:
            return self.builder.view(self.others[home], operand.shape)
        return self.builder.view(self.as_floats(self.forms[home]), operand.shape)

    def as_floats(self, forms: Forms) -> Handle:
        """In binary32; made once."""
        if forms.floats is None:
            forms.floats = self.made_floats(forms)
        return forms.floats

    def made_floats(self, forms: Forms) -> Handle:
        if forms.cut is not None:
            return self.kept(forms.cut)
        if forms.later is not None and forms.bytes is None:
            return self.kept(forms.later)
        if forms.sums is not None:
            scales = forms.sums.scales
            return self.builder.op(
                "DequantizeLinear", forms.sums.handle, scales, axis=forms.sums.axis
            )
        assert forms.bytes is not None and forms.grid is not None, "some form exists"
        scale, zero = np.array(forms.grid.scale), np.array(forms.grid.zero, np.uint8)
        return self.builder.op("DequantizeLinear", forms.bytes, scale, zero)

    def as_bytes(self, forms: Forms) -> tuple[Handle, Grid]:
        """In uint8, made once, and the grid of them."""
        if forms.bytes is None or forms.grid is None:
            forms.grid = forms.bytes_grid
            forms.bytes = self.made_bytes(forms, forms.grid)
        return forms.bytes, forms.grid

    def made_bytes(self, forms: Forms, grid: Grid) -> Handle:
        if forms.later is not None:
            return self.moved(forms.later)
        zero = np.array(grid.zero, np.uint8)
        if forms.sums is None:
            assert forms.floats is not None, "some form exists"
            scale = np.array(grid.scale)
            return self.builder.op("QuantizeLinear", forms.floats, scale, zero)
        sources = (forms.sums.scales / grid.scale, zero)
        constants = [self.builder.constant(array) for array in sources]
        return self.builder.emit(
            REQUANTIZE, [forms.sums.handle, *constants], [forms.sums.axis]
        )

    def moved(self, index: int) -> Handle:
        """The operator on the bytes of its first source."""
        forms, operator = self.source(index), self.operators[index]
        assert forms is not None, "rules ask first"
        x, _ = self.as_bytes(forms)
        others = [self.value(index, i) for i in range(1, len(operator.sources))]
        return self.builder.emit(
            FAMILIES[operator.opcode],
            [self.builder.view(x, operator.sources[0].shape), *others],
            operator.attributes,
        )
