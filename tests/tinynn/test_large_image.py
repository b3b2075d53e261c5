"""An image as large as its region is mapped: only what an inference touches is read."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import tinynn
from mips_vm.constants import MODEL
from mips_vm.hashing.tree import region_root_of
from tinynn import GraphBuilder
from tinynn.blocks import BlockKind, BlockTensor
from tinynn.blocks.kinds import tensor_bytes
from tinynn.image.image import decode, encode
from tinynn.memory.tensor import TensorType

WIDTH = 4096
ROWS = (MODEL.size >> 14) - 1
LAST = np.arange(WIDTH, dtype=np.float32) + 1

SCRIPT = r"""
import re, sys
from pathlib import Path
import numpy as np, tinynn
model = tinynn.load(sys.argv[1])
y = [model.run(np.array([row], np.int32))[0] for row in (-1, 0, -1)]
print(int(y[0][0, 5]), int(y[1].any()), int((y[2] == y[0]).all()))
print(model.execution(np.int32([-1]).tobytes()).segments)
# Not getrusage's figure, which survives exec: the parent's would count.
peak = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
print(int(peak[1]) >> 10)
"""


def table_lookup(rows: int) -> bytes:
    """An image's tables: a row of a table of numbers, which follows."""
    graph = GraphBuilder("rows")
    index = graph.input("row", "int32", (1,))
    table = graph.constant(np.ones((2, WIDTH), np.float32))
    (row,) = graph.ops("Gather", table, index, axis=0)
    graph.output(row, "y")
    tables = decode(np.frombuffer(graph.build(), np.uint8))
    (gather,) = tables.operators
    large = replace(gather.sources[0], type=TensorType("float32", (rows, WIDTH)))
    start = large.address - MODEL.base
    changed = replace(gather, sources=(large, *gather.sources[1:]))
    size = start + large.type.size
    return encode(replace(tables, operators=(changed,), image_bytes=size))


@pytest.fixture
def two_gib(tmp_path: Path) -> Path:
    """Nearly: a file with a hole where all rows but the last would lie."""
    path, head = tmp_path / "large.plumb", table_lookup(ROWS)
    with path.open("wb") as file:
        file.write(head)
        file.seek(len(head) + 4 * WIDTH * (ROWS - 1))
        file.write(LAST.tobytes())
    assert path.stat().st_size > MODEL.size - (1 << 15)
    if path.stat().st_blocks > 1 << 16:
        pytest.skip("this file system has no sparse files")
    return path


def test_image_of_two_gib_is_mapped_and_answers_from_its_end(two_gib: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(two_gib)],
        capture_output=True,
        text=True,
        check=True,
    )
    numbers, segments, mib = done.stdout.split("\n")[:3]
    assert numbers.split() == ["6", "0", "1"]
    assert int(segments) >= 1
    assert int(mib) < 700


def test_model_root_of_several_parts_is_that_of_the_whole() -> None:
    head = table_lookup(300)
    table = np.random.default_rng(1).random((300, WIDTH), np.float32)
    image = head + table.tobytes()
    assert len(image) > 1 << 22
    model = tinynn.load(image)
    assert model.model_root == region_root_of(image, MODEL.depth)


@pytest.mark.parametrize("how", ["table", "dense", BlockKind.FOUR])
def test_weights_that_are_packed_or_in_blocks_are_not_copied(
    how: str | BlockKind,
) -> None:
    """Other images of a medium size are copied to large pages."""
    rng = np.random.default_rng(2)
    graph, columns, rows = GraphBuilder("medium"), 1024, 1 << 13
    x = graph.input("x", "float32", (columns,))
    weight = np.zeros((rows >> 2, columns), np.float32)
    if how == "table":
        y = graph.op("Gather", weight, graph.op("Cast", x, to="int32"), axis=0)
        y = graph.op("ReduceMax", y, axes=(0,))
    elif how == "dense":
        y = graph.dense(x, weight, np.zeros(rows >> 2, np.float32))
    else:
        assert isinstance(how, BlockKind)
        size = tensor_bytes(how, rows, columns)
        data = rng.integers(0, 256, size, dtype=np.uint8)
        y = graph.block_matvec(x, BlockTensor(how, rows, columns, data))
    graph.output(y, "y")
    model = tinynn.load(graph.build())
    assert model.image.size > 1 << 22
    assert np.shares_memory(model._resident, model.image) == (how != "table")
