"""LLVM IR of the matrix product in a strict order: on packed panels, or on a picture.

`multiply(a, b, c, rows, panels, terms, row_bytes)` adds a b to c. Every element of c is
one chain `c = c + a[k] * b[k]`, k ascending: a product, then a sum, no flags, so that
nothing is fused or reassociated. Rows and columns are where the speed comes from: six
rows by sixteen columns stay in registers. `terms` is a multiple of four: a round of the
loop has that many, since the processor can barely decode a single one in time.

`a` is rows in blocks of six, each [k][rows of the block]; `b` is panels, each
[k][16]; row i of c starts `i * row_bytes` after c and is 16 * panels long.

`slide(a, x, c, rows, panels, terms, row_bytes, places, offsets, depth)` packs no b. A
panel is twice eight neighbours in x: term k of panel p lies `places[2 p] + offsets[k]`
bytes after x, its second half `places[2 p + 1] + offsets[k]`. Terms are any number;
rows of a have room for `depth`.
"""

from typing import Final

from llvmlite import ir  # type: ignore[import-untyped]

ROWS: Final = 6
"""Of a tile: twelve accumulators, two columns and a broadcast are 15 registers."""

COLUMNS: Final = 16
TERMS: Final = 4
"""Of one round of the loop."""

LANES: Final = 8
FLOAT_BYTES: Final = 4
WORD_BYTES: Final = 8

I1: Final = ir.IntType(1)
I8: Final = ir.IntType(8)
I32: Final = ir.IntType(32)
I64: Final = ir.IntType(64)
PTR: Final = ir.PointerType()
FLOAT: Final = ir.FloatType()
VECTOR: Final = ir.VectorType(FLOAT, LANES)
SPREAD: Final = ir.Constant(ir.VectorType(I32, LANES), [0] * LANES)


def module_ir() -> str:
    """The module with `multiply` and `slide`, and a tile for each number of rows."""
    module = ir.Module("gemm")
    numbers = range(1, ROWS + 1)
    packed = [_tile(module, f"tile{rows}", rows, TERMS, [PTR]) for rows in numbers]
    function, build, panel = _entry(module, "multiply", 0)
    size = build.mul(function.args[5], _word(FLOAT_BYTES * COLUMNS))
    at_b = _at(build, function.args[1], build.mul(panel, size))
    _blocks(build, function, packed, panel, [at_b], function.args[5])

    kinds = [PTR, PTR, PTR]
    sliding = [_tile(module, f"slide{rows}", rows, 1, kinds) for rows in numbers]
    function, build, panel = _entry(module, "slide", 3)
    places, offsets, depth = function.args[7:]
    halves = []
    for half in range(2):
        index = build.add(build.mul(panel, _word(2)), _word(half))
        place = _at(build, places, build.mul(index, _word(WORD_BYTES)))
        halves.append(_at(build, function.args[1], build.load(place, typ=I64, align=8)))
    _blocks(build, function, sliding, panel, [*halves, offsets], depth)
    return str(module)


def _word(number: int) -> ir.Constant:
    return ir.Constant(I64, number)


def _at(build: ir.IRBuilder, base: ir.Value, offset: ir.Value) -> ir.Value:
    return build.gep(base, [offset], source_etype=I8)


def _load(build: ir.IRBuilder, kind: ir.Type, at: ir.Value) -> ir.Value:
    return build.load(at, typ=kind, align=FLOAT_BYTES)


def _tile(
    module: ir.Module, name: str, rows: int, unrolled: int, kinds: list[ir.Type]
) -> ir.Function:
    """`tile(a, c, terms, row_bytes, *b)`: one panel by so many rows.

    Of kinds, b's, there is one for a packed panel; three for a picture: where the two
    halves of the panel lie, and the offsets.
    """
    kind = ir.FunctionType(ir.VoidType(), [PTR, PTR, I64, I64, *kinds])
    function = ir.Function(module, kind, name)
    function.linkage = "internal"
    a, c, terms, row_bytes, *b = function.args
    entry = function.append_basic_block("entry")
    loop = function.append_basic_block("loop")
    leave = function.append_basic_block("leave")

    build = ir.IRBuilder(entry)
    places = [
        _at(build, c, build.add(build.mul(row_bytes, _word(row)), _word(half)))
        for row in range(rows)
        for half in (0, FLOAT_BYTES * LANES)
    ]
    starts = [_load(build, VECTOR, place) for place in places]
    build.branch(loop)

    build.position_at_end(loop)
    k = build.phi(I64)
    sums = [build.phi(VECTOR) for _ in places]
    at_a = _at(build, a, build.mul(k, _word(FLOAT_BYTES * rows)))
    added: list[ir.Value] = sums
    if len(b) == 1:
        at_b = _at(build, b[0], build.mul(k, _word(FLOAT_BYTES * COLUMNS)))
        for term in range(unrolled):
            lanes = [FLOAT_BYTES * (term * COLUMNS + lane) for lane in (0, LANES)]
            halves = [_at(build, at_b, _word(lane)) for lane in lanes]
            added = _add_term(build, at_a, halves, term, added)
    else:
        at = _at(build, b[2], build.mul(k, _word(WORD_BYTES)))
        offset = build.load(at, typ=I64, align=8)
        halves = [_at(build, half, offset) for half in b[:2]]
        added = _add_term(build, at_a, halves, 0, added)
    after = build.add(k, _word(unrolled))
    build.cbranch(build.icmp_unsigned("<", after, terms), loop, leave)
    starts, ends = [_word(0), *starts], [after, *added]
    for phi, start, end in zip([k, *sums], starts, ends, strict=True):
        phi.add_incoming(start, entry)
        phi.add_incoming(end, loop)

    build.position_at_end(leave)
    for place, end in zip(places, added, strict=True):
        build.store(end, place, align=FLOAT_BYTES)
    build.ret_void()
    return function


