"""Every custom error of the protocol is raised somewhere, and reached by some test."""

import re
from pathlib import Path

import pytest

import solidity
from solidity import artifact

SOURCES = Path(solidity.__file__).parent / "src"
TESTS = Path(__file__).parent
DECLARING = [
    *(f"interfaces/{name}" for name in ("IDisputeGame", "IInferenceOracle")),
    *(f"interfaces/{name}" for name in ("IModelRegistry", "IStaking", "IMipsVerifier")),
    "interfaces/IModelSwarm",
    "interfaces/ISwarm",
    "libraries/BlockSeed",
    "libraries/Blob",
    "libraries/Ring",
    "InferenceConsumer",
    "TextConsumer",
    "PictureConsumer",
    "examples/DigitReader",
    "examples/ReviewedShop",
    "examples/StoryToken",
]
ERROR = re.compile(r"^\s*error (\w+)\(([^)]*)\);", re.MULTILINE)


def declared() -> dict[str, str]:
    """Parameters of each error, by its name."""
    texts = [(SOURCES / f"{name}.sol").read_text() for name in DECLARING]
    return dict(found for text in texts for found in ERROR.findall(text))


def texts(folder: Path, pattern: str) -> str:
    paths = sorted(folder.rglob(pattern))
    return "\n".join(path.read_text() for path in paths if path != Path(__file__))


PRODUCT = texts(SOURCES, "*.sol")
SUITE = texts(TESTS, "test_*.py")


@pytest.mark.parametrize("name", sorted(declared()))
def test_error_is_raised_and_reached(name):
    assert re.search(rf"revert (\w+\.)?{name}\(", PRODUCT)
    assert f'"{name}"' in SUITE


@pytest.mark.parametrize("name", sorted(declared()))
def test_error_says_expected_before_actual(name):
    parameters = declared()[name]
    if "actual" in parameters and "," in parameters:
        assert re.search(r"(expected|maximum|parts|levels|index).*actual$", parameters)


@pytest.mark.parametrize(
    ("contract", "errors"),
    [
        ("DisputeGame", {"WrongPath", "InsufficientBalance", "WrongPreState"}),
        ("InferenceOracle", {"NotEnoughGas", "UnknownModel", "InsufficientBalance"}),
    ],
)
def test_abi_has_the_errors_of_all_that_a_contract_calls(contract, errors):
    """So that whoever sends a move can decode whatever it reverts with."""
    entries = artifact(contract).abi
    assert errors <= {entry["name"] for entry in entries if entry["type"] == "error"}
