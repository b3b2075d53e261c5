"""One chunk of guest code as one native function, in LLVM IR.

    i64 chunk_ADDRESS(ptr memory, i32 pc, i64 left, i32 depth) -> steps left

`memory` is where guest memory begins; registers are words of the header before it.
The function loads registers when it is entered, keeps them in host registers, and puts
back those that it may have changed wherever it leaves: with `pc` and `next_pc` of the
instruction to go on with. It leaves when fewer steps are left than the way to the next
head may take, when control goes elsewhere, and *before* any instruction that might
fault: what such an instruction does is for the reference interpreter to say.

A guest call is a host call, as long as `depth` lasts. A callee that comes back to
anything but its return point makes its caller leave, too.
"""

from mips_vm.constants import PROGRAM, WORD_BYTES
from mips_vm.translate import arithmetic
from mips_vm.translate.arithmetic import literal
from mips_vm.translate.code import COLD, Code
from mips_vm.translate.execute import EXECUTE, condition
from mips_vm.translate.flow import Chunk, Transfer
from mips_vm.translate.frame import Frame, pair, place
from mips_vm.translate.instruments import ALL, Instruments
from mips_vm.translate.layout import PC_WORD, TABLE_WORD
from mips_vm.translate.registers import reads, writes


def symbol(entry: int) -> str:
    """The name of the function for the chunk at `entry`."""
    return f"chunk_{entry:08x}"


def lift(chunk: Chunk, instruments: Instruments = ALL) -> str:
    """The chunk's function."""
    code = Code()
    used = _registers(chunk)
    for register in used:
        code.do(f"%r{register} = alloca i32")
    code.do("%steps = alloca i64")
    # Uncounted, a call still takes one step off: whoever made it sees it came further.
    granted = "%left" if instruments.steps else code.let("add i64 %left, -1")
    code.do(f"store i64 {granted}, ptr %steps")
    heads = sorted(chunk.heads)
    cases = " ".join(f"i32 {head}, label %enter_{head:x}" for head in heads)
    code.do(f"switch i32 %pc, label %elsewhere [{cases}]")
    code.label("elsewhere")
    code.do("ret i64 %left")
    for head in heads:
        _enter(code, head, used)
    for block in chunk.blocks.values():
        code.label(f"block_{block.start:x}")
        _block(Frame(chunk, block, code, instruments))
    signature = "ptr noalias %memory, i32 %pc, i64 %left, i32 %depth"
    body = "\n".join(code.lines)
    definition = f"define i64 @{symbol(chunk.entry)}({signature}) nounwind"
    return f"{definition} {{\nentry:\n{body}\n}}\n"


def _registers(chunk: Chunk) -> list[int]:
    used: set[int] = set()
    for block in chunk.blocks.values():
        for decoded in block.instructions():
            used |= reads(decoded) | writes(decoded)
    return sorted(used)


def _enter(code: Code, head: int, registers: list[int]) -> None:
    """The way in at `head`: all registers come from the header."""
    code.label(f"enter_{head:x}")
    for register in registers:
        value = code.let(f"load i32, ptr {place(code, register)}")
        code.do(f"store i32 {value}, ptr %r{register}")
    code.do(f"br label %block_{head:x}")


def _block(frame: Frame) -> None:
    """A block from its start to its last branch."""
    block = frame.block
    frame.begin()
    for index, decoded in enumerate(block.body):
        address = block.start + index * WORD_BYTES
        pcs = pair(address, address + WORD_BYTES)
        EXECUTE[decoded.instruction.kind](frame, decoded, index, pcs)
        frame.executed()
    if block.transfer:
        _transfer(frame, block.transfer)
    elif block.stuck:
        frame.hand_over(pair(block.end, block.end + WORD_BYTES))
    else:
        frame.go(block.end)


def _transfer(frame: Frame, transfer: Transfer) -> None:
    """Condition and target are read before the link is written, then comes the slot."""
    taken = condition(frame, transfer.decoded) if transfer.conditional else ""
    target = ""
    if transfer.target is None:
        target = frame.read(transfer.decoded.rs)
    if transfer.link is not None:
        frame.write(transfer.link, literal(transfer.after))
    frame.executed()
    if transfer.likely:
        _branch_likely(frame, transfer, taken)
    elif transfer.conditional:
        _branch(frame, transfer, taken)
    else:
        _slot(frame, transfer, _jump_pair(frame.code, transfer, target))
        _arrive(frame, transfer, target)


def _slot(frame: Frame, transfer: Transfer, pcs: str) -> None:
    execute = EXECUTE[transfer.slot.instruction.kind]
    execute(frame, transfer.slot, frame.block.slot_index, pcs)
    frame.executed()


