"""Writes the assembly that adds terms to four sums at once: dot products' fast path.

`add_to_block` does to four columns what `add_term` of dot.c, its definition, does to
one: the same numbers by the same names, derived in docs/float.md. It stops before a
term that makes a sum unusual, and leaves that to dot.c. `add_to_neighbours` does it to
columns whose weights are neighbours, with three instructions less a term.

Each column has code of its own, so that its sum stays in registers. A line indented
further is the delay slot of the branch above it, and runs whichever way that goes.
"""

from collections.abc import Iterator, Mapping
from typing import Final

COLUMNS: Final = 4

REGISTERS: Final[Mapping[str, int]] = {
    # Arguments: struct block *, the next term, the term to stop at.
    "block": 4,
    "term": 5,
    "stop": 6,
    # Of each column: its accumulator, and its weights.
    **{f"negated{c}": 16 + c for c in range(COLUMNS)},
    **{f"scale{c}": 20 + c for c in range(COLUMNS)},
    **{f"weights{c}": 8 + c for c in range(COLUMNS)},
    # Of the term.
    "x": 2,
    "x_scale": 3,
    "offset": 7,
    "row": 7,
    # Of its product with a weight; `w` is the weight's address first.
    "w": 12,
    "distance": 13,
    "product": 14,
    # The product in the accumulator's unit, or their sum; with half a unit added.
    "part": 15,
    "sum": 15,
    "up": 24,
    "test": 25,
    # Constants; but a weight takes the place of `significand`'s fraction.
    "significand": 30,
    "cut7": 31,
    "cut8": 1,
}

SAVED: Final = (*range(16, 24), 30, 31)
"""What a callee must give back."""

LEAST, MOST = 53, 204
"""Exponents of a usual accumulator: ACC_LEAST and ACC_MOST of dot.c."""

APART: Final[Mapping[str, str]] = {
    "first": "addu  w, weights0, offset",
    "fetch": "lw    w, 0(w)",
    **{f"ahead{c}": f"addu  w, weights{c + 1}, offset" for c in range(COLUMNS - 1)},
    f"ahead{COLUMNS - 1}": "lw    x, 12(term)",
}
"""Of each column, `ahead` is the first instruction of what follows it: in a delay slot.
The last one reads the next term's `x`, or beyond the list."""

NEIGHBOURS: Final[Mapping[str, str]] = {
    **APART,
    "first": "addu  row, weights0, offset; lw    w, 0(row)",
    "fetch": "",
    **{f"ahead{c}": f"lw    w, {4 * c + 4}(row)" for c in range(COLUMNS - 1)},
}


def sources() -> dict[str, str]:
    """Names and texts, for a compiler that has the C preprocessor."""
    return {
        "dot_block.S": assembly("add_to_block", APART),
        "dot_neighbours.S": assembly("add_to_neighbours", NEIGHBOURS),
    }


def assembly(function: str, fetching: Mapping[str, str]) -> str:
    """The source of one function, which fetches weights as told."""
    parts = [
        "/* Made by dot_block.py. */",
        *(f"#define {name} ${number}" for name, number in REGISTERS.items()),
        *(f"#define {name} {code}".rstrip() for name, code in fetching.items()),
        f'  .section .text.near.{function}, "ax", @progbits',
        "  .set noreorder",
        "  .set noat",
        f"  .globl {function}",
        f"{function}:",
        *enter(),
        NEXT_TERM,
    ]
    for c in range(COLUMNS):
        parts += [narrow_product(c), add(c), carry(c)]
        parts += [wide_product(c), subtract(c), cancel(c), settle(c)]
        parts += [product_ties(c), sum_ties(c), distant(c), far(c)]
    return "\n".join([*parts, *leave()]) + "\n"


def enter() -> Iterator[str]:
    """Everything into registers."""
    yield f"  addiu $sp, $sp, -{4 * len(SAVED)}"
    for place, register in enumerate(SAVED):
        yield f"  sw    ${register}, {4 * place}($sp)"
    for c in range(COLUMNS):
        yield f"  lw    negated{c}, {8 * c}(block)"
        yield f"  lw    scale{c}, {8 * c + 4}(block)"
        yield f"  lw    weights{c}, {8 * COLUMNS + 4 * c}(block)"
    yield "  lui   significand, 0x8000"
    yield "  addiu cut7, $0, -0x80"
    yield "  addiu cut8, $0, -0x100"
    yield "  b     first_term"
    yield "    lw    x, 0(term)"


