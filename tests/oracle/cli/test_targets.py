"""A file that is written is none of those that are read, under whichever name."""

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from support.programs.command import Plumb, plumb_in
from support.sources.onnx_nets import floats, node, save_net

from tinynn import models

MNIST = models.path("mnist")


@pytest.fixture
def plumb(capsys: pytest.CaptureFixture[str]) -> Plumb:
    return plumb_in(capsys)


def itself(path: Path) -> Path:
    return path


def symbolic_link(path: Path) -> Path:
    other = path.with_name("link")
    other.symlink_to(path)
    return other


def hard_link(path: Path) -> Path:
    other = path.with_name("hard")
    os.link(path, other)
    return other


def by_a_detour(path: Path) -> Path:
    (path.parent / "beside").mkdir()
    return path.parent / "beside" / ".." / path.name


NAMES = [itself, symbolic_link, hard_link, by_a_detour]


@pytest.mark.parametrize("named", NAMES)
@pytest.mark.parametrize("target", ["source", "samples"])
def test_convert_onto_what_it_reads_is_refused(
    plumb: Plumb, tmp_path: Path, named: Callable[[Path], Path], target: str
) -> None:
    nodes, weights = [node("Gemm", "x w", "y", transB=1)], {"w": floats(3, 4)}
    files = {
        "source": save_net(tmp_path / "net.onnx", nodes, weights=weights),
        "samples": tmp_path / "data.npz",
    }
    np.savez(files["samples"], x=floats(8, 1, 4))
    before = {name: path.read_bytes() for name, path in files.items()}
    ended = plumb(
        *("model", "convert", files["source"], "-o", named(files[target])),
        *("--quantize", "int8", "--calibrate", files["samples"]),
    )
    assert ended.status == 2
    assert "expected a file other than" in ended.err
    assert {name: path.read_bytes() for name, path in files.items()} == before


@pytest.mark.parametrize("named", NAMES)
@pytest.mark.parametrize("target", ["model", "input"])
def test_run_onto_what_it_reads_is_refused(
    plumb: Plumb, tmp_path: Path, named: Callable[[Path], Path], target: str
) -> None:
    files = {"model": tmp_path / "net.plumb", "input": tmp_path / "x.npy"}
    files["model"].write_bytes(MNIST.read_bytes())
    np.save(files["input"], np.zeros(784, np.uint8))
    before = {name: path.read_bytes() for name, path in files.items()}
    ended = plumb("model", "run", *files.values(), "-o", named(files[target]))
    assert ended.status == 2 and "expected a file other than" in ended.err
    assert {name: path.read_bytes() for name, path in files.items()} == before


def test_convert_into_the_folder_that_it_reads_is_refused(
    plumb: Plumb, tmp_path: Path
) -> None:
    source = tmp_path / "saved"
    source.mkdir()
    (source / "saved_model.pb").write_bytes(b"weights")
    target = source / "saved_model.pb"
    ended = plumb("model", "convert", source, "-o", target)
    assert ended.status == 2 and "expected a file other than" in ended.err
    assert target.read_bytes() == b"weights"


def test_run_into_a_pipe_writes_to_it(plumb: Plumb, tmp_path: Path) -> None:
    """As it does to /dev/null, which must not become a file."""
    pipe, pixels = tmp_path / "pipe", tmp_path / "x.npy"
    np.save(pixels, np.zeros(784, np.uint8))
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        assert plumb("model", "run", MNIST, pixels, "-o", pipe).status == 0
        assert len(os.read(reader, 1000)) == 44
    finally:
        os.close(reader)
    assert pipe.is_fifo()
