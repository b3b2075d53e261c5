"""Solidity and Python call the same thing by the same name, each in its own style."""

import inspect
import re
from pathlib import Path

import pytest

import solidity
from mips_vm import step
from mips_vm.isa import operations
from mips_vm.step import EXECUTE

SOURCES = Path(solidity.__file__).parent / "src"
PAGE = Path(__file__).parents[2] / "docs" / "machine.md"
FUNCTION = re.compile(r"^\s*function (\w+)\(", re.M)

OPERATORS = {
    *("bit_and", "bit_or", "bit_xor", "equal", "unequal", "below", "not_below"),
    *("not_less", "greater", "not_greater"),  # less, its operands turned round
    *("lb", "lbu", "lh", "lhu", "lw", "sw"),  # a cast, seb, seh, or nothing at all
}
"""What Solidity has an operator for, or a cast."""


def camel(name: str) -> str:
    first, *rest = name.strip("_").split("_")
    return first + "".join(word.capitalize() for word in rest)


def functions(path: str) -> set[str]:
    return set(FUNCTION.findall((SOURCES / path).read_text()))


def own(module: object) -> set[str]:
    found = inspect.getmembers(module, inspect.isfunction)
    here = {name for name, each in found if inspect.getmodule(each) is module}
    return {name for name in here if not name.startswith("_")}


def test_operations_have_their_twins_and_no_others() -> None:
    twins = functions("libraries/MipsOperations.sol")
    ours = {camel(name) for name in own(operations) - OPERATORS}
    assert ours <= twins
    plumbing = {"unsigned", "wordAt", "withWordAt", "reversed"}  # of 256-bit words
    assert twins - ours == plumbing


@pytest.mark.parametrize(
    "name", ["_advance", "_jump", "_skip_slot", "_return_address", "_write"]
)
def test_moves_of_the_state_have_their_twins(name: str) -> None:
    assert callable(getattr(step, name))
    assert camel(name) in functions("libraries/MipsState.sol")


def test_page_names_every_function_that_executes_an_instruction() -> None:
    page = PAGE.read_text()
    section = page[page.index("## Where to check") : page.index("## How the three")]
    kinds = {camel(each.__name__) for each in EXECUTE.values()}
    instructions = functions("libraries/MipsInstructions.sol")
    shared = instructions & kinds
    assert shared >= {"branch", "branchLikely", "branchLink", "branchLinkLikely"}
    named = set(re.findall(r"\w+", section))
    assert shared <= named
    dotted = set(re.findall(r"`(\w+)\.(\w+)", section))
    for contract, function in dotted:
        if (SOURCES / f"libraries/{contract}.sol").exists():
            assert function in functions(f"libraries/{contract}.sol")
