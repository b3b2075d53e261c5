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

from mips_vm.constants import PROGRAM, WORD_BYTES, WORD_MASK
from mips_vm.decode import Decoded, Kind
from mips_vm.memory import HEADER_BYTES
from mips_vm.translate import arithmetic
from mips_vm.translate.accesses import Accesses
from mips_vm.translate.arithmetic import literal
from mips_vm.translate.code import COLD, Code
from mips_vm.translate.flow import Block, Chunk, Transfer
from mips_vm.translate.layout import HANDED_OVER_WORD, PC_WORD, TABLE_WORD
from mips_vm.translate.registers import (
    ACCUMULATE,
    HI,
    LO,
    SPECIAL,
    reads,
    writes,
)


def symbol(entry: int) -> str:
    """The name of the function for the chunk at `entry`."""
    return f"chunk_{entry:08x}"


def lift(chunk: Chunk) -> str:
    """The chunk's function."""
    return _Lift(chunk).function()


def pair(pc: int, next_pc: int) -> str:
    """pc and next_pc in one i64, as the header holds them."""
    value = pc & WORD_MASK | (next_pc & WORD_MASK) << 32
    return str(value - (1 << 64) if value >> 63 else value)


class _Lift:
    """Writes the function of one chunk."""

    def __init__(self, chunk: Chunk) -> None:
        self.chunk = chunk
        self.code = Code()
        instructions = [
            decoded
            for block in chunk.blocks.values()
            for decoded in block.instructions()
        ]
        used = [reads(d) | writes(d) for d in instructions]
        self.used = sorted(frozenset[int]().union(*used))

    def function(self) -> str:
        """All of it, as text."""
        code, chunk = self.code, self.chunk
        heads = sorted(chunk.heads)
        cases = " ".join(f"i32 {head}, label %enter_{head:x}" for head in heads)
        for register in self.used:
            code.do(f"%r{register} = alloca i32")
        code.do("%steps = alloca i64")
        code.do("store i64 %left, ptr %steps")
        code.do(f"switch i32 %pc, label %elsewhere [{cases}]")
        code.label("elsewhere")
        code.do("ret i64 %left")
        for head in heads:
            self._enter(head)
        for start in chunk.blocks:
            _BlockLift(self, chunk.blocks[start]).emit()
        signature = "ptr noalias %memory, i32 %pc, i64 %left, i32 %depth"
        body = "\n".join(code.lines)
        name = symbol(chunk.entry)
        return f"define i64 @{name}({signature}) nounwind {{\nentry:\n{body}\n}}\n"

    def _enter(self, head: int) -> None:
        """The way in at `head`: all registers come from the header."""
        code = self.code
        code.label(f"enter_{head:x}")
        for register in self.used:
            value = code.let(f"load i32, ptr {self.place(register)}")
            code.do(f"store i32 {value}, ptr %r{register}")
        code.do(f"br label %block_{head:x}")

    def place(self, word: int) -> str:
        """Pointer to a word of the header."""
        return self.code.field("%memory", word * WORD_BYTES - HEADER_BYTES)


