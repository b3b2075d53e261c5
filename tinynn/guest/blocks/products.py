"""Writes the assembly that adds a block's products to the sums of many rows.

Of each row: a float of 16 bits w.d and a whole number S make
`total + (w.d x.d) f32(S)`; with minima, another such float w.m makes `total + w.m y`,
y the same for all rows. Products are made here, additions.py adds them.
Numbers are unpacked as in dot_block.py, by the same names: a total is minus its
significand, and a word of sign, exponent and ones. Products are normalised, so their
leading bit is at bit 31, and rounded at bit 8.

x.d is such that every product has an exponent from 53 to 204, which block_matvec sees
to. So every float will do as a total: one that is beyond 2^31 times the product stays
as it is, be it infinite or a NaN; one that is below its 2^31st part is replaced by it,
be it zero or subnormal; and no sum of what is between leaves the normal numbers.

It stops at a row whose float is subnormal, infinite or a NaN. A line indented further
is a branch's delay slot.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from .additions import Addition, rare_sums, sum_of

REGISTERS: Final[Mapping[str, int]] = {
    # Argument: struct products *.
    "call": 4,
    "halves": 5,
    "totals": 6,
    "cut7": 7,
    "stop": 8,
    "last": 9,
    "stride": 10,
    # Of x.d, and of y.
    "x": 11,
    "x_scale": 12,
    "y": 13,
    "y_scale": 14,
    # A total.
    "negated": 16,
    "scale": 17,
    # Of a product: significand, sign and exponent; its first factor's bits.
    "product": 18,
    "product_scale": 19,
    "half": 19,
    "shift": 20,
    "distance": 20,
    # The other factor.
    "whole": 21,
    # The product in the total's unit, or their sum; with half a unit added.
    "part": 22,
    "sum": 22,
    "up": 15,
    "test": 2,
    # Constants; but a float's fraction takes its place in `significand`.
    "significand": 30,
    "sign": 24,
    "cut8": 25,
    "ones": 3,
}

SAVED: Final = (*range(16, 23), 30)
"""What a callee must give back."""

FIELDS: Final = (
    *("halves", "totals", "stop", "last", "stride"),
    *("x", "x_scale", "y", "y_scale"),
)
"""Of struct products in matvec.c."""

PANEL_ROWS: Final = 8
ROW_BYTES: Final = 12
"""Of struct row in matvec.c: a total, which is two words, and S."""

HALF_BYTES: Final = 2
MINIMA: Final = HALF_BYTES * PANEL_ROWS
"""From a row's scale to its minimum."""

FUNCTIONS: Final[Mapping[str, bool]] = {
    "add_products": False,
    "add_products_and_lows": True,
}
"""Whether there are minima. That is where proofs are short (link.ld), for it takes
longer; there is no room for both."""


def sources() -> dict[str, str]:
    """Names and texts, for a compiler that has the C preprocessor."""
    return {f"{name}.S": assembly(name) for name in FUNCTIONS}


def assembly(name: str) -> str:
    """The source of one function."""
    lows = FUNCTIONS[name]
    last = Addition("last", "next", "stored", "sw    negated, 0(totals)")
    first = Addition("first", "lows", "lows_read", f"lh    half, {MINIMA}(halves)")
    parts = [
        "/* Made by products.py. */",
        *(f"#define {register} ${number}" for register, number in REGISTERS.items()),
        f'  .section .text{".near" if lows else ""}.{name}, "ax", @progbits',
        "  .set noreorder",
        "  .set noat",
        f"  .globl {name}",
        f"{name}:",
        *enter(),
        *product_of_scale(nothing="lows" if lows else "skipped", long=not lows),
        *sum_of(first if lows else last),
        *(product_of_low(first) if lows else ()),
        *(sum_of(last) if lows else ()),
        ON,
        *leave(),
        *unusual("odd", "lows" if lows else "skipped"),
        *(unusual("odd_low", "next") if lows else ()),
        *product_cases(lows),
        *rare_sums(first if lows else last),
        *(rare_sums(last) if lows else ()),
    ]
    return "\n".join(parts) + "\n"


def enter() -> Iterator[str]:
    """Everything into registers."""
    yield f"  addiu $sp, $sp, -{4 * len(SAVED)}"
    for place, register in enumerate(SAVED):
        yield f"  sw    ${register}, {4 * place}($sp)"
    for place, field in enumerate(FIELDS):
        yield f"  lw    {field}, {4 * place}(call)"
    yield "  lui   significand, 0x8000"
    yield "  lui   sign, 0x8000"
    yield "  addiu cut7, $0, -0x80"
    yield "  addiu cut8, $0, -0x100"
    yield "  lui   ones, 0x7f"
    yield "  ori   ones, ones, 0xffff"


def leave() -> Iterator[str]:
    """Returns the row that it stopped at, or the end."""
    yield "leave:"
    yield "  addiu $2, totals, 0"
    for place, register in enumerate(SAVED):
        yield f"  lw    ${register}, {4 * place}($sp)"
    yield "  jr    $31"
    yield f"    addiu $sp, $sp, {4 * len(SAVED)}"


