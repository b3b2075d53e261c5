"""LLVM IR of Keccak-f[1600], scalar and in four vector lanes (FIPS 202, section 3).

Rounds are straight-line code in a loop of two, the state its 25 phis: unrolling
further only spills more. The pairs' first round is peeled, since 64-byte messages make
constants of most of its words, and so is the last, of which four words are wanted.
"""

from collections.abc import Sequence
from typing import Final

from llvmlite import ir  # type: ignore[import-untyped]

RATE_BYTES: Final = 136
PADDING_FIRST: Final = 0x01
PADDING_LAST: Final = 0x80

ROUNDS: Final = 24
WORDS: Final = 25
RATE_WORDS: Final = RATE_BYTES // 8
PAIR_WORDS: Final = 8
HASH_WORDS: Final = 4
LANES: Final = 4

I64: Final = ir.IntType(64)
I32: Final = ir.IntType(32)
PTR: Final = ir.PointerType()
LANE4: Final = ir.VectorType(I64, LANES)

State = list[ir.Value]


def round_constants() -> list[int]:
    """The 24 constants of iota, from the LFSR x^8 + x^6 + x^5 + x^4 + 1."""
    constants, register = [], 1
    for _ in range(ROUNDS):
        constant = 0
        for bit in range(7):
            if register & 1:
                constant |= 1 << ((1 << bit) - 1)
            register = register << 1 ^ (0x171 if register & 0x80 else 0)
        constants.append(constant)
    return constants


def rotations() -> list[int]:
    """The offset of rho for each word, indexed x + 5y."""
    offsets, x, y = [0] * WORDS, 1, 0
    for step in range(24):
        offsets[x + 5 * y] = (step + 1) * (step + 2) // 2 % 64
        x, y = y, (2 * x + 3 * y) % 5
    return offsets


ROTATIONS: Final = tuple(rotations())


def module_ir() -> str:
    """Functions `sponge(data, blocks, hash)` and `hash_pairs(pairs, count, hashes)`."""
    module = ir.Module(name="keccak")
    constants = ir.GlobalVariable(module, ir.ArrayType(I64, ROUNDS), "iota")
    constants.initializer = ir.Constant(constants.value_type, round_constants())
    constants.global_constant = True
    constants.linkage = "internal"
    _define_sponge(module, constants)
    _define_pairs(module, constants)
    return str(module)


