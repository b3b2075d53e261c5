"""What operations make of constants, computed at once, with the bits of the guest.

A graph that grows like any other, but every operator is executed when it is emitted, so
that all its values are constants. Whoever builds images folds with it what does not
depend on an input: by the same kernels that would compute it at run time, whatever
processor, libraries or floating-point mode the host has.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from mips_vm.constants import ARENA, MODEL

from ..image.image import aligned
from ..memory.space import FlatSpace, aligned_zeros
from ..memory.tensor import Array
from ..operators import Family, Operand, Operator
from ..operators.graph import Value
from .graph import GraphBuilder, check_result


def calculated(
    name: str, arrays: Sequence[Array | None], **attributes: Any
) -> tuple[Array, ...]:
    """All results of an operation on constants; None is an input that is left out.

    GraphError where a graph would refuse the operation.
    """
    work = Calculator("calculator")
    return tuple(work.held(value) for value in work.ops(name, *arrays, **attributes))


class Calculator(GraphBuilder):
    """A graph of constants only."""

    def held(self, value: Value) -> Array:
        """What the value is, in numpy's type of the same name."""
        array = self.array_of(value)
        assert array is not None, "all values are constants"
        return array.astype(value.dtype)

    def emit(
        self, family: Family, sources: Sequence[Value], attributes: Sequence[int] = ()
    ) -> Value:
        """The operator's target, computed, as a constant."""
        words = tuple(attributes)
        kind = family.infer([source.type for source in sources], words)
        check_result(kind)
        image, operands = self._laid_out(sources)
        target = aligned_zeros(-(-kind.size // 4)).view(np.uint8)[: kind.size]
        space = FlatSpace(np.zeros(0, np.uint8), target, image)
        operator = Operator(family.opcode, operands, Operand(kind, ARENA.base), words)
        family.check(operator, space)
        family.run(operator, 0, kind.count, space)
        made = space.read(ARENA.base, kind.count, kind.dtype)
        return self.constant(made.astype(kind.dtype).reshape(kind.shape))

    def _laid_out(self, sources: Sequence[Value]) -> tuple[Array, tuple[Operand, ...]]:
        """The sources end to end as an image has them, and where each begins."""
        starts, end = [], 0
        for source in sources:
            starts.append(end)
            end = aligned(end + source.size)
        image = aligned_zeros(-(-end // 4)).view(np.uint8)
        for start, source in zip(starts, sources, strict=True):
            array = self.array_of(source)
            assert array is not None, "all values are constants"
            image[start : start + source.size] = array.reshape(-1).view(np.uint8)
        operands = tuple(
            Operand(source.type, MODEL.base + start)
            for start, source in zip(starts, sources, strict=True)
        )
        return image, operands