class _BlockLift:
    """Writes one block. `values` holds the registers that it has read or written."""

    def __init__(self, lift: _Lift, block: Block) -> None:
        self.lift = lift
        self.chunk = lift.chunk
        self.code = lift.code
        self.block = block
        self.values: dict[int, str] = {}
        self.written: set[int] = set()
        self.left = ""
        self.ahead = 0  # steps of this block that are taken off `left`, but not done
        self.accesses = Accesses(self.code, block)

    def emit(self) -> None:
        """The block from its label to its last branch."""
        code, block = self.code, self.block
        code.label(f"block_{block.start:x}")
        self.left = code.let("load i64, ptr %steps")
        if block.start in self.chunk.heads:
            self._check_steps()
        if block.steps:
            self.ahead = block.steps
            self.left = code.let(f"sub i64 {self.left}, {block.steps}")
        for index, decoded in enumerate(block.body):
            address = block.start + index * WORD_BYTES
            self._instruction(decoded, index, pair(address, address + WORD_BYTES))
            self.ahead -= 1
        if block.transfer:
            self._transfer(block.transfer)
        elif block.stuck:
            self._hand_over(pair(block.end, block.end + WORD_BYTES))
        else:
            self._go(block.end)

    def _check_steps(self) -> None:
        """Leaves if the way to the next head may take more steps than are left."""
        code, start = self.code, self.block.start
        few = code.let(f"icmp ult i64 {self.left}, {self.chunk.reach[start]}")
        self._hand_over_if(few, pair(start, start + WORD_BYTES))

    # Registers.

    def read(self, register: int) -> str:
        """The register's value at this point."""
        if not register:
            return "0"
        if register not in self.values:
            value = self.code.let(f"load i32, ptr %r{register}")
            self.values[register] = value
        return self.values[register]

    def write(self, register: int, value: str) -> None:
        """The register's value from here on."""
        if register:
            self.values[register] = value
            self.written.add(register)

    def _keep(self) -> None:
        """Hands registers and steps over to the next block."""
        for register in sorted(self.written):
            self.code.do(f"store i32 {self.values[register]}, ptr %r{register}")
        self.code.do(f"store i64 {self.left}, ptr %steps")

    # Ways out.

    def _put_back(self, pcs: str) -> None:
        """Registers into the header."""
        code = self.code
        for register in sorted(self.chunk.dirty[self.block.start] | self.written):
            value = self.values.get(register)
            if value is None:
                value = code.let(f"load i32, ptr %r{register}")
            code.do(f"store i32 {value}, ptr {self.lift.place(register)}")
        code.do(f"store i64 {pcs}, ptr {self.lift.place(PC_WORD)}")

    def _leave(self, pcs: str) -> None:
        """Ends the function; `pcs` go on."""
        self._put_back(pcs)
        left = self.left
        if self.ahead:
            left = self.code.let(f"add i64 {left}, {self.ahead}")
        self.code.do(f"ret i64 {left}")

    def _hand_over(self, pcs: str) -> None:
        """Ends the function before an instruction that the reference must execute."""
        self.code.do(f"store i32 1, ptr {self.lift.place(HANDED_OVER_WORD)}")
        self._leave(pcs)

    def _hand_over_if(self, condition: str, pcs: str) -> None:
        """The same in a case that is rare."""
        code = self.code
        rare, usual = code.name("rare"), code.name("usual")
        code.do(f"br i1 {condition}, label %{rare}, label %{usual}{COLD}")
        code.label(rare)
        self._hand_over(pcs)
        code.label(usual)

    def _go(self, target: int) -> None:
        """Goes on at an address, in this chunk or out of it."""
        if target in self.chunk.blocks:
            self._keep()
            self.code.do(f"br label %block_{target:x}")
        else:
            self._leave(pair(target, target + WORD_BYTES))

    # Instructions. `pcs` are pc and next_pc when it is about to execute.

    def _instruction(self, d: Decoded, index: int, pcs: str) -> None:
        code, kind, operation = self.code, d.instruction.kind, d.instruction.operation
        if kind is Kind.COMPUTE:
            self._compute(d, pcs)
        elif kind is Kind.UNARY:
            dest, source, _ = d.registers
            emit_unary = arithmetic.UNARY[operation]
            self.write(dest, emit_unary(code, self.read(source)))
        elif kind is Kind.SELECT:
            moved = self._condition(operation, self.read(d.rt), "0")
            chosen = f"i32 {self.read(d.rs)}, i32 {self.read(d.rd)}"
            self.write(d.rd, code.let(f"select i1 {moved}, {chosen}"))
        elif kind is Kind.FIELD:
            self._field(d)
        elif kind is Kind.MULTIPLY:
            self._multiply(d)
        elif kind is Kind.MOVE_FROM:
            self.write(d.rd, self.read(SPECIAL[operation]))
        elif kind is Kind.MOVE_TO:
            self.write(SPECIAL[operation], self.read(d.rs))
        elif kind is Kind.LOAD:
            self._hand_over_if_any(self.accesses.obstacles(index, self.read(d.rs)), pcs)
            value = self.accesses.load(index, self.read(d.rs), self.read(d.rt))
            self.write(d.rt, value)
        elif kind is Kind.STORE:
            self._hand_over_if_any(self.accesses.obstacles(index, self.read(d.rs)), pcs)
            self.accesses.store(index, self.read(d.rs), self.read(d.rt))
        elif kind is Kind.TRAP:
            left, right = self._operands(d, 0)
            self._hand_over_if(self._condition(operation, left, right), pcs)
        elif kind is not Kind.NOTHING:
            raise AssertionError(f"no translation of {d.instruction.mnemonic}")

    def _hand_over_if_any(self, conditions: list[str], pcs: str) -> None:
        for condition in conditions:
            self._hand_over_if(condition, pcs)

    def _operands(self, d: Decoded, first: int) -> tuple[str, str]:
        """Left and right of COMPUTE, BRANCH or TRAP: the right one may be immediate."""
        left, right = d.registers[first], d.registers[first + 1]
        if right:
            return self.read(left), self.read(right)
        immediate = 0 if d.instruction.kind in _BRANCH_KINDS else d.immediate
        return self.read(left), literal(immediate)

    def _condition(self, operation: str, left: str, right: str) -> str:
        return arithmetic.CONDITIONS[operation](self.code, left, right)

    def _compute(self, d: Decoded, pcs: str) -> None:
        code, operation = self.code, d.instruction.operation
        left, right = self._operands(d, 1)
        dest = d.registers[0]
        intrinsic = arithmetic.OVERFLOWING.get(operation)
        if intrinsic is None:
            if dest:
                emit = arithmetic.COMPUTE[operation]
                self.write(dest, emit(code, left, right))
            return
        both = code.call(intrinsic, f"i32 {left}", f"i32 {right}")
        overflow = code.let(f"extractvalue {{i32, i1}} {both}, 1")
        self._hand_over_if(overflow, pcs)
        self.write(dest, code.let(f"extractvalue {{i32, i1}} {both}, 0"))

    def _field(self, d: Decoded) -> None:
        source = self.read(d.rs)
        if d.instruction.operation == "ext":
            value = arithmetic.extract(self.code, source, d.sa, d.rd)
        else:
            target = self.read(d.rt)
            value = arithmetic.insert(self.code, source, target, d.sa, d.rd)
        self.write(d.rt, value)

    def _multiply(self, d: Decoded) -> None:
        code, operation = self.code, d.instruction.operation
        before = ""
        if operation in ACCUMULATE:
            high = code.let(f"zext i32 {self.read(HI)} to i64")
            low = code.let(f"zext i32 {self.read(LO)} to i64")
            shifted = code.let(f"shl i64 {high}, 32")
            before = code.let(f"or disjoint i64 {shifted}, {low}")
        emit = arithmetic.MULTIPLY[operation]
        high, low = emit(code, before, self.read(d.rs), self.read(d.rt))
        self.write(HI, high)
        self.write(LO, low)

    # Branches and jumps.

    def _transfer(self, transfer: Transfer) -> None:
        """Condition and target are read before the link is written."""
        d = transfer.decoded
        condition, target = "", ""
        if transfer.conditional:
            left, right = self._operands(d, 0)
            condition = self._condition(d.instruction.operation, left, right)
        if transfer.target is None:
            target = self.read(d.rs)
        if transfer.link is not None:
            self.write(transfer.link, literal(transfer.after))
        self.ahead -= 1
        if transfer.likely:
            self._skip_or_take(transfer, condition)
        elif transfer.conditional:
            self._branch(transfer, condition)
        else:
            self._slot(transfer, self._target_pair(transfer, target))
            self._arrive(transfer, target)

    def _slot(self, transfer: Transfer, pcs: str) -> None:
        self._instruction(transfer.slot, len(self.block.body) + 1, pcs)
        self.ahead -= 1

    def _target_pair(self, transfer: Transfer, target: str) -> str:
        """pc and next_pc in the slot of a jump."""
        slot, code = transfer.address + WORD_BYTES, self.code
        if transfer.target is not None:
            return pair(slot, transfer.target)
        wide = code.let(f"zext i32 {target} to i64")
        high = code.let(f"shl i64 {wide}, 32")
        return code.let(f"or disjoint i64 {high}, {slot}")

    def _branch(self, transfer: Transfer, condition: str) -> None:
        code, target = self.code, transfer.target
        assert target is not None
        slot = transfer.address + WORD_BYTES
        taken, untaken = pair(slot, target), pair(slot, transfer.after)
        pcs = code.let(f"select i1 {condition}, i64 {taken}, i64 {untaken}")
        self._slot(transfer, pcs)
        yes, no = code.name("taken"), code.name("untaken")
        code.do(f"br i1 {condition}, label %{yes}, label %{no}")
        code.label(yes)
        self._arrive(transfer, "")
        code.label(no)
        self._go(transfer.after)

    def _skip_or_take(self, transfer: Transfer, condition: str) -> None:
        code, target = self.code, transfer.target
        assert target is not None
        yes, no = code.name("taken"), code.name("untaken")
        code.do(f"br i1 {condition}, label %{yes}, label %{no}")
        code.label(no)
        left, ahead = self.left, self.ahead
        self.left = code.let(f"add i64 {left}, {ahead}")
        self.ahead = 0
        self._go(transfer.after)
        self.left, self.ahead = left, ahead
        code.label(yes)
        self._slot(transfer, pair(transfer.address + WORD_BYTES, target))
        self._arrive(transfer, "")

    def _arrive(self, transfer: Transfer, target: str) -> None:
        """The transfer is taken, its slot is done."""
        if self.block.calls:
            self._call(transfer, target)
        elif transfer.target is not None:
            self._go(transfer.target)
        else:
            self._leave(self._arrival(target))

    def _arrival(self, target: str) -> str:
        """pc and next_pc when a jump through a register has arrived."""
        code = self.code
        following = code.let(f"add i32 {target}, {WORD_BYTES}")
        low = code.let(f"zext i32 {target} to i64")
        high = code.let(f"zext i32 {following} to i64")
        shifted = code.let(f"shl i64 {high}, 32")
        return code.let(f"or disjoint i64 {shifted}, {low}")

    def _call(self, transfer: Transfer, target: str) -> None:
        """A host call, if the callee is translated; else its address is the way out."""
        code = self.code
        if transfer.target is None:
            pcs, pc = self._arrival(target), target
            slot = code.call("llvm.fshr.i32", f"i32 {pc}", f"i32 {pc}", "i32 2")
        else:
            pc, slot = literal(transfer.target), str(transfer.target // WORD_BYTES)
            pcs = pair(transfer.target, transfer.target + WORD_BYTES)
        self._put_back(pcs)
        found = self._callee(slot)
        inside, outside, call = (code.name(n) for n in ("inside", "outside", "call"))
        deep = code.let("icmp eq i32 %depth, 0")
        code.do(f"br i1 {deep}, label %{outside}, label %{inside}{COLD}")
        code.label(inside)
        missing = code.let(f"icmp eq ptr {found}, null")
        code.do(f"br i1 {missing}, label %{outside}, label %{call}{COLD}")
        code.label(outside)
        code.do(f"ret i64 {self.left}")
        code.label(call)
        self._call_host(transfer, found, pc)

    def _callee(self, slot: str) -> str:
        """What the table holds for word `slot` of the address space; null if nothing.

        The table has an entry for each word of the program, and a null one behind
        them, which stands for all that is no word of the program.
        """
        code, words = self.code, PROGRAM.size // WORD_BYTES
        if arithmetic.is_literal(slot):
            slot = str(min(int(slot), words))
        else:
            inside = code.let(f"icmp ult i32 {slot}, {words}")
            slot = code.let(f"select i1 {inside}, i32 {slot}, i32 {words}")
        table = code.let(f"load ptr, ptr {self.lift.place(TABLE_WORD)}")
        wide = code.let(f"zext i32 {slot} to i64")
        entry = code.let(f"getelementptr ptr, ptr {table}, i64 {wide}")
        return code.let(f"load ptr, ptr {entry}")

    def _call_host(self, transfer: Transfer, function: str, pc: str) -> None:
        """The call itself. What follows it counts on nothing but the return point."""
        code, after = self.code, transfer.after
        depth = code.let("add i32 %depth, -1")
        arguments = f"ptr %memory, i32 {pc}, i64 {self.left}, i32 {depth}"
        left = code.let(f"call i64 {function}({arguments})")
        if after in self.chunk.blocks:
            pcs = code.let(f"load i64, ptr {self.lift.place(PC_WORD)}")
            away = code.let(f"icmp ne i64 {pcs}, {pair(after, after + WORD_BYTES)}")
            leave, back = code.name("leave"), code.name("back")
            code.do(f"br i1 {away}, label %{leave}, label %{back}{COLD}")
            code.label(back)
            code.do(f"store i64 {left}, ptr %steps")
            code.do(f"br label %enter_{after:x}")
            code.label(leave)
        code.do(f"ret i64 {left}")


_BRANCH_KINDS = frozenset(
    {Kind.BRANCH, Kind.BRANCH_LIKELY, Kind.BRANCH_LINK, Kind.BRANCH_LINK_LIKELY}
)