def _add_term(
    build: ir.IRBuilder,
    a: ir.Value,
    halves: list[ir.Value],
    term: int,
    sums: list[ir.Value],
) -> list[ir.Value]:
    """Each sum plus its product for one k, that of the round's so-many-th term."""
    rows = len(sums) // 2
    columns = [_load(build, VECTOR, half) for half in halves]
    added = []
    for row in range(rows):
        at = _at(build, a, _word(FLOAT_BYTES * (term * rows + row)))
        undefined = ir.Constant(VECTOR, ir.Undefined)
        single = build.insert_element(
            undefined, _load(build, FLOAT, at), ir.Constant(I32, 0)
        )
        spread = build.shuffle_vector(single, undefined, SPREAD)
        for half in range(2):
            product = build.fmul(spread, columns[half])
            added.append(build.fadd(sums[2 * row + half], product))
    return added


def _entry(
    module: ir.Module, name: str, more: int
) -> tuple[ir.Function, ir.IRBuilder, ir.Value]:
    """`name(a, b, c, rows, panels, terms, row_bytes, ..)` up to its loop of panels."""
    words = [PTR, PTR, I64][:more]
    kind = ir.FunctionType(ir.VoidType(), [PTR] * 3 + [I64] * 4 + words)
    function = ir.Function(module, kind, name)
    entry = function.append_basic_block("entry")
    loop = function.append_basic_block("panel")
    build = ir.IRBuilder(entry)
    build.branch(loop)
    build.position_at_end(loop)
    panel = build.phi(I64)
    panel.add_incoming(_word(0), entry)
    return function, build, panel


def _blocks(
    build: ir.IRBuilder,
    function: ir.Function,
    tiles: list[ir.Function],
    panel: ir.Value,
    b: list[ir.Value],
    depth: ir.Value,
) -> None:
    """For each panel all blocks of rows: the panel stays in the nearest cache."""
    a, _, c, rows, panels, terms, row_bytes = function.args[:7]
    panel_loop = build.block
    block_loop = function.append_basic_block("block")
    whole = function.append_basic_block("whole")
    rest = function.append_basic_block("rest")
    next_panel = function.append_basic_block("next_panel")
    leave = function.append_basic_block("leave")

    at_c = _at(build, c, build.mul(panel, _word(FLOAT_BYTES * COLUMNS)))
    build.branch(block_loop)

    build.position_at_end(block_loop)
    row = build.phi(I64)
    row.add_incoming(_word(0), panel_loop)
    left = build.sub(rows, row)
    block_a = _at(build, a, build.mul(row, build.mul(depth, _word(FLOAT_BYTES))))
    block_c = _at(build, at_c, build.mul(row, row_bytes))
    full = build.icmp_unsigned(">=", left, _word(ROWS))
    build.cbranch(full, whole, rest)

    arguments = [block_a, block_c, terms, row_bytes, *b]
    build.position_at_end(whole)
    build.call(tiles[-1], arguments)
    row.add_incoming(build.add(row, _word(ROWS)), whole)
    build.branch(block_loop)

    build.position_at_end(rest)
    choice = build.switch(left, next_panel)
    for count, tile in enumerate(tiles[:-1], start=1):
        block = function.append_basic_block(f"rest{count}")
        choice.add_case(_word(count), block)
        build.position_at_end(block)
        build.call(tile, arguments)
        build.branch(next_panel)

    build.position_at_end(next_panel)
    after = build.add(panel, _word(1))
    panel.add_incoming(after, next_panel)
    build.cbranch(build.icmp_unsigned("<", after, panels), panel_loop, leave)
    build.position_at_end(leave)
    build.ret_void()
