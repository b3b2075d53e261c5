"""Writes the assembly that adds one product to a total, wherever products.py does so.

Registers have the names that products.py gives them, and hold what it says.
"""

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Addition:
    """A place where a product is added to a total: where the code goes on, and where if
    that place's first instruction has been done, in a delay slot."""

    prefix: str
    after: str
    begun: str
    first: str


def sum_of(addition: Addition) -> Iterator[str]:
    """Total and product, if the total's exponent is larger by 1 to 31, and stays.

    `distance` is the difference of signs and exponents at once: less by 256 if the
    signs differ.
    """
    name = addition.prefix
    yield f"""\
  subu  product_scale, product_scale, shift
  subu  distance, scale, product_scale
  sra   distance, distance, 23
  srlv  part, product, distance
{name}_sum:
  bgtz  distance, {name}_add
    addiu up, part, 0x80
  addiu test, distance, 255
  sltiu test, test, 31
  beqz  test, {name}_distant
    and   part, up, cut8
  beq   part, up, {name}_subtract_tie
    addu  negated, negated, part
{name}_subtracted:
  bgtz  negated, {addition.begun}
    {addition.first}
  b     {name}_cancel
    subu  negated, negated, part
{name}_add:
  slti  test, distance, 32
  beqz  test, {name}_distant
    and   part, up, cut8
  beq   part, up, {name}_add_tie
    subu  negated, negated, part
{name}_added:
  bgtz  negated, {addition.begun}
    {addition.first}"""
    yield carry(addition)


def carry(addition: Addition) -> str:
    """A sum that reached 2^32: half of it. Bits that fall off matter in a tie only.

    One that is 2^31 still comes here too: it stays as it is.
    """
    name = addition.prefix
    return f"""\
  addu  up, negated, part
  subu  up, $0, up
  srl   up, up, 1
  srlv  part, product, distance
  srl   part, part, 1
  addu  sum, up, part
  addiu up, sum, 0x80
  bgez  up, {addition.after}
    lui   test, 0x80
  and   sum, up, cut8
  beq   sum, up, {name}_carry_tie
    addu  scale, scale, test
{name}_carried:
  b     {addition.after}
    subu  negated, $0, sum"""


def rare_sums(addition: Addition) -> Iterator[str]:
    """What else becomes of a total."""
    name = addition.prefix
    yield f"""\
{name}_carry_tie:
  nor   up, distance, $0
  sllv  up, product, up
  bnez  up, {name}_carried
    nop
  b     {name}_carried
    ins   sum, $0, 8, 1"""
    for operation, undo in (("add", "addu"), ("subtract", "subu")):
        yield f"""\
{name}_{operation}_tie:
  addiu up, up, -0x80
  sllv  up, up, distance
  bne   up, product, {name}_{operation}ed
    andi  test, negated, 0x100
  {undo}  negated, negated, test
  b     {name}_{operation}ed
    subu  part, part, test"""
    yield cancel(addition)
    yield distant(addition)
    yield equal(addition)


def cancel(addition: Addition) -> str:
    """A difference below 2^31, not zero: again, from halves; what falls off the product
    sets the lowest bit. It may be rounded up to 2^32."""
    name = addition.prefix
    return f"""\
{name}_cancel:
  subu  up, $0, negated
  srl   up, up, 1
  nor   test, distance, $0
  sllv  test, product, test
  sltu  test, $0, test
  srlv  part, product, distance
  srl   part, part, 1
  or    part, part, test
  subu  sum, up, part
  clz   test, sum
  sllv  sum, sum, test
  addiu test, test, -1
  sll   test, test, 23
  subu  scale, scale, test
  addiu up, sum, 0x80
  and   sum, up, cut8
  bne   sum, up, {name}_cancelled
    subu  negated, $0, sum
  ins   sum, $0, 8, 1
  subu  negated, $0, sum
{name}_cancelled:
  bnez  negated, {addition.after}
    lui   test, 0x80
  addu  negated, sign, $0
  b     {addition.after}
    addu  scale, scale, test"""


def distant(addition: Addition) -> str:
    """The product's exponent is larger by 1 to 31: it and the total change places. If
    they are further apart, the larger is the sum."""
    name = addition.prefix
    return f"""\
{name}_distant:
  seb   test, distance
  beqz  test, {name}_equal
    addiu test, test, 31
  sltiu test, test, 31
  beqz  test, {name}_far
    subu  up, $0, product
  subu  product, $0, negated
  addu  negated, up, $0
  or    scale, product_scale, ones
  subu  distance, $0, distance
  b     {name}_sum
    srlv  part, product, distance
{name}_far:
  ext   part, scale, 23, 8
  ext   test, product_scale, 23, 8
  sltu  test, test, part
  bnez  test, {addition.after}
    nop
  addu  negated, up, $0
  b     {addition.after}
    or    scale, product_scale, ones"""


def equal(addition: Addition) -> str:
    """Exponents are equal. If the signs are, half the sum, which may be a tie; else the
    difference, which is exact."""
    name = addition.prefix
    return f"""\
{name}_equal:
  xor   test, product_scale, scale
  bltz  test, {name}_unlike
    subu  up, $0, negated
  srl   up, up, 1
  srl   part, product, 1
  addu  sum, up, part
  addiu up, sum, 0x80
  and   sum, up, cut8
  lui   test, 0x80
  bne   sum, up, {name}_doubled
    addu  scale, scale, test
  ins   sum, $0, 8, 1
{name}_doubled:
  b     {addition.after}
    subu  negated, $0, sum
{name}_unlike:
  subu  sum, up, product
  bgez  sum, {name}_difference
    nop
  subu  sum, $0, sum
  xor   scale, scale, sign
{name}_difference:
  beqz  sum, {name}_nothing
    clz   test, sum
  sllv  sum, sum, test
  sll   test, test, 23
  subu  scale, scale, test
  b     {addition.after}
    subu  negated, $0, sum
{name}_nothing:
  addu  negated, sign, $0
  b     {addition.after}
    addu  scale, ones, $0"""
