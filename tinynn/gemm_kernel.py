"""LLVM IR of the matrix product in a strict order, on packed panels.

`multiply(a, b, c, rows, panels, terms, row_bytes)` adds a b to c. Every element of c is
one chain `c = c + a[k] * b[k]`, k ascending: a product, then a sum, no flags, so that
nothing is fused or reassociated. Rows and columns are where the speed comes from: six
rows by sixteen columns stay in registers. `terms` is a multiple of four: a round of the
loop has that many, since the processor can barely decode a single one in time.

`a` is rows in blocks of six, each [k][rows of the block]; `b` is panels, each
[k][16]; row i of c starts `i * row_bytes` after c and is 16 * panels long.
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

I1: Final = ir.IntType(1)
I8: Final = ir.IntType(8)
I32: Final = ir.IntType(32)
I64: Final = ir.IntType(64)
PTR: Final = ir.PointerType()
FLOAT: Final = ir.FloatType()
VECTOR: Final = ir.VectorType(FLOAT, LANES)
SPREAD: Final = ir.Constant(ir.VectorType(I32, LANES), [0] * LANES)


def module_ir() -> str:
    """The module with `multiply`, and a tile function for each number of rows."""
    module = ir.Module("gemm")
    tiles = [_tile(module, rows) for rows in range(1, ROWS + 1)]
    _multiply(module, tiles)
    return str(module)


def _word(number: int) -> ir.Constant:
    return ir.Constant(I64, number)


def _at(build: ir.IRBuilder, base: ir.Value, offset: ir.Value) -> ir.Value:
    return build.gep(base, [offset], source_etype=I8)


def _load(build: ir.IRBuilder, kind: ir.Type, at: ir.Value) -> ir.Value:
    return build.load(at, typ=kind, align=FLOAT_BYTES)


def _tile(module: ir.Module, rows: int) -> ir.Function:
    """`tile(a, b, c, terms, row_bytes)`: one panel by so many rows."""
    kind = ir.FunctionType(ir.VoidType(), [PTR, PTR, PTR, I64, I64])
    function = ir.Function(module, kind, f"tile{rows}")
    function.linkage = "internal"
    a, b, c, terms, row_bytes = function.args
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
    at_b = _at(build, b, build.mul(k, _word(FLOAT_BYTES * COLUMNS)))
    added: list[ir.Value] = sums
    for term in range(TERMS):
        added = _add_term(build, at_a, at_b, term, added)
    after = build.add(k, _word(TERMS))
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
    build: ir.IRBuilder, a: ir.Value, b: ir.Value, term: int, sums: list[ir.Value]
) -> list[ir.Value]:
    """Each sum plus its product for one k, that of the round's so-many-th term."""
    rows = len(sums) // 2
    halves = [
        _load(
            build, VECTOR, _at(build, b, _word(FLOAT_BYTES * (term * COLUMNS + lane)))
        )
        for lane in (0, LANES)
    ]
    added = []
    for row in range(rows):
        at = _at(build, a, _word(FLOAT_BYTES * (term * rows + row)))
        undefined = ir.Constant(VECTOR, ir.Undefined)
        single = build.insert_element(
            undefined, _load(build, FLOAT, at), ir.Constant(I32, 0)
        )
        spread = build.shuffle_vector(single, undefined, SPREAD)
        for half in range(2):
            product = build.fmul(spread, halves[half])
            added.append(build.fadd(sums[2 * row + half], product))
    return added


def _multiply(module: ir.Module, tiles: list[ir.Function]) -> None:
    """For each panel all blocks of rows: the panel stays in the nearest cache."""
    kind = ir.FunctionType(ir.VoidType(), [PTR, PTR, PTR, I64, I64, I64, I64])
    function = ir.Function(module, kind, "multiply")
    a, b, c, rows, panels, terms, row_bytes = function.args
    entry = function.append_basic_block("entry")
    panel_loop = function.append_basic_block("panel")
    block_loop = function.append_basic_block("block")
    whole = function.append_basic_block("whole")
    rest = function.append_basic_block("rest")
    next_panel = function.append_basic_block("next_panel")
    leave = function.append_basic_block("leave")

    build = ir.IRBuilder(entry)
    build.branch(panel_loop)

    build.position_at_end(panel_loop)
    panel = build.phi(I64)
    panel.add_incoming(_word(0), entry)
    panel_bytes = build.mul(terms, _word(FLOAT_BYTES * COLUMNS))
    at_b = _at(build, b, build.mul(panel, panel_bytes))
    at_c = _at(build, c, build.mul(panel, _word(FLOAT_BYTES * COLUMNS)))
    build.branch(block_loop)

    build.position_at_end(block_loop)
    row = build.phi(I64)
    row.add_incoming(_word(0), panel_loop)
    left = build.sub(rows, row)
    block_a = _at(build, a, build.mul(row, build.mul(terms, _word(FLOAT_BYTES))))
    block_c = _at(build, at_c, build.mul(row, row_bytes))
    full = build.icmp_unsigned(">=", left, _word(ROWS))
    build.cbranch(full, whole, rest)

    arguments = [block_a, at_b, block_c, terms, row_bytes]
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
