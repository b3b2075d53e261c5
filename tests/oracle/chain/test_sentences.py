"""What contracts refuse, in sentences; else by the error's name."""

from typing import Any

import pytest

from oracle.chain.errors import Refused
from oracle.chain.sentences import SENTENCES, STATUSES, sentence
from oracle.record.record import Status
from solidity import artifact

ERRORS = {
    entry["name"]: entry["inputs"]
    for name in ("IInferenceOracle", "IModelRegistry", "IStaking", "IDisputeGame")
    for entry in artifact(name).abi
    if entry["type"] == "error"
}
MAKE = {"address": b"\1" * 20, "bytes32": b"\2" * 32, "bytes": b"\3"}


@pytest.mark.parametrize("name", SENTENCES)
def test_sentence_of_each_error_takes_the_arguments_that_it_has(name: str) -> None:
    inputs = ERRORS[name]
    arguments = {part["name"]: MAKE.get(part["type"], 3) for part in inputs}
    refused = Refused("Contract.function", name, arguments, b"")
    told = sentence(refused)
    assert told.endswith(f" ({refused})") and len(told) > len(str(refused)) + 10


@pytest.mark.parametrize(
    ("name", "arguments", "told"),
    [
        (
            "WrongStatus",
            {"requestId": 7, "expected": 3, "actual": 1},
            "request 7: not answered yet: it waits for a worker (",
        ),
        (
            "TooEarly",
            {"expected": 1600, "actual": 400},
            "too early by 1200 seconds ",
        ),
        (
            "WrongStatus",
            {"maximum": 2, "actual": 5},
            "C.f refused: WrongStatus(maximum",
        ),
        ("Broken", {"requestId": 1}, "C.f refused: Broken(requestId 1)"),
        ("", {}, "C.f refused: no reason given"),
    ],
)
def test_sentence_says_what_is_so(
    name: str, arguments: dict[str, Any], told: str
) -> None:
    assert sentence(Refused("C.f", name, arguments, b"")).startswith(told)


def test_statuses_are_the_records() -> None:
    assert [status.name.lower() for status in Status] == list(STATUSES)