def _branch(frame: Frame, transfer: Transfer, taken: str) -> None:
    code, slot = frame.code, transfer.address + WORD_BYTES
    assert transfer.target is not None
    pairs = pair(slot, transfer.target), pair(slot, transfer.after)
    pcs = code.let(f"select i1 {taken}, i64 {pairs[0]}, i64 {pairs[1]}")
    _slot(frame, transfer, pcs)
    yes, no = code.name("taken"), code.name("untaken")
    code.do(f"br i1 {taken}, label %{yes}, label %{no}")
    code.label(yes)
    _arrive(frame, transfer, "")
    code.label(no)
    frame.go(transfer.after)


def _branch_likely(frame: Frame, transfer: Transfer, taken: str) -> None:
    code, left, ahead = frame.code, frame.left, frame.ahead
    assert transfer.target is not None
    yes, no = code.name("taken"), code.name("untaken")
    code.do(f"br i1 {taken}, label %{yes}, label %{no}")
    code.label(no)
    frame.left, frame.ahead = code.let(f"add i64 {left}, {ahead}"), 0
    frame.go(transfer.after)
    code.label(yes)
    frame.left, frame.ahead = left, ahead
    _slot(frame, transfer, pair(transfer.address + WORD_BYTES, transfer.target))
    _arrive(frame, transfer, "")


def _arrive(frame: Frame, transfer: Transfer, target: str) -> None:
    """The transfer is taken, its slot is done; `target` if a register said it."""
    if frame.block.calls:
        _call(frame, transfer, target)
    elif transfer.target is not None:
        frame.go(transfer.target)
    else:
        frame.leave(_arrival(frame.code, target))


def _jump_pair(code: Code, transfer: Transfer, target: str) -> str:
    """pc and next_pc in the slot of a jump."""
    slot = transfer.address + WORD_BYTES
    if transfer.target is not None:
        return pair(slot, transfer.target)
    return _join(code, str(slot), target)


def _arrival(code: Code, target: str) -> str:
    """pc and next_pc when a jump through a register has arrived."""
    return _join(code, target, code.add(target, WORD_BYTES))


def _join(code: Code, pc: str, next_pc: str) -> str:
    low = code.let(f"zext i32 {pc} to i64")
    high = code.let(f"zext i32 {next_pc} to i64")
    shifted = code.let(f"shl i64 {high}, 32")
    return code.let(f"or disjoint i64 {shifted}, {low}")


# Calls.


def _call(frame: Frame, transfer: Transfer, target: str) -> None:
    """A host call, if the callee is translated; else its address is the way out."""
    code = frame.code
    if transfer.target is None:
        frame.put_back(_arrival(code, target))
        pc = target
        word = code.call("llvm.fshr.i32", f"i32 {pc}", f"i32 {pc}", "i32 2")
    else:
        frame.put_back(pair(transfer.target, transfer.target + WORD_BYTES))
        pc, word = literal(transfer.target), str(transfer.target // WORD_BYTES)
    function = _callee(code, word)
    shallow, outside, call = (code.name(n) for n in ("shallow", "outside", "call"))
    deep = code.let("icmp eq i32 %depth, 0")
    code.do(f"br i1 {deep}, label %{outside}, label %{shallow}{COLD}")
    code.label(shallow)
    missing = code.let(f"icmp eq ptr {function}, null")
    code.do(f"br i1 {missing}, label %{outside}, label %{call}{COLD}")
    code.label(outside)
    code.do(f"ret i64 {frame.left}")
    code.label(call)
    _call_host(frame, transfer, function, pc)


def _callee(code: Code, word: str) -> str:
    """What the table holds for a word of the address space; null if nothing.

    The table has an entry for each word of the program, and a null one behind them,
    which stands for all that is no word of the program.
    """
    words = PROGRAM.size // WORD_BYTES
    if arithmetic.is_literal(word):
        word = str(min(int(word), words))
    else:
        inside = code.let(f"icmp ult i32 {word}, {words}")
        word = code.let(f"select i1 {inside}, i32 {word}, i32 {words}")
    table = code.let(f"load ptr, ptr {place(code, TABLE_WORD)}")
    wide = code.let(f"zext i32 {word} to i64")
    entry = code.let(f"getelementptr ptr, ptr {table}, i64 {wide}")
    return code.let(f"load ptr, ptr {entry}")


def _call_host(frame: Frame, transfer: Transfer, function: str, pc: str) -> None:
    """The call itself. What follows it counts on nothing but the return point."""
    code, after = frame.code, transfer.after
    depth = code.let("add i32 %depth, -1")
    arguments = f"ptr %memory, i32 {pc}, i64 {frame.left}, i32 {depth}"
    left = code.let(f"call i64 {function}({arguments})")
    if after in frame.chunk.blocks:
        pcs = code.let(f"load i64, ptr {place(code, PC_WORD)}")
        away = code.let(f"icmp ne i64 {pcs}, {pair(after, after + WORD_BYTES)}")
        leave, back = code.name("leave"), code.name("back")
        code.do(f"br i1 {away}, label %{leave}, label %{back}{COLD}")
        code.label(back)
        code.do(f"store i64 {left}, ptr %steps")
        code.do(f"br label %enter_{after:x}")
        code.label(leave)
    code.do(f"ret i64 {left}")
