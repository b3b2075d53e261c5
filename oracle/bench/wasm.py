"""The guest in WebAssembly: how much of native speed it has, and how small it is."""

import gzip
import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import numpy as np

import oracle.web
import tinynn
from oracle.bench.figure import Figure, least_seconds
from tinynn import GraphBuilder, models
from tinynn.errors import WasmUnusable
from tinynn.wasm import SIMD, path_of
from tinynn.wasm.runtime import WasmProgram

WIDTH: Final = 1024
PEER: Final = "native"
NODE_SCRIPT: Final = Path(__file__).with_name("node.mjs")
NODE_ROUNDS: Final = 40
EXECUTOR: Final = Path(oracle.web.__file__).parent / "static" / "executor.js"


def figures() -> Iterator[Figure]:
    """Times are the module's in wasmtime, beside native code in the same process; and
    in Node by the page's own executor, as a browser has it."""
    yield Figure("wasm.dense_vs_native", *beside_native(wide(), floats()))
    yield Figure("wasm.node_dense_vs_native", *in_node(wide(), floats()))
    mnist = tinynn.load(models.path("mnist"))
    digit = np.random.default_rng(1).integers(0, 256, 784, dtype=np.uint8)
    yield Figure("wasm.digit_vs_native", *beside_native(mnist, digit.tobytes()))
    module = path_of(SIMD).read_bytes()
    yield Figure("wasm.bytes", len(module), "bytes")
    yield Figure("wasm.gzip_bytes", len(gzip.compress(module, mtime=0)), "bytes")


def beside_native(
    model: tinynn.Model, data: bytes
) -> tuple[float | None, str, str, float | None]:
    """Microseconds of an answer, and native code's; none where wasmtime is absent."""
    try:
        program = WasmProgram(model.image)
    except WasmUnusable:
        return None, "us", PEER, None
    assert program.answer(data) == model.answer(data), "the same bits"
    ours, theirs = least_seconds(
        lambda: program.answer(data), lambda: model.answer(data)
    )
    return ours * 1e6, "us", PEER, theirs * 1e6


def in_node(
    model: tinynn.Model, data: bytes
) -> tuple[float | None, str, str, float | None]:
    """Microseconds of an answer in Node, and native code's; none without Node."""
    node = shutil.which("node")
    if node is None:
        return None, "us", PEER, None
    with TemporaryDirectory() as folder:
        image, given = Path(folder, "image"), Path(folder, "input")
        image.write_bytes(model.image.tobytes())
        given.write_bytes(data)
        executor = Path(folder, "executor.mjs")  # old Nodes tell modules by the name
        executor.write_bytes(EXECUTOR.read_bytes())
        words = (executor, path_of(SIMD), image, given, NODE_ROUNDS)
        command = [node, str(NODE_SCRIPT), *map(str, words)]
        done = subprocess.run(command, capture_output=True, check=True, timeout=300)
    told = json.loads(done.stdout)
    assert told["output"] == f"0x{model.answer(data).hex()}", "the same bits"
    (theirs,) = least_seconds(lambda: model.answer(data))
    return told["seconds"] * 1e6, "us", PEER, theirs * 1e6


def wide() -> tinynn.Model:
    """A dense layer of WIDTH inputs and outputs."""
    random = np.random.default_rng(2)
    weight = random.normal(size=(WIDTH, WIDTH)).astype(np.float32)
    builder = GraphBuilder("wide")
    x = builder.input("x", "float32", (WIDTH,))
    builder.output(builder.dense(x, weight, np.zeros(WIDTH, np.float32)), "y")
    return tinynn.load(builder.build())


def floats() -> bytes:
    """An input for it."""
    return np.random.default_rng(3).normal(size=WIDTH).astype(np.float32).tobytes()
