"""`plumb model run`: what goes in in any form comes out in any form."""

import io
import json
from pathlib import Path

import numpy as np
import pytest
from support.programs.command import Plumb, plumb_in

import tinynn
from oracle.layout import layout
from oracle.pixels import as_pixels
from tinynn import GraphBuilder, models

images = pytest.importorskip("PIL.Image", reason="Pillow is not installed")


@pytest.fixture
def plumb(capsys: pytest.CaptureFixture[str]) -> Plumb:
    return plumb_in(capsys)


def saved(folder: Path, *outputs: tuple[str, tuple[int, ...]], name: str = "m") -> Path:
    """A model that gives 48 float32 inputs back under names and in shapes."""
    graph = GraphBuilder("mirror")
    x = graph.input("x", "float32", (48,))
    for output, shape in outputs:
        graph.output(graph.view(graph.op("Identity", x), shape), output)
    path = folder / f"{name}.plumb"
    path.write_bytes(graph.build())
    return path


@pytest.fixture
def numbers(tmp_path: Path) -> np.ndarray:
    x = np.linspace(-1, 1, 48).astype(np.float32)
    np.save(tmp_path / "x.npy", x)
    return x


def test_run_writes_every_form(
    plumb: Plumb, tmp_path: Path, numbers: np.ndarray
) -> None:
    model = saved(tmp_path, ("file", (6, 8)))
    for suffix in ("npy", "npz", "json", "png", "bin"):
        target = tmp_path / f"y.{suffix}"
        told = plumb("model", "run", model, tmp_path / "x.npy", "-o", target, "--json")
        assert told.json()["file"] == str(target)
    expected = numbers.reshape(6, 8)
    assert np.load(tmp_path / "y.npy").tolist() == expected.tolist()
    with np.load(tmp_path / "y.npz") as archive:
        assert archive["file"].tolist() == expected.tolist()
    assert json.loads((tmp_path / "y.json").read_text()) == {"file": expected.tolist()}
    assert (tmp_path / "y.bin").read_bytes() == numbers.tobytes()
    with images.open(tmp_path / "y.png") as picture:
        assert picture.mode == "L" and picture.size == (8, 6)
        levels = np.asarray(picture)
    assert (levels[0, 0], levels[-1, -1]) == (0, 255)
    assert np.all(np.diff(levels.reshape(-1).astype(int)) > 0)


@pytest.mark.parametrize("suffix", ["npy", "npz", "json", "bin"])
def test_run_reads_what_it_wrote(
    plumb: Plumb, tmp_path: Path, numbers: np.ndarray, suffix: str
) -> None:
    model, target = saved(tmp_path, ("x", (48,))), tmp_path / f"y.{suffix}"
    plumb("model", "run", model, tmp_path / "x.npy", "-o", target)
    again = plumb("model", "run", model, target, "--json").json()
    assert again["bytes"] == "0x" + numbers.tobytes().hex()


@pytest.mark.parametrize("shape", [(4, 4, 3), (3, 4, 4)])
def test_run_picture_of_colours_comes_back(
    plumb: Plumb, tmp_path: Path, shape: tuple[int, ...]
) -> None:
    """Channels first or last; 0 to 255 as the picture has it."""
    graph = GraphBuilder("colours")
    x = graph.input("x", "uint8", shape)
    graph.output(graph.op("Identity", x), "y")
    (tmp_path / "m.plumb").write_bytes(graph.build())
    pixels = np.random.default_rng(1).integers(0, 256, (4, 4, 3), dtype=np.uint8)
    images.fromarray(pixels).save(tmp_path / "x.png")
    target = tmp_path / "y.png"
    files = (tmp_path / "m.plumb", tmp_path / "x.png")
    told = plumb("model", "run", *files, "-o", target, "--json").json()
    first = np.array(told["outputs"]["y"])
    moved = first.transpose(1, 2, 0) if shape[0] == 3 else first
    assert moved.tolist() == pixels.tolist()
    with images.open(target) as picture:
        assert np.asarray(picture).tolist() == pixels.tolist()


