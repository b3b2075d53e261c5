"""JSON from strangers is parsed as always, or refused; the process survives."""

import json
import subprocess
import sys

import pytest

from mips_vm.json_text import MOST_DEPTH, parse
from oracle.chain.errors import Unanswered
from oracle.chain.providers.http import HttpTransport

KILLER = b"[" * 10**5


@pytest.mark.parametrize(
    "value",
    [
        1,
        {"a": [1, {"b": None}]},
        [["]" * 7, "\\", '"[', {"[": "{"}]] * 1000,
        ["[" * 10**5],
        [[]] * 10**5,
    ],
)
def test_json_of_any_length_is_parsed(value: object) -> None:
    assert parse(json.dumps(value).encode()) == value


@pytest.mark.parametrize("opening, closing", [(b"[", b"]"), (b'{"a":', b"}")])
def test_json_nested_deeper_than_allowed_is_refused(
    opening: bytes, closing: bytes
) -> None:
    at_most = opening * MOST_DEPTH + b"1" + closing * MOST_DEPTH
    parse(at_most)
    with pytest.raises(ValueError, match="expected at most 500 levels"):
        parse(opening + at_most + closing)


def test_json_that_would_overrun_the_stack_kills_nobody() -> None:
    """With py-evm there, in a process of its own."""
    code = (
        "import oracle.chain.local.embedded, mips_vm.json_text as j\n"
        f"try: j.parse(b'[' * {len(KILLER)})\n"
        "except ValueError: print('refused')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout == "refused\n", done.stderr


def test_endpoint_that_answers_so_is_not_believed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    transport = HttpTransport("http://127.0.0.1:9")
    monkeypatch.setattr(transport, "_post", lambda *_: KILLER)
    with pytest.raises(Unanswered, match="no JSON"):
        transport.ask("eth_chainId", [])
    transport.close()
