"""The native executor: the guest's segments, computed by the host's own float unit.

Works on any Space. After each operator the arena holds, bit for bit, what the guest's
soft-float leaves there.
"""

from collections.abc import Sequence

from ..image.image import NEVER, PASSES_BYTES, Segment, Tables
from ..memory.tensor import PlacedTensor
from ..memory.words import PASS_WORD
from ..operators import FAMILIES, Space


def run_segment(tables: Tables, row: Segment, space: Space) -> None:
    """Stores the segment's elements, unless it is skipped; the words of the run are
    not touched."""
    if row.skip > NEVER and not word_at(space, row.skip):
        return
    operator = tables.operators[row.operator]
    FAMILIES[operator.opcode].run(operator, row.first, row.count, space)


def output_views(outputs: Sequence[PlacedTensor], space: Space) -> list[memoryview]:
    """The outputs as they stand in the arena, end to end."""
    return [
        space.read(tensor.address, tensor.spec.count, tensor.spec.dtype).data
        for tensor in outputs
    ]


def answer_of(tables: Tables, outputs: Sequence[memoryview], space: Space) -> bytes:
    """What the guest leaves as its output: the tensors up to the length that the image
    names, behind the passes that were run if the input varies."""
    answer = b"".join(outputs)
    if tables.length:
        answer = answer[: word_at(space, tables.length)]
    if tables.varies:
        passes = word_at(space, PASS_WORD.start)
        answer = passes.to_bytes(PASSES_BYTES, "little") + answer
    return answer


def word_at(space: Space, address: int) -> int:
    """The word there as a u32."""
    return int(space.read(address, 1, "int32")[0]) & 0xFFFF_FFFF
