"""A language model asked from the command line, from question to answer."""

from pathlib import Path

import pytest
from support.language.echo import MOST_TEXT, asked, echo_image, echoed
from support.testbeds.devnet import DevnetTestbed

from oracle.chain.local.accounts import development_accounts
from oracle.models.library import Library
from oracle.node.honest import Honest
from oracle.node.roles.roles import WorkerSettings
from oracle.node.worker.worker import Worker
from oracle.sending.sender import Sender
from tinynn.asking import Asking

WORKER = 2


@pytest.fixture
def echo(testbed: DevnetTestbed, tmp_path: Path) -> Path:
    image = tmp_path / "echo.plumb"
    image.write_bytes(echo_image())
    testbed.json("model", "register", image, "--name", "echo", account=6)
    return image


def worker_of(testbed: DevnetTestbed, image: Path) -> Worker:
    place = testbed.place
    sender = Sender(testbed.chain, development_accounts(WORKER + 1)[WORKER])
    testbed.plumb("worker", "stake", "1ether", account=WORKER)
    strategy = Honest(Library([image]))
    return place.worker(WorkerSettings.read(), sender, strategy, None)


def credit(testbed: DevnetTestbed) -> int:
    """The asker's, in wei."""
    staking = testbed.contracts.staking
    return int(testbed.chain.call(staking, "balanceOf", testbed.address(1))[0])


def answered(testbed: DevnetTestbed, worker: Worker, request: int) -> None:
    testbed.work(worker)
    testbed.travel(600)
    testbed.work(worker)


def test_text_is_asked_for_and_printed(testbed: DevnetTestbed, echo: Path) -> None:
    options = ("--text", "tell me", "--max-tokens", 9)
    before = credit(testbed)
    foretold = testbed.json("request", "simulate", "echo", *options)
    assert foretold["text"] == echoed(b"tell me")
    assert (foretold["passes"], foretold["max_passes"]) == (7, 64 + 7 + 9)
    told = testbed.json("request", "send", "echo", *options)
    assert told["fee_wei"] == foretold["fee_wei"]
    meter = testbed.chain.call(testbed.contracts.oracle, "getMeter", told["request_id"])
    assert meter.max_passes == 80 and meter.seed_block == 0
    assert meter.pass_price == foretold["pass_price_wei"] > 0
    answered(testbed, worker_of(testbed, echo), told["request_id"])
    found = testbed.json("request", "wait", told["request_id"])
    assert found["outputs"] == {"text": echoed(b"tell me")}
    shown = testbed.plumb("request", "wait", told["request_id"]).out
    assert echoed(b"tell me") in shown
    back = credit(testbed) - before
    assert back == foretold["refund_wei"] == 73 * meter.pass_price


def test_file_is_asked_for_by_its_passes_too(
    testbed: DevnetTestbed, echo: Path, tmp_path: Path
) -> None:
    """It is shorter than it may be; what the run leaves of its passes comes back."""
    data, seed = tmp_path / "request.bin", bytes(range(28))
    data.write_bytes(asked(b"tell me", Asking(9), seed))
    before = credit(testbed)
    foretold = testbed.json("request", "simulate", "echo", data)
    assert (foretold["passes"], foretold["max_passes"]) == (7, 80)
    assert "7 of 80" in testbed.plumb("request", "simulate", "echo", data).out
    request = testbed.json("request", "send", "echo", data)["request_id"]
    meter = testbed.chain.call(testbed.contracts.oracle, "getMeter", request)
    assert meter.max_passes == 80 and meter.seed_block == 0
    assert meter.pass_price == foretold["pass_price_wei"] > 0
    answered(testbed, worker_of(testbed, echo), request)
    found = testbed.json("request", "wait", request)
    assert found["outputs"] == {"text": echoed(b"tell me", seed)}
    back = credit(testbed) - before
    assert back == foretold["refund_wei"] == 73 * meter.pass_price


def test_seed_of_a_block_is_the_default_where_one_is_needed(
    testbed: DevnetTestbed, echo: Path
) -> None:
    options = ("--text", "hi", "--temperature", 0.7)
    request = testbed.json("request", "send", "echo", *options)["request_id"]
    status = testbed.json("request", "status", request)
    assert status["status"] == "unseeded"
    assert "whose randomness will be its seed" in status["explanation"]
    ended = testbed.plumb("request", "cancel", request)
    assert ended.status == 1 and "it binds who asked" in ended.err
    for _ in range(36):
        testbed.travel(12)
    answered(testbed, worker_of(testbed, echo), request)
    said = testbed.json("request", "wait", request)["outputs"]["text"]
    assert said.endswith("hi") and said != echoed(b"hi")


def test_own_seed_waits_for_nothing(testbed: DevnetTestbed, echo: Path) -> None:
    seed = bytes(range(28))
    options = ("--text", "hi", "--temperature", 0.7, "--seed", seed.hex())
    request = testbed.json("request", "send", "echo", *options)["request_id"]
    answered(testbed, worker_of(testbed, echo), request)
    found = testbed.json("request", "wait", request)["outputs"]
    assert found == {"text": echoed(b"hi", seed)}


def test_text_moves_no_terminals_cursor(testbed: DevnetTestbed, echo: Path) -> None:
    request = testbed.json("request", "send", "echo", "--text", "\x1b[2J\x07")
    number = request["request_id"]
    answered(testbed, worker_of(testbed, echo), number)
    shown = testbed.plumb("request", "wait", number).out
    assert "\\x1b[2J\\x07" in shown and "\x1b" not in shown
    assert testbed.json("request", "wait", number)["outputs"]["text"].endswith("\x07")


@pytest.mark.parametrize(
    ("options", "status", "words"),
    [
        ((), 2, "an input or --text, got neither"),
        (("seven.json", "--text", "x"), 2, "an input or --text, got both"),
        (("--text", "x", "--temperature", 1, "--seed", "7"), 2, "28 bytes in hexa"),
        (("--text", "x" * (MOST_TEXT + 1)), 1, f"at most {MOST_TEXT} bytes"),
        (
            ("--text", "x", "--temperature", 1, "--patience", 900),
            1,
            "expected",
        ),
    ],
)
def test_question_that_cant_be_asked_is_refused(
    testbed: DevnetTestbed,
    echo: Path,
    options: tuple[object, ...],
    status: int,
    words: str,
) -> None:
    ended = testbed.plumb("request", "send", "echo", *options)
    assert ended.status == status
    assert words in " ".join(ended.err.split())


def test_text_for_a_model_that_takes_none_is_refused(testbed: DevnetTestbed) -> None:
    ended = testbed.plumb("request", "send", "mnist", "--text", "seven?")
    assert ended.status == 1
    assert "expected the inputs of a language model" in ended.err