ON: Final = f"""\
next:
  sw    negated, 0(totals)
stored:
  sw    scale, 4(totals)
skipped:
  addiu totals, totals, {ROW_BYTES}
  bne   totals, stop, row
    addiu halves, halves, {HALF_BYTES}
  addiu stop, stop, {ROW_BYTES * PANEL_ROWS}
  bne   totals, last, row
    addu  halves, halves, stride"""
"""To the next row: of the panel, or the next one's first."""

USUAL: Final = """\
  addiu test, half, 0x400
  andi  test, test, 0x7800"""
"""Is 0 if the exponent of a float of 16 bits is the least or the greatest."""

ROUND: Final = """\
  sllv  product, product, {shift}
  addiu up, product, 0x80
  and   product, up, cut8
  beq   product, up, {name}_tie
    {ahead}
{name}_untied:
  bgez  product, {name}_over
    {then}
{name}_rounded:"""
"""A product without leading zeros, rounded. Half a unit is added; if nothing is left to
cut off it may be a tie. It is zero if it was rounded up to 2^32."""


def product_of_scale(nothing: str, long: bool) -> Iterator[str]:
    """A row's first product, of three factors. Nothing is added if one is zero.

    The first two's is not normalised: it is rounded at bit 8, or at bit 7 if it is
    below 2^31, to which it may be rounded up. The sign that a half has at bit 15
    spreads to bits 28 to 31; three are cleared.
    """
    yield f"""\
row:
  lh    half, 0(halves)
  lw    whole, 8(totals)
  lw    negated, 0(totals)
  lw    scale, 4(totals)
{USUAL}
  beqz  test, odd
    ins   significand, half, 21, 10
  multu significand, x
  beqz  whole, {nothing}
    sll   product_scale, half, 13
  ins   product_scale, $0, 28, 3
  bgez  whole, positive
    mfhi  product
  subu  whole, $0, whole
  xor   product_scale, product_scale, sign
positive:
  bltz  product, wide
    clz   shift, whole
  addiu up, product, 0x40
  and   product, up, cut7
  bne   product, up, scaled
    sllv  whole, whole, shift
  b     narrow_tie
    mflo  up
wide:
  addiu up, product, 0x80
  and   product, up, cut8
  beq   product, up, wide_tie
    sllv  whole, whole, shift
scaled:"""
    if long:
        yield """\
  andi  up, whole, 0xff
  bnez  up, round_whole
    nop
whole_rounded:"""
    yield "  multu product, whole"
    yield "  mfhi  product"
    yield "  clz   test, product"
    yield ROUND.format(
        name="product",
        shift="test",
        ahead="addu  shift, shift, test",
        then="sll   shift, shift, 23",
    )
    yield "  addu  product_scale, product_scale, x_scale"


def product_of_low(addition: Addition) -> Iterator[str]:
    """A row's second product, of a minimum."""
    yield f"""\
{addition.after}:
  {addition.first}
{addition.begun}:
{USUAL}
  beqz  test, odd_low
    ins   significand, half, 21, 10
  multu significand, y
  sll   product_scale, half, 13
  ins   product_scale, $0, 28, 3
  mfhi  product
  clz   shift, product"""
    yield ROUND.format(
        name="low",
        shift="shift",
        ahead="addu  product_scale, product_scale, y_scale",
        then="sll   shift, shift, 23",
    )


def unusual(name: str, nothing: str) -> Iterator[str]:
    """A half that is zero adds nothing; others are left to matvec.c."""
    yield f"""\
{name}:
  sll   test, half, 17
  bnez  test, leave
    nop
  b     {nothing}
    nop"""


def product_cases(lows: bool) -> Iterator[str]:
    """Ties, to even unless the product's low half says that there is none; products,
    and whole numbers of more than 24 bits, that are rounded up to 2^32."""
    yield """\
wide_tie:
  mflo  up
  bnez  up, scaled
    nop
  b     scaled
    ins   product, $0, 8, 1
narrow_tie:
  bnez  up, scaled
    nop
  b     scaled
    ins   product, $0, 7, 1"""
    for name in ("product", "low") if lows else ("product",):
        yield f"""\
{name}_tie:
  mflo  up
  bnez  up, {name}_untied
    nop
  b     {name}_untied
    ins   product, $0, 8, 1
{name}_over:
  lui   test, 0x80
  subu  shift, shift, test
  b     {name}_rounded
    addu  product, sign, $0"""
    if not lows:
        yield """\
round_whole:
  ext   test, whole, 8, 1
  addu  whole, whole, test
  addiu whole, whole, 0x7f
  and   whole, whole, cut8
  bltz  whole, whole_rounded
    nop
  addiu shift, shift, -1
  b     whole_rounded
    addu  whole, sign, $0"""
