"""A picture asked for from the command line, of a seed that a block draws."""

import json
from pathlib import Path

import pytest
from support.testbeds.devnet import DevnetTestbed
from support.tiny_unet import save_unet

import tinynn
from converters.diffusion.conversion import Options, converted
from oracle.chain.local.accounts import development_accounts
from oracle.models.library import Library
from oracle.node.honest import Honest
from oracle.node.roles.roles import WorkerSettings
from oracle.node.worker.worker import Worker
from oracle.record.record import Record
from oracle.sending.sender import Sender
from tinynn.drawing import Drawing

WORKER, SEED = 2, bytes(range(32))


@pytest.fixture
def digits(testbed: DevnetTestbed, tmp_path: Path) -> Path:
    schedule = tmp_path / "scheduler_config.json"
    schedule.write_text(json.dumps({"_class_name": "DDIMScheduler"}))
    net = save_unet(tmp_path / "unet.onnx", side=4)
    image = tmp_path / "digits.plumb"
    image.write_bytes(converted(net, Options(schedule, 2)).image)
    testbed.json("model", "register", image, "--name", "digits", account=6)
    return image


def worker_of(testbed: DevnetTestbed, image: Path) -> Worker:
    sender = Sender(testbed.chain, development_accounts(WORKER + 1)[WORKER])
    testbed.plumb("worker", "stake", "1ether", account=WORKER)
    strategy = Honest(Library([image]))
    return testbed.place.worker(WorkerSettings.read(), sender, strategy, None)


def finished(testbed: DevnetTestbed, worker: Worker) -> None:
    testbed.work(worker)
    testbed.travel(600)
    testbed.work(worker)


def test_picture_of_a_seed_is_asked_for(testbed: DevnetTestbed, digits: Path) -> None:
    options = ("--label", 3, "--seed", SEED.hex())
    model = tinynn.load(digits)
    drawing = Drawing.of(model.tables)
    assert drawing is not None
    answer = model.answer(drawing.request(SEED, 3))
    foretold = testbed.json("request", "simulate", "digits", *options)
    assert foretold["bytes"] == "0x" + answer.hex()
    told = testbed.json("request", "send", "digits", *options)
    finished(testbed, worker_of(testbed, digits))
    found = testbed.json("request", "wait", told["request_id"])
    assert found["outputs"]["pixels"] == [
        list(answer[i : i + 4]) for i in range(0, 16, 4)
    ]


def test_block_draws_a_seed(testbed: DevnetTestbed, digits: Path) -> None:
    """The first 28 bytes; the fee is the whole of it, whatever the pixels are."""
    told = testbed.json("request", "send", "digits", "--label", 5)
    oracle = testbed.contracts.oracle
    meter = testbed.chain.call(oracle, "getMeter", told["request_id"])
    assert meter.seed_block and meter.pass_price == 0
    for _ in range(36):
        testbed.travel(12)
    finished(testbed, worker_of(testbed, digits))
    found = testbed.json("request", "wait", told["request_id"])
    record = Record(testbed.chain, testbed.contracts)
    record.refresh()
    data = record.tables.requests[told["request_id"]].input
    model = tinynn.load(digits)
    drawing = Drawing.of(model.tables)
    assert drawing is not None
    seed, label = drawing.asked(data)
    assert any(seed[:28]) and seed[28:] == bytes(4) and label == 5
    assert sum(found["outputs"]["pixels"], []) == list(model.answer(data))


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ((), "label: expected an int32, got None"),
        (("--label", 1 << 31), "label: expected an int32"),
        (("--label", 3, "--text", "x"), "expected no input with it"),
        (("--label", 3, "--seed", "abcd"), "block, own, or 32 bytes in hexadecimal"),
    ],
)
def test_what_a_drawing_is_not_is_told(
    testbed: DevnetTestbed, digits: Path, options: tuple[object, ...], told: str
) -> None:
    ended = testbed.plumb("request", "send", "digits", *options)
    assert ended.status == 2
    assert told in " ".join(ended.err.replace("│", " ").split())
