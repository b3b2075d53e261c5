"""Every kind of lie that a worker can tell, in one table.

The places are those where fraud proofs have been got wrong: what is read, what is
computed, where control goes, where a segment or a run ends, how long it is said to be.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from challenge.errors import UnknownLie
from challenge.lies import boundaries, endings, instructions, lengths, places
from challenge.lies.liar import Liar
from challenge.lies.scene import Scene
from mips_vm.constants import ARENA, INPUT, IO_HEADER_BYTES, MODEL, OUTPUT, WORD_BYTES
from tinynn.image.image import SEGMENT_INDEX

Plant = Callable[[Scene, str], Liar]


@dataclass(frozen=True, slots=True)
class Lie:
    """A kind of lie: its name, what it is in one line, and how to plant it."""

    name: str
    description: str
    _plant: Plant

    def plant(self, scene: Scene) -> Liar:
        """A liar of this kind; LieImpossible if the run has no place for it."""
        return self._plant(scene, self.name)


ARENA_DATA = SEGMENT_INDEX + WORD_BYTES
OUTPUT_DATA = OUTPUT.base + IO_HEADER_BYTES

TABLE: tuple[Lie, ...] = (
    Lie(
        "output",
        "a store writes another byte of the answer",
        partial(
            instructions.at_instruction,
            find=places.find_last,
            wanted=places.stores_to(OUTPUT_DATA, OUTPUT.end),
            change=instructions.wrong_store,
        ),
    ),
    Lie(
        "output-length", "the answer is a byte longer or shorter", endings.output_length
    ),
    Lie(
        "activation",
        "a store writes another activation to the arena",
        partial(
            instructions.at_instruction,
            wanted=places.stores_to(ARENA_DATA, ARENA.end),
            change=instructions.wrong_store,
        ),
    ),
    Lie(
        "weight-read",
        "a load reads another weight than the model holds",
        partial(
            instructions.at_instruction,
            wanted=places.loads_from(MODEL),
            change=instructions.wrong_load,
        ),
    ),
    Lie(
        "input-read",
        "a load reads another input than was asked about",
        partial(
            instructions.at_instruction,
            wanted=places.loads_from(INPUT),
            change=instructions.wrong_load,
        ),
    ),
    Lie(
        "delay-slot",
        "after a delay slot control goes on as if the branch were not taken",
        partial(
            instructions.at_instruction,
            wanted=places.in_delay_slot,
            change=instructions.branch_not_taken,
        ),
    ),
    Lie(
        "op-index",
        "a segment leaves the wrong index, so that an operator is skipped or repeated",
        partial(boundaries.at_boundary, change=boundaries.wrong_index),
    ),
    Lie(
        "register",
        "a register survives the yield into the next segment",
        partial(boundaries.at_boundary, change=boundaries.wrong_register),
    ),
    Lie(
        "yield-step",
        "the yield does not wipe the stack",
        partial(boundaries.at_boundary, change=boundaries.dirty_stack),
    ),
    Lie(
        "last-step",
        "only the last instruction's post-state is false",
        endings.last_step,
    ),
    Lie(
        "early-halt", "the run halts in the middle, with an answer", endings.early_halt
    ),
    Lie(
        "segments-short",
        "the run is said to have one segment fewer",
        partial(lengths.segments_off, off=lengths.one_fewer),
    ),
    Lie(
        "segments-long",
        "the run is said to go on after it halted",
        partial(lengths.segments_off, off=lengths.some_more),
    ),
    Lie(
        "steps-short",
        "the last segment is said to have one instruction fewer",
        partial(lengths.steps_off, off=lengths.one_fewer),
    ),
    Lie(
        "steps-long",
        "the last segment is said to go on after it halted",
        partial(lengths.steps_off, off=lengths.some_more),
    ),
    Lie("minimal", "the whole run is said to be one instruction", lengths.minimal),
    Lie(
        "uneven",
        "numbers of segments and instructions that K never divides",
        lengths.uneven,
    ),
    Lie(
        "running-boundary",
        "a running state poses as a boundary, then as a yielded one",
        boundaries.running_boundary,
    ),
    Lie(
        "status",
        "a boundary's status byte is out of range",
        boundaries.status_out_of_range,
    ),
    Lie("reorg", "a dissection is replaced by another across a reorg", endings.reorg),
    Lie(
        "forged-witness",
        "the last step is proved with forged witnesses",
        endings.forged_witness,
    ),
)

LIES: dict[str, Lie] = {lie.name: lie for lie in TABLE}


def lie_named(name: str) -> Lie:
    """The kind of this name; UnknownLie lists those that there are."""
    if name not in LIES:
        raise UnknownLie(tuple(LIES), name)
    return LIES[name]