def test_run_one_of_several_outputs(
    plumb: Plumb, tmp_path: Path, numbers: np.ndarray
) -> None:
    model = saved(tmp_path, ("scores", (48,)), ("picture", (1, 4, 12)))
    files = ("model", "run", model, tmp_path / "x.npy")
    # Only one of them can be a picture.
    assert plumb(*files, "-o", tmp_path / "y.png").status == 0
    with images.open(tmp_path / "y.png") as picture:
        assert picture.size == (12, 4)
    ended = plumb(*files, "-o", tmp_path / "y.npy")
    assert ended.status == 1 and "--take" in ended.err
    assert not (tmp_path / "y.npy").exists()
    told = plumb(*files, "-o", tmp_path / "y.npy", "--take", "scores", "--json").json()
    assert list(told["outputs"]) == ["scores"]
    assert np.load(tmp_path / "y.npy").tolist() == numbers.tolist()
    ended = plumb(*files, "--take", "digit")
    assert ended.err == "plumb: output: expected scores or picture, got digit\n"


def test_run_of_no_picture_says_so(
    plumb: Plumb, tmp_path: Path, numbers: np.ndarray
) -> None:
    model, target = saved(tmp_path, ("scores", (48,))), tmp_path / "y.png"
    ended = plumb("model", "run", model, tmp_path / "x.npy", "-o", target)
    assert ended.status == 1 and not target.exists()
    assert "expected an output of height, width" in ended.err
    assert ended.err.endswith("got scores (48,)\n") and ended.err.count("\n") == 1


@pytest.mark.parametrize("text", ["1", "1:1", "2:-2", "a:b", "0:inf", "nan:1"])
def test_run_range_must_be_one(plumb: Plumb, text: str) -> None:
    ended = plumb("model", "run", "mnist", "x.bin", "--range", text)
    assert ended.status == 2 and "LOW:HIGH" in ended.err


@pytest.mark.parametrize("read", ["m.plumb", "x.npy"])
def test_run_over_a_file_that_it_reads_refused(
    read: str, plumb: Plumb, tmp_path: Path, numbers: np.ndarray
) -> None:
    model = saved(tmp_path, ("y", (6, 8)))
    before = (tmp_path / read).read_bytes()
    (tmp_path / "out").symlink_to(read)
    for target in (tmp_path / read, tmp_path / "out"):
        ended = plumb("model", "run", model, tmp_path / "x.npy", "-o", target)
        assert ended.status == 2 and "expected a file other than" in ended.err
    assert (tmp_path / read).read_bytes() == before


def test_run_by_threads_gives_the_same(plumb: Plumb, tmp_path: Path) -> None:
    data = bytes(range(256)) * 3 + bytes(16)
    (tmp_path / "x.bin").write_bytes(data)
    told = plumb("model", "run", "mnist", tmp_path / "x.bin", "--threads", 2, "--json")
    answer = tinynn.load(models.path("mnist")).answer(data)
    assert told.json()["bytes"] == "0x" + answer.hex()


def test_run_file_that_is_no_picture_is_refused(plumb: Plumb, tmp_path: Path) -> None:
    whole = io.BytesIO()
    pixels = np.random.default_rng(2).integers(0, 256, (28, 28), dtype=np.uint8)
    images.fromarray(pixels).save(whole, "PNG")
    (tmp_path / "x.png").write_bytes(whole.getvalue()[:300])
    ended = plumb("model", "run", "mnist", tmp_path / "x.png")
    assert ended.status == 1
    assert ended.err.endswith("x.png: expected a picture, got something else\n")


@pytest.mark.parametrize(
    ("numbers", "levels"),
    [
        ([0, 0.5, 1], [0, 128, 255]),
        ([-1, 0, 1], [0, 128, 255]),
        ([0, 127, 255], [0, 127, 255]),
        ([-3, 0, 3], [0, 128, 255]),
        ([0, np.nan, np.inf, -np.inf], [0, 0, 255, 0]),
        ([0, 0, 0], [0, 0, 0]),
    ],
)
def test_numbers_become_levels_of_a_usual_range(
    numbers: list[float], levels: list[int]
) -> None:
    assert as_pixels(np.float32(numbers), None).tolist() == levels


@pytest.mark.parametrize(
    ("shape", "found"),
    [
        ((28, 28), ((28, 28), 1, False)),
        ((1, 1, 28, 30), ((28, 30), 1, False)),
        ((28, 30, 1), ((28, 30), 1, False)),
        ((1, 5, 6, 3), ((5, 6), 3, False)),
        ((3, 5, 6), ((5, 6), 3, True)),
        ((10,), None),
        ((2, 5, 6), None),
        ((1, 10), None),
    ],
)
def test_layout_of_a_picture(shape: tuple[int, ...], found: object) -> None:
    assert layout(shape) == found