def leave() -> Iterator[str]:
    """Returns the term reached; `test` columns have it in their sums already."""
    yield "all_added:"
    yield "  addiu test, $0, 0"
    yield "leave:"
    for c in range(COLUMNS):
        yield f"  sw    negated{c}, {8 * c}(block)"
        yield f"  sw    scale{c}, {8 * c + 4}(block)"
    yield f"  sw    test, {12 * COLUMNS}(block)"
    yield "  addiu $2, term, 0"
    for place, register in enumerate(SAVED):
        yield f"  lw    ${register}, {4 * place}($sp)"
    yield "  jr    $31"
    yield f"    addiu $sp, $sp, {4 * len(SAVED)}"


NEXT_TERM: Final = """\
next_term:
  addiu term, term, 12
  beq   term, stop, all_added
first_term:
    lw    x_scale, 4(term)
  lw    offset, 8(term)
  first"""


def after(c: int) -> str:
    """The label of what follows a column."""
    return "next_term" if c + 1 == COLUMNS else f"column{c + 1}"


def narrow_product(c: int) -> str:
    """A product whose high half is below 2^31; it is rounded at bit 7."""
    return f"""\
column{c}:
  fetch
  ins   significand, w, 8, 23
  multu significand, x
  subu  distance, scale{c}, w
  subu  distance, distance, x_scale
  mfhi  product
  bltz  product, wide{c}
    sra   distance, distance, 23
  addiu up, product, 0x40
  and   product, up, cut7
  beq   product, up, narrow_tie{c}
    srlv  part, product, distance
narrow{c}:
  bltz  distance, subtract_narrow{c}
    addiu up, part, 0x80"""


def wide_product(c: int) -> str:
    """One that is not; it is rounded at bit 8."""
    return f"""\
wide{c}:
  addiu up, product, 0x80
  and   product, up, cut8
  beq   product, up, wide_tie{c}
    srlv  part, product, distance
rounded_wide{c}:
  bgtz  distance, add{c}
    addiu up, part, 0x80"""


def add(c: int) -> str:
    """The sum if signs are equal."""
    return f"""\
add{c}:
  slti  test, distance, 32
  beqz  test, distant{c}
    and   part, up, cut8
  beq   part, up, add_tie{c}
    subu  negated{c}, negated{c}, part
added{c}:
  bgtz  negated{c}, {after(c)}
    ahead{c}"""


def carry(c: int) -> str:
    """That reached 2^32: half of it. Bits that fall off matter in a tie only.

    A sum that is 2^31 still comes here too: it stays as it is.
    """
    return f"""\
  addu  up, negated{c}, part
  subu  up, $0, up
  srl   up, up, 1
  srlv  part, product, distance
  srl   part, part, 1
  addu  sum, up, part
  addiu up, sum, 0x80
  bgez  up, {after(c)}
    ahead{c}
  and   sum, up, cut8
  beq   sum, up, carry_tie{c}
    lui   test, 0x80
carried{c}:
  addu  scale{c}, scale{c}, test
  ext   test, scale{c}, 23, 8
  sltiu test, test, {MOST + 1}
  bnez  test, {after(c)}
    subu  negated{c}, $0, sum
  b     leave
    addiu test, $0, {c + 1}
carry_tie{c}:
  nor   up, distance, $0
  sllv  up, product, up
  bnez  up, carried{c}
    nop
  b     carried{c}
    ins   sum, $0, 8, 1"""


def subtract(c: int) -> str:
    """The sum if signs differ. `distance` is less by 256: in [-256, -225], but a wide
    product may be the larger one at -256."""
    return f"""\
  addiu test, distance, 255
  sltiu test, test, 31
  beqz  test, distant{c}
    and   part, up, cut8
  beq   part, up, subtract_tie{c}
    addu  negated{c}, negated{c}, part
subtracted{c}:
  bgtz  negated{c}, {after(c)}
    ahead{c}
  b     cancel{c}
    subu  negated{c}, negated{c}, part
subtract_narrow{c}:
  slti  test, distance, -224
  beqz  test, distant{c}
    and   part, up, cut8
  beq   part, up, subtract_tie{c}
    addu  negated{c}, negated{c}, part
  bgtz  negated{c}, {after(c)}
    ahead{c}
  subu  negated{c}, negated{c}, part"""