class _Rounds:
    """Writes rounds over words of type `word`: i64, or a vector of them."""

    def __init__(
        self, builder: ir.IRBuilder, word: ir.Type, constants: ir.GlobalVariable
    ) -> None:
        self.builder = builder
        self.word = word
        self.constants = constants
        module = builder.module
        suffix = "i64" if word is I64 else "v4i64"
        name = f"llvm.fshl.{suffix}"
        self._fshl = module.globals.get(name) or ir.Function(
            module, ir.FunctionType(word, [word, word, word]), name
        )

    def constant(self, value: int) -> ir.Constant:
        """`value` in every lane."""
        if self.word is I64:
            return ir.Constant(I64, value)
        return ir.Constant(self.word, [value] * LANES)

    def splat(self, value: ir.Value) -> ir.Value:
        """One i64 in every lane."""
        if self.word is I64:
            return value
        single = self.builder.insert_element(
            ir.Constant(self.word, ir.Undefined), value, ir.Constant(I32, 0)
        )
        mask = ir.Constant(ir.VectorType(I32, LANES), [0] * LANES)
        return self.builder.shuffle_vector(single, single, mask)

    def iota(self, index: ir.Value) -> ir.Value:
        """The constant of round `index`."""
        place = self.builder.gep(
            self.constants, [index], inbounds=True, source_etype=I64
        )
        return self.splat(self.builder.load(place, typ=I64))

    def rotate(self, value: ir.Value, count: int) -> ir.Value:
        """Each lane rotated left."""
        if not count:
            return value
        return self.builder.call(self._fshl, [value, value, self.constant(count)])

    def round(self, state: State, iota: ir.Value, words: int = WORDS) -> State:
        """The state one round on; only the first `words` words of it."""
        xor = self.builder.xor
        parity = []
        for x in range(5):
            column = state[x]
            for y in range(1, 5):
                column = xor(column, state[x + 5 * y])
            parity.append(column)
        theta = [
            xor(parity[(x + 4) % 5], self.rotate(parity[(x + 1) % 5], 1))
            for x in range(5)
        ]
        moved: State = [state[0]] * WORDS
        for y in range(5):
            for x in range(5):
                mixed = xor(state[x + 5 * y], theta[x])
                place = y + 5 * ((2 * x + 3 * y) % 5)
                moved[place] = self.rotate(mixed, ROTATIONS[x + 5 * y])
        result = [self._chi(moved, place) for place in range(words)]
        result[0] = xor(result[0], iota)
        return result

    def _chi(self, row: State, place: int) -> ir.Value:
        y, x = divmod(place, 5)
        near, far = row[5 * y + (x + 1) % 5], row[5 * y + (x + 2) % 5]
        clear = self.builder.and_(self.builder.not_(near), far)
        return self.builder.xor(row[place], clear)

    def loop(self, state: State, first: int, last: int) -> State:
        """Rounds `first` to `last` (exclusive, an even number of them) in a loop."""
        builder = self.builder
        before = builder.block
        body = builder.append_basic_block("rounds")
        after = builder.append_basic_block("permuted")
        builder.branch(body)
        builder.position_at_end(body)
        index = builder.phi(I64)
        index.add_incoming(ir.Constant(I64, first), before)
        phis: list[ir.PhiInstr] = [builder.phi(self.word) for _ in range(WORDS)]
        odd = builder.add(index, ir.Constant(I64, 1))
        result = self.round(list(phis), self.iota(index))
        result = self.round(result, self.iota(odd))
        following = builder.add(index, ir.Constant(I64, 2))
        index.add_incoming(following, body)
        for phi, start, end in zip(phis, state, result, strict=True):
            phi.add_incoming(start, before)
            phi.add_incoming(end, body)
        more = builder.icmp_unsigned("<", following, ir.Constant(I64, last))
        builder.cbranch(more, body, after)
        builder.position_at_end(after)
        return result


def _define_sponge(module: ir.Module, constants: ir.GlobalVariable) -> None:
    """void sponge(ptr data, i64 blocks, ptr hash): `data` is padded, blocks >= 1."""
    kind = ir.FunctionType(ir.VoidType(), [PTR, I64, PTR])
    function = ir.Function(module, kind, "sponge")
    data, blocks, digest = function.args
    entry, absorb, done = (
        function.append_basic_block(name) for name in ("entry", "absorb", "done")
    )
    builder = ir.IRBuilder(entry)
    builder.branch(absorb)
    builder.position_at_end(absorb)
    index = builder.phi(I64)
    phis: list[ir.PhiInstr] = [builder.phi(I64) for _ in range(WORDS)]
    rounds = _Rounds(builder, I64, constants)
    start = builder.mul(index, ir.Constant(I64, RATE_WORDS))
    state: State = list(phis)
    for word in range(RATE_WORDS):
        place = builder.add(start, ir.Constant(I64, word))
        block = _load(builder, I64, data, place)
        state[word] = builder.xor(state[word], block)
    state = rounds.loop(state, 0, ROUNDS)
    following = builder.add(index, ir.Constant(I64, 1))
    for phi, end in zip([index, *phis], [following, *state], strict=True):
        phi.add_incoming(ir.Constant(I64, 0), entry)
        phi.add_incoming(end, builder.block)
    more = builder.icmp_unsigned("<", following, blocks)
    builder.cbranch(more, absorb, done)
    builder.position_at_end(done)
    for word in range(HASH_WORDS):
        place = ir.Constant(I64, word)
        pointer = builder.gep(digest, [place], source_etype=I64)
        builder.store(state[word], pointer, align=1)
    builder.ret_void()


