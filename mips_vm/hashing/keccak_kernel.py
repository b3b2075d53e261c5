"""LLVM IR of Keccak-f[1600], scalar and in four vector lanes (FIPS 202, section 3).

A round reads the 25 words of its state from memory and writes them to memory, a plane
of five at a time: more would not stay in registers. Then it must wait for the parity of
every column, so two groups of four lanes take turns, and one goes on while the other
waits. A round for each group is all of the loop: a longer one is at the mercy of where
it lies in the processor's cache of decoded instructions. The first round of a pair is
written out, since 64-byte messages make constants of most of its words, and so is the
last, of which four words are wanted.
"""

from collections.abc import Callable, Sequence
from typing import Final

from llvmlite import ir  # type: ignore[import-untyped]

from mips_vm.hashing.plain_keccak import PADDING_FIRST, PADDING_LAST, RATE_BYTES

ROUNDS: Final = 24
WORDS: Final = 25
RATE_WORDS: Final = RATE_BYTES // 8
PAIR_WORDS: Final = 8
HASH_WORDS: Final = 4
LANES: Final = 4
VECTOR_BYTES: Final = 8 * LANES

I64: Final = ir.IntType(64)
I32: Final = ir.IntType(32)
PTR: Final = ir.PointerType()
LANE4: Final = ir.VectorType(I64, LANES)

State = list[ir.Value]
Read = Callable[[int], ir.Value]
Write = Callable[[int, ir.Value], None]


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
IOTAS: Final = tuple(round_constants())


def module_ir() -> str:
    """Functions `sponge(data, blocks, hash)` and `hash_pairs(pairs, count, hashes)`."""
    module = ir.Module(name="keccak")
    constants = ir.GlobalVariable(module, ir.ArrayType(I64, ROUNDS), "iota")
    constants.initializer = ir.Constant(constants.value_type, IOTAS)
    constants.global_constant = True
    constants.linkage = "internal"
    _define_sponge(module, constants)
    _define_pairs(module, constants)
    return str(module)


