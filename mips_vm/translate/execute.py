"""Every kind of instruction as LLVM IR: the twin of the functions in `step.py`.

Each takes the frame, the decoded instruction, its index in the block, and pc and
next_pc when it is about to execute. Branches and jumps end a block: `lift.py` has them.
"""

from collections.abc import Callable
from typing import Final

from mips_vm.isa.decode import Decoded
from mips_vm.isa.instructions import Kind
from mips_vm.translate import arithmetic
from mips_vm.translate.arithmetic import literal
from mips_vm.translate.frame import Frame
from mips_vm.translate.registers import ACCUMULATE, HI, LO, SPECIAL

Execute = Callable[[Frame, Decoded, int, str], None]


def condition(frame: Frame, d: Decoded) -> str:
    """Whether a branch is taken or a trap holds, i1."""
    left, right, _ = d.registers
    # A branch's immediate is its target; only a trap compares with it.
    constant = d.immediate if d.instruction.kind is Kind.TRAP else 0
    operand = frame.read(right) if right else literal(constant)
    compare = arithmetic.CONDITIONS[d.instruction.operation]
    return compare(frame.code, frame.read(left), operand)


def _compute(frame: Frame, d: Decoded, index: int, pcs: str) -> None:
    code, operation = frame.code, d.instruction.operation
    dest, first, second = d.registers
    left = frame.read(first)
    right = frame.read(second) if second else literal(d.immediate)
    if operation not in arithmetic.OVERFLOWING:
        frame.write(dest, arithmetic.COMPUTE[operation](code, left, right))
        return
    intrinsic = arithmetic.OVERFLOWING[operation]
    both = code.call(intrinsic, f"i32 {left}", f"i32 {right}")
    overflow = code.let(f"extractvalue {{i32, i1}} {both}, 1")
    frame.hand_over_if(overflow, pcs)
    frame.write(dest, code.let(f"extractvalue {{i32, i1}} {both}, 0"))


def _unary(frame: Frame, d: Decoded, index: int, pcs: str) -> None:
    dest, source, _ = d.registers
    operation = arithmetic.UNARY[d.instruction.operation]
    frame.write(dest, operation(frame.code, frame.read(source)))


def _select(frame: Frame, d: Decoded, index: int, pcs: str) -> None:
    code = frame.code
    compare = arithmetic.CONDITIONS[d.instruction.operation]
    moved = compare(code, frame.read(d.rt), "0")
    values = f"i32 {frame.read(d.rs)}, i32 {frame.read(d.rd)}"
    frame.write(d.rd, code.let(f"select i1 {moved}, {values}"))


def _field(frame: Frame, d: Decoded, index: int, pcs: str) -> None:
    source = frame.read(d.rs)
    if d.instruction.operation == "ext":
        value = arithmetic.extract(frame.code, source, d.sa, d.rd)
    else:
        target = frame.read(d.rt)
        value = arithmetic.insert(frame.code, source, target, d.sa, d.rd)
    frame.write(d.rt, value)


def _multiply(frame: Frame, d: Decoded, index: int, pcs: str) -> None:
    code, operation = frame.code, d.instruction.operation
    before = ""
    if operation in ACCUMULATE:
        high = code.let(f"zext i32 {frame.read(HI)} to i64")
        low = code.let(f"zext i32 {frame.read(LO)} to i64")
        shifted = code.let(f"shl i64 {high}, 32")
        before = code.let(f"or disjoint i64 {shifted}, {low}")
    operate = arithmetic.MULTIPLY[operation]
    high, low = operate(code, before, frame.read(d.rs), frame.read(d.rt))
    frame.write(HI, high)
    frame.write(LO, low)


def _move_from(frame: Frame, d: Decoded, index: int, pcs: str) -> None:
    frame.write(d.rd, frame.read(SPECIAL[d.instruction.operation]))


def _move_to(frame: Frame, d: Decoded, index: int, pcs: str) -> None:
    frame.write(SPECIAL[d.instruction.operation], frame.read(d.rs))


def _load(frame: Frame, d: Decoded, index: int, pcs: str) -> None:
    _check(frame, d, index, pcs)
    base, register = frame.read(d.rs), frame.read(d.rt)
    frame.write(d.rt, frame.accesses.load(index, base, register))


def _store(frame: Frame, d: Decoded, index: int, pcs: str) -> None:
    _check(frame, d, index, pcs)
    frame.accesses.store(index, frame.read(d.rs), frame.read(d.rt))


def _check(frame: Frame, d: Decoded, index: int, pcs: str) -> None:
    for obstacle in frame.accesses.obstacles(index, frame.read(d.rs)):
        frame.hand_over_if(obstacle, pcs)


def _trap(frame: Frame, d: Decoded, index: int, pcs: str) -> None:
    frame.hand_over_if(condition(frame, d), pcs)


def _nothing(frame: Frame, d: Decoded, index: int, pcs: str) -> None:
    pass


EXECUTE: Final[dict[Kind, Execute]] = {
    Kind.COMPUTE: _compute,
    Kind.UNARY: _unary,
    Kind.SELECT: _select,
    Kind.FIELD: _field,
    Kind.MULTIPLY: _multiply,
    Kind.MOVE_FROM: _move_from,
    Kind.MOVE_TO: _move_to,
    Kind.LOAD: _load,
    Kind.STORE: _store,
    Kind.TRAP: _trap,
    Kind.NOTHING: _nothing,
}
