"""A second opinion on every instruction, written from the manual for the tests only.

Shares no code with mips_vm: numbers are signed or unsigned by numpy's types, memory is
bytes, each mnemonic has its own entry. `None` as a result means a fault.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

RUNNING, YIELDED, HALTED, FAULTED = range(4)


def u32(value: int) -> int:
    return value % 2**32


def i32(value: int) -> int:
    value = u32(value)
    return value - 2**32 if value >= 2**31 else value


@dataclass(frozen=True)
class Plain:
    """A whole state; memory is a dict of bytes, absent ones are zero."""

    pc: int
    next_pc: int
    hi: int
    lo: int
    registers: tuple[int, ...]
    memory: dict[int, int]
    status: int = RUNNING


def _checked(total: int) -> int | None:
    return u32(total) if -(2**31) <= total < 2**31 else None


def _bits(value: int) -> str:
    return f"{value:032b}"


def _truncated_quotient(a: int, b: int) -> tuple[int, int]:
    """hi, lo of a signed division that truncates; by zero as by one."""
    b = b or 1
    quotient = -(-a // b) if (a < 0) != (b < 0) else a // b
    return u32(a - quotient * b), u32(quotient)


Arithmetic = Callable[[int, int], int | None]

THREE_REGISTERS: dict[str, Arithmetic] = {
    "add": lambda s, t: _checked(i32(s) + i32(t)),
    "addu": lambda s, t: u32(s + t),
    "sub": lambda s, t: _checked(i32(s) - i32(t)),
    "subu": lambda s, t: u32(s - t),
    "and": lambda s, t: s & t,
    "or": lambda s, t: s | t,
    "xor": lambda s, t: s ^ t,
    "nor": lambda s, t: u32(~(s | t)),
    "slt": lambda s, t: int(i32(s) < i32(t)),
    "sltu": lambda s, t: int(s < t),
    "mul": lambda s, t: u32(i32(s) * i32(t)),
    "sllv": lambda s, t: u32(t * 2 ** (s % 32)),
    "srlv": lambda s, t: t // 2 ** (s % 32),
    "srav": lambda s, t: u32(i32(t) // 2 ** (s % 32)),
    "rotrv": lambda s, t: int((_bits(t) * 2)[32 - s % 32 :][:32], 2),
    "clz": lambda s, t: len(_bits(s)) - len(_bits(s).lstrip("0")),
    "clo": lambda s, t: len(_bits(s)) - len(_bits(s).lstrip("1")),
    "seb": lambda s, t: u32((t % 256) - 256 * (t % 256 > 127)),
    "seh": lambda s, t: u32((t % 65536) - 65536 * (t % 65536 > 32767)),
    "wsbh": lambda s, t: int.from_bytes(
        bytes(t.to_bytes(4, "big")[i] for i in (1, 0, 3, 2)), "big"
    ),
}

SHIFT_BY_CONSTANT: dict[str, Arithmetic] = {
    "sll": lambda t, n: THREE_REGISTERS["sllv"](n, t),
    "srl": lambda t, n: THREE_REGISTERS["srlv"](n, t),
    "sra": lambda t, n: THREE_REGISTERS["srav"](n, t),
    "rotr": lambda t, n: THREE_REGISTERS["rotrv"](n, t),
}

# f(rs, immediate sign-extended, immediate zero-extended)
IMMEDIATE: dict[str, Callable[[int, int, int], int | None]] = {
    "addi": lambda s, i, z: _checked(i32(s) + i),
    "addiu": lambda s, i, z: u32(s + i),
    "slti": lambda s, i, z: int(i32(s) < i),
    "sltiu": lambda s, i, z: int(s < u32(i)),
    "andi": lambda s, i, z: s & z,
    "ori": lambda s, i, z: s | z,
    "xori": lambda s, i, z: s ^ z,
    "lui": lambda s, i, z: z * 65536,
}

# f(hi:lo as one signed number, rs, rt) -> the new hi:lo
PAIR: dict[str, Callable[[int, int, int], int]] = {
    "mult": lambda p, s, t: i32(s) * i32(t),
    "multu": lambda p, s, t: s * t,
    "madd": lambda p, s, t: p + i32(s) * i32(t),
    "maddu": lambda p, s, t: p + s * t,
    "msub": lambda p, s, t: p - i32(s) * i32(t),
    "msubu": lambda p, s, t: p - s * t,
}

# f(rs, rt): for branches against zero, rt is ignored
TAKEN: dict[str, Callable[[int, int], bool]] = {
    "beq": lambda s, t: s == t,
    "bne": lambda s, t: s != t,
    "blez": lambda s, t: s == 0 or s >= 2**31,
    "bgtz": lambda s, t: 0 < s < 2**31,
    "bltz": lambda s, t: s >= 2**31,
    "bgez": lambda s, t: s < 2**31,
}

# f(rs, rt or the sign-extended immediate)
TRAPS: dict[str, Callable[[int, int], bool]] = {
    "tge": lambda s, t: i32(s) >= i32(t),
    "tgeu": lambda s, t: s >= t,
    "tlt": lambda s, t: i32(s) < i32(t),
    "tltu": lambda s, t: s < t,
    "teq": lambda s, t: s == t,
    "tne": lambda s, t: s != t,
}

# size, sign-extended?
LOADS = {
    "lb": (1, True),
    "lbu": (1, False),
    "lh": (2, True),
    "lhu": (2, False),
    "lw": (4, False),
}
STORES = {"sb": 1, "sh": 2, "sw": 4}

# Bytes that an unaligned access moves: (offset from the address, byte of rt), for an
# address that is k bytes into its word.
PARTIAL: dict[str, Callable[[int], list[tuple[int, int]]]] = {
    "wl": lambda k: [(-i, 3 - i) for i in range(k + 1)],
    "wr": lambda k: [(i, i) for i in range(4 - k)],
}


def execute(pre: Plain, mnemonic: str, word: int) -> Plain:
    """The post-state of one instruction that was fetched and decoded."""
    return _Execution(pre, mnemonic, word).post_state()


class _Execution:
    def __init__(self, pre: Plain, mnemonic: str, word: int) -> None:
        self.pre = pre
        self.mnemonic = mnemonic
        self.rs, self.rt, self.rd, self.sa = (word >> n & 31 for n in (21, 16, 11, 6))
        self.zero_extended = word % 65536
        self.immediate = self.zero_extended - 65536 * (self.zero_extended > 32767)
        self.index = word % 2**26
        self.s, self.t = pre.registers[self.rs], pre.registers[self.rt]

    def post_state(self) -> Plain:
        for family in (
            self._arithmetic,
            self._fields,
            self._hi_lo,
            self._control,
            self._memory,
            self._system,
        ):
            post = family(self.mnemonic)
            if post is not None:
                return post
        raise AssertionError(f"no second opinion on {self.mnemonic}")

    def _fault(self) -> Plain:
        return replace(self.pre, status=FAULTED)

    def _next(self, register: int = 0, value: int | None = 0, **more: object) -> Plain:
        if value is None:
            return self._fault()
        registers = list(self.pre.registers)
        registers[register] = value
        registers[0] = 0
        changes = {
            "registers": tuple(registers),
            "pc": self.pre.next_pc,
            "next_pc": u32(self.pre.next_pc + 4),
        }
        return replace(self.pre, **(changes | more))

    def _arithmetic(self, name: str) -> Plain | None:
        if name in THREE_REGISTERS:
            return self._next(self.rd, THREE_REGISTERS[name](self.s, self.t))
        if name in SHIFT_BY_CONSTANT:
            return self._next(self.rd, SHIFT_BY_CONSTANT[name](self.t, self.sa))
        if name in IMMEDIATE:
            value = IMMEDIATE[name](self.s, self.immediate, self.zero_extended)
            return self._next(self.rt, value)
        return None

    def _fields(self, name: str) -> Plain | None:
        bits = _bits(self.s)[::-1]  # lowest first
        if name == "ext":
            chosen = bits[self.sa : self.sa + self.rd + 1]
            return self._next(self.rt, int(chosen[::-1], 2))
        if name == "ins":
            size = self.rd - self.sa + 1
            if size <= 0:
                return self._next()
            target = _bits(self.t)[::-1]
            merged = target[: self.sa] + bits[:size] + target[self.rd + 1 :]
            return self._next(self.rt, int(merged[::-1], 2))
        if name in ("movz", "movn"):
            moved = (self.t == 0) == (name == "movz")
            return self._next(self.rd, self.s) if moved else self._next()
        return None

    def _hi_lo(self, name: str) -> Plain | None:
        if name in PAIR:
            pair = PAIR[name](self.pre.hi * 2**32 + self.pre.lo, self.s, self.t)
            return self._next(hi=u32(pair // 2**32), lo=u32(pair))
        if name == "div":
            hi, lo = _truncated_quotient(i32(self.s), i32(self.t))
            return self._next(hi=hi, lo=lo)
        if name == "divu":
            hi, lo = _truncated_quotient(self.s, self.t)
            return self._next(hi=hi, lo=lo)
        if name in ("mfhi", "mflo"):
            return self._next(self.rd, getattr(self.pre, name[2:]))
        if name in ("mthi", "mtlo"):
            return self._next(**{name[2:]: self.s})
        return None

    def _control(self, name: str) -> Plain | None:
        pc, slot = self.pre.pc, self.pre.next_pc
        link = u32(pc + 8)
        jump = (pc + 4) // 2**28 * 2**28 + self.index * 4
        if name in ("j", "jal"):
            return self._next(31 if name == "jal" else 0, link, next_pc=jump)
        if name in ("jr", "jalr"):
            return self._next(self.rd if name == "jalr" else 0, link, next_pc=self.s)
        plain = next((base for base in TAKEN if name.startswith(base)), None)
        suffix = name.removeprefix(plain or "")
        if plain is None or suffix not in ("", "l", "al", "all"):
            return None
        register = 31 if suffix.startswith("al") else 0
        if TAKEN[plain](self.s, self.t):
            target = u32(pc + 4 + 4 * self.immediate)
            return self._next(register, link, next_pc=target)
        if suffix in ("l", "all"):
            skip = {"pc": u32(slot + 4), "next_pc": u32(slot + 8)}
            return self._next(register, link, **skip)
        return self._next(register, link)

    def _memory(self, name: str) -> Plain | None:
        address = u32(self.s + self.immediate)
        if name in LOADS:
            size, is_signed = LOADS[name]
            if address % size:
                return self._fault()
            data = bytes(self._byte(address + i) for i in range(size))
            return self._next(
                self.rt, u32(int.from_bytes(data, "little", signed=is_signed))
            )
        if name in ("lwl", "lwr"):
            target = bytearray(self.t.to_bytes(4, "little"))
            for offset, byte in PARTIAL[name[1:]](address % 4):
                target[byte] = self._byte(address + offset)
            return self._next(self.rt, int.from_bytes(target, "little"))
        if name in ("swl", "swr"):
            return self._store(address, PARTIAL[name[1:]](address % 4))
        if name in STORES:
            if address % STORES[name]:
                return self._fault()
            return self._store(address, [(i, i) for i in range(STORES[name])])
        return None

    def _byte(self, address: int) -> int:
        return self.pre.memory.get(address, 0)

    def _store(self, address: int, moves: list[tuple[int, int]]) -> Plain:
        if not 0x20000000 <= address < 0x80000000:
            return self._fault()
        source = self.t.to_bytes(4, "little")
        changed = {address + offset: source[byte] for offset, byte in moves}
        return self._next(memory=self.pre.memory | changed)

    def _system(self, name: str) -> Plain | None:
        if name == "syscall":
            return self._syscall(self.pre.registers[2])
        if name == "break":
            return self._fault()
        if name in ("sync", "synci", "pref"):
            return self._next()
        if name in TRAPS:
            return self._fault() if TRAPS[name](self.s, self.t) else self._next()
        of_register = name.replace("i", "")
        if of_register in TRAPS:
            trapped = TRAPS[of_register](self.s, u32(self.immediate))
            return self._fault() if trapped else self._next()
        return None

    def _syscall(self, number: int) -> Plain:
        wiped_until = {4162: 0x40000000, 4001: 0x80000000}.get(number)
        if wiped_until is None:
            return self._fault()
        kept = {
            address: byte
            for address, byte in self.pre.memory.items()
            if not 0x30000000 <= address < wiped_until
        }
        status = YIELDED if number == 4162 else HALTED
        return Plain(0, 4, 0, 0, (0,) * 32, kept, status)