class _Words:
    """Arithmetic on words of type `word`: i64, or a vector of them."""

    def __init__(
        self, builder: ir.IRBuilder, word: ir.Type, constants: ir.GlobalVariable
    ) -> None:
        self.builder = builder
        self.word = word
        self._constants = constants
        module = builder.module
        name = "llvm.fshl." + ("i64" if word is I64 else "v4i64")
        self._fshl = module.globals.get(name) or ir.Function(
            module, ir.FunctionType(word, [word, word, word]), name
        )

    def constant(self, value: int) -> ir.Constant:
        """`value` in every lane."""
        if self.word is I64:
            return ir.Constant(I64, value)
        return ir.Constant(self.word, [value] * LANES)

    def iota(self, index: ir.Value) -> ir.Value:
        """The constant of round `index` in every lane."""
        builder = self.builder
        place = builder.gep(self._constants, [index], inbounds=True, source_etype=I64)
        value = builder.load(place, typ=I64)
        if self.word is I64:
            return value
        nothing = ir.Constant(self.word, ir.Undefined)
        single = builder.insert_element(nothing, value, ir.Constant(I32, 0))
        mask = ir.Constant(ir.VectorType(I32, LANES), [0] * LANES)
        return builder.shuffle_vector(single, single, mask)

    def rotate(self, value: ir.Value, count: int) -> ir.Value:
        """Each lane rotated left."""
        if not count:
            return value
        return self.builder.call(self._fshl, [value, value, self.constant(count)])

    def round(
        self, read: Read, iota: ir.Value, write: Write, words: int = WORDS
    ) -> None:
        """One round, or its first `words` words."""
        xor = self.builder.xor
        parities = self._parities(read)
        theta = [
            xor(parities[x - 1], self.rotate(parities[(x + 1) % 5], 1))
            for x in range(5)
        ]
        for y in range(-(-words // 5)):
            plane = []
            for x in range(5):
                source = (x + 3 * y) % 5 + 5 * x
                mixed = xor(read(source), theta[source % 5])
                plane.append(self.rotate(mixed, ROTATIONS[source]))
            for x in range(min(5, words - 5 * y)):
                value = self._chi(plane, x)
                write(5 * y + x, value if x or y else xor(value, iota))

    def _parities(self, read: Read) -> State:
        """The xor of each column."""
        sums = [read(x) for x in range(5)]
        for word in range(5, WORDS):
            sums[word % 5] = self.builder.xor(sums[word % 5], read(word))
        return sums

    def _chi(self, plane: State, x: int) -> ir.Value:
        near, far = plane[(x + 1) % 5], plane[(x + 2) % 5]
        clear = self.builder.and_(self.builder.not_(near), far)
        return self.builder.xor(plane[x], clear)


class _Permutation:
    """A permutation under way: a state, and room for the next one, in memory."""

    def __init__(self, words: _Words) -> None:
        """Takes the room from the stack, so it belongs in a function's entry."""
        self.words = words
        self._state, self._next = self._room(), self._room()

    def _room(self) -> ir.Value:
        room = self.words.builder.alloca(self.words.word, WORDS)
        room.align = VECTOR_BYTES  # or half of the accesses would straddle cache lines
        return room

    def read(self, word: int) -> ir.Value:
        return self.words.builder.load(self._place(self._state, word))

    def write(self, word: int, value: ir.Value) -> None:
        self.words.builder.store(value, self._place(self._state, word))

    def _write_next(self, word: int, value: ir.Value) -> None:
        self.words.builder.store(value, self._place(self._next, word))

    def _place(self, room: ir.Value, word: int) -> ir.Value:
        return self.words.builder.gep(room, [ir.Constant(I32, word)], inbounds=True)

    def enter(self, before: ir.Block) -> Callable[[], None]:
        """Makes phis of the rooms, at the head of a loop; call the result at its end,
        after an odd number of rounds, of which an even number have passed then."""
        rooms = self._state, self._next
        phis = [self.words.builder.phi(room.type) for room in rooms]
        for phi, room in zip(phis, rooms, strict=True):
            phi.add_incoming(room, before)
        self._state, self._next = phis

        def leave() -> None:
            body = self.words.builder.block
            for phi, room in zip(phis, (self._state, self._next), strict=True):
                phi.add_incoming(room, body)
            self._state, self._next = rooms

        return leave

    def round(self, iota: ir.Value) -> None:
        self.words.round(self.read, iota, self._write_next)
        self._state, self._next = self._next, self._state


def _loop(permutations: Sequence[_Permutation], first: int, last: int) -> None:
    """Rounds `first` to `last` (exclusive, an even number of them), taking turns."""
    words = permutations[0].words
    builder = words.builder
    before = builder.block
    body, after = (builder.append_basic_block(name) for name in ("rounds", "permuted"))
    builder.branch(body)
    builder.position_at_end(body)
    index = builder.phi(I64)
    index.add_incoming(ir.Constant(I64, first), before)
    ends = [permutation.enter(before) for permutation in permutations]
    iota = words.iota(index)
    for permutation, leave in zip(permutations, ends, strict=True):
        permutation.round(iota)
        leave()
    following = builder.add(index, ir.Constant(I64, 1))
    index.add_incoming(following, body)
    more = builder.icmp_unsigned("<", following, ir.Constant(I64, last))
    builder.cbranch(more, body, after)
    builder.position_at_end(after)


def _define_sponge(module: ir.Module, constants: ir.GlobalVariable) -> None:
    """void sponge(ptr data, i64 blocks, ptr hash): `data` is padded, blocks >= 1."""
    kind = ir.FunctionType(ir.VoidType(), [PTR, I64, PTR])
    function = ir.Function(module, kind, "sponge")
    data, blocks, digest = function.args
    entry, absorb, done = (
        function.append_basic_block(name) for name in ("entry", "absorb", "done")
    )
    builder = ir.IRBuilder(entry)
    state = _Permutation(_Words(builder, I64, constants))
    for word in range(WORDS):
        state.write(word, ir.Constant(I64, 0))
    builder.branch(absorb)
    builder.position_at_end(absorb)
    index = builder.phi(I64)
    index.add_incoming(ir.Constant(I64, 0), entry)
    start = builder.mul(index, ir.Constant(I64, RATE_WORDS))
    for word in range(RATE_WORDS):
        place = builder.add(start, ir.Constant(I64, word))
        block = _load(builder, I64, data, place)
        state.write(word, builder.xor(state.read(word), block))
    _loop([state], 0, ROUNDS)
    following = builder.add(index, ir.Constant(I64, 1))
    index.add_incoming(following, builder.block)
    more = builder.icmp_unsigned("<", following, blocks)
    builder.cbranch(more, absorb, done)
    builder.position_at_end(done)
    for word in range(HASH_WORDS):
        place = ir.Constant(I64, word)
        pointer = builder.gep(digest, [place], source_etype=I64)
        builder.store(state.read(word), pointer, align=1)
    builder.ret_void()


def _define_pairs(module: ir.Module, constants: ir.GlobalVariable) -> None:
    """void hash_pairs(ptr pairs, i64 count, ptr hashes), two groups of lanes at a time.

    What two groups do not divide is left to one. The last group repeats the last pair
    in lanes that have none of their own, so nothing past either array is touched.
    """
    kind = ir.FunctionType(ir.VoidType(), [PTR, I64, PTR])
    function = ir.Function(module, kind, "hash_pairs")
    builder = ir.IRBuilder(function.append_basic_block("entry"))
    words = _Words(builder, LANE4, constants)
    groups = [_Permutation(words) for _ in range(2)]
    index = ir.Constant(I64, 0)
    for together in (groups, groups[:1]):
        index = _while_left(builder, function.args, index, together)
    builder.ret_void()


def _while_left(
    builder: ir.IRBuilder,
    arguments: Sequence[ir.Value],
    start: ir.Value,
    groups: Sequence[_Permutation],
) -> ir.Value:
    """Hashes pairs from `start` while the last of `groups` has any; the next pair."""
    pairs, count, hashes = arguments
    before = builder.block
    check, body, after = (
        builder.append_basic_block(name) for name in ("check", "body", "after")
    )
    builder.branch(check)
    builder.position_at_end(check)
    index = builder.phi(I64)
    index.add_incoming(start, before)
    firsts = [
        builder.add(index, ir.Constant(I64, LANES * place))
        for place in range(len(groups) + 1)
    ]
    builder.cbranch(builder.icmp_unsigned("<", firsts[-2], count), body, after)
    builder.position_at_end(body)
    last = builder.sub(count, ir.Constant(I64, 1))
    rows = [
        [_row(builder, first, lane, last) for lane in range(LANES)]
        for first in firsts[:-1]
    ]
    for group, own in zip(groups, rows, strict=True):
        _begin(group, _load_pairs(builder, pairs, own))
    _loop(groups, 1, ROUNDS - 1)
    for group, own in zip(groups, rows, strict=True):
        for row, values in zip(own, _transpose(builder, _end(group)), strict=True):
            offset = builder.mul(row, ir.Constant(I64, HASH_WORDS))
            pointer = builder.gep(hashes, [offset], source_etype=I64)
            builder.store(values, pointer, align=1)
    index.add_incoming(firsts[-1], builder.block)
    builder.branch(check)
    builder.position_at_end(after)
    return index


def _begin(group: _Permutation, message: State) -> None:
    """The first round of a padded 64-byte message."""
    words = group.words
    padded = [*message, *[words.constant(0)] * (WORDS - PAIR_WORDS)]
    padded[PAIR_WORDS] = words.constant(PADDING_FIRST)
    padded[RATE_WORDS - 1] = words.constant(PADDING_LAST << 56)
    words.round(padded.__getitem__, words.constant(IOTAS[0]), group.write)


def _end(group: _Permutation) -> State:
    """The last round, of which the hash is wanted."""
    digest: State = []
    iota = group.words.constant(IOTAS[-1])

    def keep(_word: int, value: ir.Value) -> None:
        digest.append(value)

    group.words.round(group.read, iota, keep, HASH_WORDS)
    return digest


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
