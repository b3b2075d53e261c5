"""What a node's log looks like, to people and to programs."""

import json
import logging
from collections.abc import Iterator

import pytest

from oracle import logs

HASH = "0x" + "ab" * 32
ACCOUNT = "0x" + "Cd" * 20
FACTS = {
    "block": 97,
    "claim_hash": HASH,
    "burned": 32_792_000_000_000_123,
    "transaction": HASH,
    "request_id": 2,
    "what": "WorkerLost",
    "worker": ACCOUNT,
}


@pytest.fixture(autouse=True)
def logging_as_it_was() -> Iterator[None]:
    ours = logging.getLogger(logs.OURS)
    before = ours.handlers, ours.propagate, ours.level
    yield
    ours.handlers, ours.propagate = before[:2]
    ours.setLevel(before[2])


def line(capsys: pytest.CaptureFixture[str], as_json: bool) -> str:
    logs.configure(as_json)
    logs.logger("oracle.test").info("settlement", **FACTS)
    (written,) = capsys.readouterr().err.splitlines()
    return written


def test_log_for_people_fits_on_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    date, clock, *told = line(capsys, as_json=False).split(maxsplit=3)
    assert len(date) == 10 and len(clock) == 9 and clock.endswith("Z")
    assert " ".join(told) == (
        "[info] settlement   request_id=2 what=WorkerLost block=97 "
        "burned='0.032792 ether' transaction=0xabababab.. worker=0xCdCdCdCd.."
    )


def test_log_for_programs_has_all_of_it(capsys: pytest.CaptureFixture[str]) -> None:
    written = json.loads(line(capsys, as_json=True))
    assert FACTS.items() <= written.items()


@pytest.mark.parametrize("as_json", [False, True], ids=["people", "programs"])
def test_log_of_an_unexpected_error_tells_no_variables(
    as_json: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    def signed(key: str) -> None:
        raise RuntimeError("of \x1b[2J[/nope]")

    logs.configure(as_json)
    try:
        signed(key="".join(["se", "cret"]))
    except RuntimeError:
        logs.logger("oracle.test").exception("unexpected")
    told = capsys.readouterr().err
    assert "secret" not in told and "\x1b" not in told
    assert "signed" in told and "RuntimeError" in told and "[2J[/nope]" in told
