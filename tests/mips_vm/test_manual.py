"""docs/machine.md prints the table that the code has."""

from pathlib import Path

from mips_vm.isa.decode import TABLE
from mips_vm.isa.manual import markdown

PAGE = Path(__file__).parents[2] / "docs" / "machine.md"


def test_page_ends_with_the_table_of_the_code() -> None:
    assert PAGE.read_text().endswith(markdown() + "\n")


def test_table_has_a_line_for_every_row() -> None:
    lines = markdown().splitlines()
    for row in TABLE:
        assert any(line.startswith(f"| `{row.mnemonic}") for line in lines)


def test_table_shows_fixed_operand_and_ignored_bits() -> None:
    expected = "`ins rt, rs, pos, size` | `011111 sssss ttttt mmmmm ppppp 000100`"
    assert expected in markdown()
    assert "| `lui rt, upper` | `001111 ----- ttttt iiiii iiiii iiiiii`" in markdown()
