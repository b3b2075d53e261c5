"""A diffusion model asked from the command line, from a class to a picture."""

import io
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from support.language.echo import echo_image
from support.programs.command import Plumb, plumb_in
from support.testbeds.devnet import DevnetTestbed
from support.tiny_unet import save_unet

import tinynn
from converters.diffusion.conversion import Options, converted
from oracle.chain.local.accounts import development_accounts
from oracle.models.library import Library
from oracle.node.honest import Honest
from oracle.node.roles.roles import WorkerSettings
from oracle.node.worker.worker import Worker
from oracle.png import png
from oracle.requester.metered import Passes, ask_metered
from oracle.requester.requests import Terms
from oracle.sending.sender import Sender
from tinynn.drawing import Drawing

WORKER, SIDE, STEPS = 2, 8, 2
SEED = bytes(range(32))


def image_of(folder: Path, classes: int = 10) -> Path:
    schedule, image = folder / "schedule.json", folder / f"drawer{classes}.plumb"
    schedule.write_text(json.dumps({"_class_name": "DDIMScheduler"}))
    source = save_unet(folder / "unet.onnx", classes=classes)
    image.write_bytes(converted(source, Options(schedule, STEPS)).image)
    return image


@pytest.fixture(scope="module")
def drawer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return image_of(tmp_path_factory.mktemp("drawer"))


@pytest.fixture
def plumb(capsys: pytest.CaptureFixture[str]) -> Plumb:
    return plumb_in(capsys)


def drawn(image: Path, seed: bytes, label: int | None) -> np.ndarray:
    model = tinynn.load(image)
    drawing = Drawing.of(model.tables)
    assert drawing is not None
    pixels = np.frombuffer(model.answer(drawing.request(seed, label)), np.uint8)
    return pixels.reshape(SIDE, SIDE)


def seen(path: Path) -> np.ndarray:
    """By Pillow, which did not write it."""
    with Image.open(path) as picture:
        assert picture.mode == "L"
        return np.array(picture)


@pytest.fixture
def hired(testbed: DevnetTestbed, drawer: Path) -> Worker:
    testbed.json("model", "register", drawer, "--name", "drawer", account=6)
    sender = Sender(testbed.chain, development_accounts(WORKER + 1)[WORKER])
    testbed.plumb("worker", "stake", "1ether", account=WORKER)
    strategy = Honest(Library([drawer]))
    return testbed.place.worker(WorkerSettings.read(), sender, strategy, None)


def finish(testbed: DevnetTestbed, worker: Worker) -> None:
    testbed.work(worker)
    testbed.travel(600)
    testbed.work(worker)


def test_picture_is_asked_for_and_written(
    testbed: DevnetTestbed, hired: Worker, drawer: Path, tmp_path: Path
) -> None:
    options = ("--class", 7, "--seed", SEED.hex())
    foretold = testbed.json("request", "simulate", "drawer", *options)
    assert bytes.fromhex(foretold["bytes"][2:]) == drawn(drawer, SEED, 7).tobytes()
    told = testbed.json("request", "send", "drawer", *options)
    assert told["fee_wei"] == foretold["fee_wei"]
    finish(testbed, hired)
    target = tmp_path / "picture.png"
    found = testbed.json("request", "wait", told["request_id"], "-o", target)
    assert found["status"] == "final"
    assert np.array_equal(seen(target), drawn(drawer, SEED, 7))
    raw = tmp_path / "picture"
    testbed.json("request", "wait", told["request_id"], "-o", raw)
    assert raw.read_bytes() == drawn(drawer, SEED, 7).tobytes()
    refused = testbed.plumb("request", "wait", told["request_id"], "-o", "a.txt")
    assert refused.status == 1 and "a language model's" in refused.err


def test_block_draws_the_seed_by_default(
    testbed: DevnetTestbed, hired: Worker, drawer: Path, tmp_path: Path
) -> None:
    request = testbed.json("request", "send", "drawer", "--class", 3)["request_id"]
    meter = testbed.chain.call(testbed.contracts.oracle, "getMeter", request)
    assert (meter.pass_price, meter.max_passes) == (0, STEPS) and meter.seed_block
    assert testbed.json("request", "status", request)["status"] == "unseeded"
    for _ in range(36):
        testbed.travel(12)
    finish(testbed, hired)
    target = tmp_path / "picture.png"
    testbed.json("request", "wait", request, "-o", target)
    assert not np.array_equal(seen(target), drawn(drawer, bytes(32), 3))
    record = testbed.place.record()
    record.refresh()
    data = record.tables.requests[request].input
    assert any(data[:28]) and data[28:] == bytes(4) + b"\3\0\0\0"
    assert np.array_equal(seen(target), drawn(drawer, data[:32], 3))