def cancel(c: int) -> str:
    """A difference below 2^31: again, from halves, and what falls off the product sets
    the lowest bit. It is zero if a narrow product was rounded up to 2^31."""
    return f"""\
cancel{c}:
  subu  up, $0, negated{c}
  srl   up, up, 1
  nor   test, distance, $0
  sllv  test, product, test
  sltu  test, $0, test
  srlv  part, product, distance
  srl   part, part, 1
  or    part, part, test
  subu  sum, up, part
  bnez  sum, settle{c}
    addiu distance, $0, 0
  b     leave
    addiu test, $0, {c}"""


def settle(c: int) -> str:
    """`sum`, of halves, not zero, becomes the accumulator; rounded at bit 8.

    `distance` is what the product's exponent is larger by, or 0. Done with this column,
    the sum may turn out to be unusual.
    """
    return f"""\
settle{c}:
  clz   test, sum
  sllv  sum, sum, test
  subu  distance, distance, test
  addiu distance, distance, 1
  sll   distance, distance, 23
  addu  scale{c}, scale{c}, distance
  addiu up, sum, 0x80
  and   sum, up, cut8
  bne   sum, up, settled{c}
    subu  negated{c}, $0, sum
  ins   sum, $0, 8, 1
  subu  negated{c}, $0, sum
settled{c}:
  beqz  negated{c}, overflow{c}
    ext   test, scale{c}, 23, 8
  addiu test, test, -{LEAST}
  sltiu test, test, {MOST - LEAST + 1}
  bnez  test, {after(c)}
    ahead{c}
  b     leave
    addiu test, $0, {c + 1}
overflow{c}:
  lui   negated{c}, 0x8000
  lui   test, 0x80
  b     settled{c}
    addu  scale{c}, scale{c}, test"""


def product_ties(c: int) -> str:
    """Half a unit was added, and nothing was left to cut off. Bits in the product's low
    half say that it was no tie. Else the result must be even."""
    return f"""\
narrow_tie{c}:
  mflo  test
  bnez  test, narrow{c}
    nop
  ins   product, $0, 7, 1
  b     narrow{c}
    srlv  part, product, distance
wide_tie{c}:
  mflo  test
  bnez  test, rounded_wide{c}
    nop
  ins   product, $0, 8, 1
  b     rounded_wide{c}
    srlv  part, product, distance"""


def sum_ties(c: int) -> str:
    """The same of a sum: no tie if the shift lost bits of the product."""
    return "\n".join(
        f"""\
{operation}_tie{c}:
  addiu up, up, -0x80
  sllv  up, up, distance
  bne   up, product, {operation}ed{c}
    andi  test, negated{c}, 0x100
  {undo}  negated{c}, negated{c}, test
  b     {operation}ed{c}
    subu  part, part, test"""
        for operation, undo in (("add", "addu"), ("subtract", "subu"))
    )


def distant(c: int) -> str:
    """The product's exponent is not below the accumulator's, or they are far apart."""
    return f"""\
distant{c}:
  seb   distance, distance
  subu  distance, $0, distance
  sltiu test, distance, 32
  beqz  test, far{c}
    subu  up, $0, negated{c}
  nor   test, distance, $0
  sllv  test, up, test
  sltu  test, $0, test
  srlv  up, up, distance
  srl   up, up, 1
  or    up, up, test
  addu  test, x_scale, w
  xor   test, test, scale{c}
  bgez  test, settle{c}_added
    srl   part, product, 1
  subu  sum, up, part
  bgtz  sum, settle{c}
    lui   test, 0x8000
  bnez  sum, flip{c}
    subu  sum, $0, sum
  b     leave
    addiu test, $0, {c}
flip{c}:
  b     settle{c}
    xor   scale{c}, scale{c}, test
settle{c}_added:
  b     settle{c}
    addu  sum, up, part"""


def far(c: int) -> str:
    """Further apart than 31. A small product changes nothing; nor does a weight that is
    zero or subnormal, as its exponent says. Others are left to dot.c."""
    return f"""\
far{c}:
  ext   up, scale{c}, 23, 8
  ext   test, w, 23, 8
  subu  up, up, test
  sll   test, x_scale, 1
  sra   test, test, 24
  subu  up, up, test
  slti  test, up, 32
  beqz  test, {after(c)}
    ahead{c}
  b     leave
    addiu test, $0, {c}"""