def _define_pairs(module: ir.Module, constants: ir.GlobalVariable) -> None:
    """void hash_pairs(ptr pairs, i64 count, ptr hashes), four pairs at a time.

    The last group repeats the last pair in lanes that have none of their own, so
    nothing past either array is touched.
    """
    kind = ir.FunctionType(ir.VoidType(), [PTR, I64, PTR])
    function = ir.Function(module, kind, "hash_pairs")
    pairs, count, hashes = function.args
    entry, group, done = (
        function.append_basic_block(name) for name in ("entry", "group", "done")
    )
    builder = ir.IRBuilder(entry)
    zero = ir.Constant(I64, 0)
    builder.cbranch(builder.icmp_unsigned("==", count, zero), done, group)
    builder.position_at_end(group)
    index = builder.phi(I64)
    index.add_incoming(zero, entry)
    last = builder.sub(count, ir.Constant(I64, 1))
    rows = [_row(builder, index, lane, last) for lane in range(LANES)]
    state = _load_pairs(builder, pairs, rows)
    rounds = _Rounds(builder, LANE4, constants)
    padded = [rounds.constant(0)] * WORDS
    padded[:PAIR_WORDS] = state
    padded[PAIR_WORDS] = rounds.constant(PADDING_FIRST)
    padded[RATE_WORDS - 1] = rounds.constant(PADDING_LAST << 56)
    iotas = round_constants()
    state = rounds.round(padded, rounds.constant(iotas[0]))
    state = rounds.loop(state, 1, ROUNDS - 1)
    state = rounds.round(state, rounds.constant(iotas[-1]), HASH_WORDS)
    for row, values in zip(rows, _transpose(builder, state), strict=True):
        offset = builder.mul(row, ir.Constant(I64, HASH_WORDS))
        pointer = builder.gep(hashes, [offset], source_etype=I64)
        builder.store(values, pointer, align=1)
    following = builder.add(index, ir.Constant(I64, LANES))
    index.add_incoming(following, builder.block)
    more = builder.icmp_unsigned("<", following, count)
    builder.cbranch(more, group, done)
    builder.position_at_end(done)
    builder.ret_void()


def _row(builder: ir.IRBuilder, index: ir.Value, lane: int, last: ir.Value) -> ir.Value:
    """The pair of this lane: index + lane, or the last one if that is past it."""
    row = builder.add(index, ir.Constant(I64, lane))
    return builder.select(builder.icmp_unsigned("<", row, last), row, last)


def _load_pairs(
    builder: ir.IRBuilder, pairs: ir.Value, rows: Sequence[ir.Value]
) -> State:
    """Eight words of four pairs, transposed: word w of each pair in one vector."""
    state: State = []
    for half in range(0, PAIR_WORDS, LANES):
        loaded = []
        for row in rows:
            place = builder.mul(row, ir.Constant(I64, PAIR_WORDS))
            place = builder.add(place, ir.Constant(I64, half))
            loaded.append(_load(builder, LANE4, pairs, place))
        state += _transpose(builder, loaded)
    return state


def _transpose(builder: ir.IRBuilder, rows: State) -> State:
    """A 4x4 matrix of words, its columns as vectors."""

    def shuffle(first: ir.Value, second: ir.Value, mask: list[int]) -> ir.Value:
        kind = ir.VectorType(I32, LANES)
        return builder.shuffle_vector(first, second, ir.Constant(kind, mask))

    low = [shuffle(rows[i], rows[i + 1], [0, 4, 2, 6]) for i in (0, 2)]
    high = [shuffle(rows[i], rows[i + 1], [1, 5, 3, 7]) for i in (0, 2)]
    return [
        shuffle(half[0], half[1], mask)
        for mask in ([0, 1, 4, 5], [2, 3, 6, 7])
        for half in (low, high)
    ]


def _load(
    builder: ir.IRBuilder, kind: ir.Type, base: ir.Value, word: ir.Value
) -> ir.Value:
    """A value of `kind` from the `word`-th i64 after `base`, at any alignment."""
    pointer = builder.gep(base, [word], source_etype=I64)
    return builder.load(pointer, align=1, typ=kind)
