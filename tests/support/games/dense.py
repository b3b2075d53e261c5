"""Games that end in the dearest step there is: every sibling of its proofs non-zero."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from eth_utils import keccak
from support.chains.evm import Chain
from support.chains.py_evm import PyEvm
from support.games.made_up import HALTED, RUNNING, MadeUpGame, Run, ends, status
from support.games.protocol import Story

from mips_vm import Machine
from mips_vm.constants import LEAF_BYTES, MODEL, PROGRAM, TREE_DEPTH

BYTES = b"\xfe\xff\xfe\xff"  # of whatever could be zero
OFFSET = 0x7FF0
BASE, OTHER = 1, 2  # registers

LW_MODEL = (0x8C, 0x8000_0048)  # major opcode in its place, address
SW_ARENA = (0xAC, 0x4000_0048)
SWR_STACK = (0xB8, 0x3000_0049)
DEAREST = (LW_MODEL, SW_ARENA, SWR_STACK)


def dense_machine(opcode: int, address: int) -> Machine:
    """About to load or store at `address`, amid memory that is full."""
    word = opcode << 24 | BASE << 21 | OTHER << 16 | OFFSET
    machine = Machine.from_program(word.to_bytes(4, "little"))
    for place, levels in ((0, PROGRAM.depth), (address, TREE_DEPTH)):
        leaf = place - place % LEAF_BYTES
        for level in range(levels):
            beside = leaf ^ (LEAF_BYTES << level)
            machine.memory.write(beside, BYTES * (LEAF_BYTES // len(BYTES)))
    for number in range(1, 32):
        machine.registers[number] = int.from_bytes(BYTES, "little")
    machine.registers[BASE] = address - OFFSET
    machine.hi = machine.lo = machine.registers[OTHER]
    return machine


@dataclass(frozen=True)
class Through(Run):
    """A run that passes through given states, by (segment, step)."""

    states: Mapping[tuple[int, int], bytes] = field(default_factory=dict)

    def state(self, segment: int, step: int) -> bytes:
        return self.states.get((segment, step)) or super().state(segment, step)


@dataclass(frozen=True, slots=True)
class DenseGame:
    """A game on the real verifier and py-evm, with the witness that ends it."""

    game: MadeUpGame
    witness: bytes


def dense_game(
    step: tuple[int, int],
    *,
    true_claim: bool,
    segments: int,
    instructions: int,
    lie: tuple[int, int],
    basefee: int = 0,
) -> DenseGame:
    """`step`, of `DEAREST`, makes the state at `lie`, which one side denies."""
    machine = dense_machine(*step)
    roots = [machine.memory.region_root(region) for region in (MODEL, PROGRAM)]
    chain = Chain(evm=PyEvm())
    chain.set_basefee(basefee)
    story = Story(chain, *roots).claimed()
    start, end = ends(story)
    before, witness = machine.state_root(), machine.witness().data
    machine.step()
    segment, number = lie
    states = {(segment, number - 1): before, lie: machine.state_root()}
    true = Through(start, end, segments, instructions, lie, b"true", states=states)
    false = replace(
        true,
        end=status(keccak(end), HALTED) if true_claim else end,
        salt=b"false",
        states={**states, lie: status(keccak(before), RUNNING)},
    )
    if not true_claim:
        true = replace(true, end=status(keccak(end), HALTED))
    worker, challenger = (true, false) if true_claim else (false, true)
    account = chain.account("challenger")
    return DenseGame(MadeUpGame(story, worker, challenger, account), witness)