def test_price_of_passes_that_pixels_would_count_is_declined(
    testbed: DevnetTestbed, hired: Worker, drawer: Path
) -> None:
    """A picture that begins with black would give the whole fee back."""
    sender = Sender(testbed.chain, development_accounts(2)[1])
    model = tinynn.load(drawer)
    record = testbed.place.record()
    record.refresh()
    known = record.tables.models.items()
    (model_id,) = (i for i, m in known if m.model_root == model.model_root)
    terms = Terms(fee_wei=10**18)
    for price, status in ((10**15, "open"), (0, "claimed")):
        about = (sender, testbed.contracts, model_id, SEED + bytes(4), terms)
        request, _ = ask_metered(*about, Passes(price, STEPS))
        testbed.work(hired)
        assert testbed.json("request", "status", request)["status"] == status
        if price:
            assert hired.declined[request].startswith("pass price: expected none")


@pytest.mark.parametrize(
    ("options", "status", "words"),
    [
        ((), 2, "an input, --text or --class, got none"),
        (("--class", 1, "--text", "x"), 2, "got --text and --class"),
        (("--class", 1, "--seed", "7"), 2, "32 bytes in hexadecimal"),
        (("--class", 1 << 31), 1, "an int32"),
        (("--text", "x"), 1, "the inputs of a language model"),
    ],
)
def test_picture_that_cant_be_asked_for_is_refused(
    testbed: DevnetTestbed,
    hired: Worker,
    options: tuple[object, ...],
    status: int,
    words: str,
) -> None:
    found = testbed.plumb("request", "send", "drawer", *options)
    assert found.status == status and "Traceback" not in found.err
    assert words in " ".join(found.err.replace("│", " ").split())


def test_picture_is_drawn_here(plumb: Plumb, drawer: Path, tmp_path: Path) -> None:
    target = tmp_path / "picture.png"
    command = ("model", "run", drawer, "--class", 7, "-o", target)
    told = plumb(*command, "--seed", SEED.hex(), "--json").json()
    assert told["seed"] == SEED.hex()
    assert np.array_equal(seen(target), drawn(drawer, SEED, 7))
    again = plumb(*command, "--json").json()
    assert again["seed"] != SEED.hex()
    assert np.array_equal(seen(target), drawn(drawer, bytes.fromhex(again["seed"]), 7))
    assert SEED.hex() in plumb(*command, "--seed", SEED.hex()).out.replace("\n", "")


def test_model_without_classes_draws_of_a_seed_alone(
    plumb: Plumb, tmp_path: Path
) -> None:
    image, target = image_of(tmp_path, classes=0), tmp_path / "picture.png"
    told = plumb("model", "run", image, "-o", target, "--json").json()
    seed = bytes.fromhex(told["seed"])
    assert np.array_equal(seen(target), drawn(image, seed, None))
    refused = plumb("model", "run", image, "--class", 1)
    assert refused.status == 1 and "takes a seed only" in refused.err


@pytest.mark.parametrize(
    ("options", "status", "words"),
    [
        (("--seed", SEED.hex()), 1, "label: expected an int32"),
        (("--class", 1, "--seed", "block"), 2, "there is no block here"),
        (("in.json", "--class", 1), 2, "got an input and --class"),
    ],
)
def test_picture_that_cant_be_drawn_is_refused(
    plumb: Plumb,
    drawer: Path,
    options: tuple[object, ...],
    status: int,
    words: str,
) -> None:
    found = plumb("model", "run", drawer, *options)
    assert found.status == status and "Traceback" not in found.err
    assert words in " ".join(found.err.replace("│", " ").split())


def test_class_of_a_model_that_draws_nothing_refused(
    plumb: Plumb, tmp_path: Path
) -> None:
    echo = tmp_path / "echo.plumb"
    echo.write_bytes(echo_image())
    found = plumb("model", "run", echo, "--class", 1)
    assert found.status == 1 and "a model that draws" in found.err
    assert plumb("model", "run", echo).status == 2


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_png_is_what_pillow_reads(channels: int) -> None:
    pixels = np.random.default_rng(channels).integers(0, 256, (5, 9, channels))
    with Image.open(io.BytesIO(png(pixels.astype(np.uint8)))) as picture:
        picture.load()
        assert np.array_equal(np.array(picture).reshape(5, 9, channels), pixels)
