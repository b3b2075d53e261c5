"""How much bit-exactness costs an ordinary inference: beside BLAS and onnxruntime.

All on one thread. BLAS reads how many it may use when it is loaded, so the measuring
is done by a process of its own: `python -m oracle.bench.native` prints it as JSON.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

import tinynn
from mips_vm.constants import MODEL
from oracle.bench.figure import Figure, least_seconds
from oracle.bench.nets.nets import NETS
from tinynn import GraphBuilder, models
from tinynn.kernels import Batch
from tinynn.memory.space import FlatSpace
from tinynn.operators import Operand, dense
from tinynn.operators.products import Matrix, pack_constant, product

Floats = NDArray[np.float32]

WIDE: Final = 4096
ROWS, TERMS, COLUMNS = 512, 768, 768
PEER: Final = "numpy with BLAS"
RUNTIME: Final = "onnxruntime"
LARGE: Final = "ResNet-20"
TOLERANCE: Final = 1e-3
"""Between answers that are summed in different orders."""

ONE_THREAD: Final = {
    f"{library}_NUM_THREADS": "1" for library in ("OMP", "OPENBLAS", "MKL")
}


def figures() -> Iterator[Figure]:
    """What a process with one thread measures."""
    done = subprocess.run(
        [sys.executable, "-m", __name__],
        env=os.environ | ONE_THREAD,
        stdout=subprocess.PIPE,
        check=True,
    )
    for row in json.loads(done.stdout):
        yield Figure(**row)


def measured() -> Iterator[Figure]:
    """A digit, a product with a matrix that fills the caches, a product of two."""
    yield digit()
    yield layer(WIDE)
    yield matrices()
    for name in NETS:
        yield from network(name)


def digit() -> Figure:
    """One inference of the model that comes with Plumbline."""
    model = tinynn.load(models.path("mnist"))
    image = np.random.default_rng(1).integers(0, 256, 784, dtype=np.uint8)
    layers = dense_layers(model)
    request = image.tobytes()
    ours, theirs = least_seconds(
        lambda: model.answer(request), lambda: perceptron(image, layers)
    )
    return Figure("a digit read, native", ours * 1e6, "us", PEER, theirs * 1e6)


def layer(width: int) -> Figure:
    """A dense layer of `width` inputs and outputs."""
    random = np.random.default_rng(2)
    weight = random.normal(size=(width, width)).astype(np.float32)
    bias = np.zeros(width, np.float32)
    builder = GraphBuilder("wide")
    x = builder.input("x", "float32", (width,))
    builder.output(builder.dense(x, weight, bias), "y")
    model = tinynn.load(builder.build())
    vector = random.normal(size=width).astype(np.float32)
    request = vector.tobytes()
    ours, theirs = least_seconds(
        lambda: model.answer(request), lambda: weight @ vector + bias
    )
    name = f"dense {width} x {width}, native"
    return Figure(name, ours * 1e6, "us", PEER, theirs * 1e6)


def matrices() -> Figure:
    """Two matrices, too large for a request: what an operator calls, b a constant."""
    random = np.random.default_rng(3)
    a = random.normal(size=(ROWS, TERMS)).astype(np.float32)
    b = random.normal(size=(TERMS, COLUMNS)).astype(np.float32)
    c = np.empty((ROWS, COLUMNS), np.float32)
    left, right = Matrix(a.reshape(-1), TERMS, 1), Matrix(b.reshape(-1), COLUMNS, 1)
    packed, bias = pack_constant(right, TERMS, COLUMNS), np.zeros(COLUMNS, np.float32)
    room = FlatSpace.of_image(np.zeros(0, np.uint8)).room
    batch = Batch([*product(left, right, packed, TERMS, bias, c, room)])
    ours, theirs = least_seconds(batch, lambda: a @ b)
    name = f"matrices {ROWS} x {TERMS} x {COLUMNS}, native"
    return Figure(name, ours * 1e6, "us", PEER, theirs * 1e6)


def network(name: str) -> Iterator[Figure]:
    """A whole answer; of a large network also by two threads, beside one."""
    try:
        import converters

        with TemporaryDirectory() as folder:
            path = Path(folder) / "net.onnx"
            NETS[name](path)
            model = tinynn.load(converters.convert(path))
            theirs = session(path)
    except ImportError:  # no onnx, so neither can be run
        yield Figure(f"{name}, native", None, "us", RUNTIME, None)
        return
    x = np.random.default_rng(4).random(model.inputs[0].shape, np.float32)
    request, batch = x.tobytes(), {"x": x[None]}
    actions: list[Callable[[], object]] = [
        lambda: model.answer(request),
        lambda: model.answer(request, threads=2),
    ]
    if theirs is not None:
        run = theirs.run
        (expected,) = run(None, batch)
        np.testing.assert_allclose(model.run(x)[0], expected[0], TOLERANCE, TOLERANCE)
        actions.append(lambda: run(None, batch))
    one, two, *peer = (seconds * 1e6 for seconds in least_seconds(*actions))
    yield Figure(f"{name}, native", one, "us", RUNTIME, peer[0] if peer else None)
    if name == LARGE:
        yield Figure(f"{name}, two threads", two, "us", "one thread", one)


def session(path: Path) -> Any:
    """onnxruntime's session of a model file; None if it is not installed."""
    try:
        import onnxruntime  # type: ignore[import-untyped, import-not-found, unused-ignore]
    except ImportError:
        return None
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(
        str(path), options, providers=["CPUExecutionProvider"]
    )


def dense_layers(model: tinynn.Model) -> list[tuple[Floats, Floats]]:
    """Weights (out, in) and biases of a model's dense operators."""
    layers = []
    for operator in model.tables.operators:
        if operator.opcode != dense.FAMILY.opcode:
            continue
        weight, bias = (constant(model, source) for source in operator.sources[1:])
        layers.append((weight.T.copy(), bias))
    return layers


def constant(model: tinynn.Model, source: Operand) -> Floats:
    start = source.address - MODEL.base
    return (
        model.image[start:][: 4 * source.count].view(np.float32).reshape(source.shape)
    )


def perceptron(
    image: NDArray[np.uint8], layers: Sequence[tuple[Floats, Floats]]
) -> int:
    """What numpy needs for the same answer, without promising its bits."""
    x: Floats = image * np.float32(1 / 255)
    for weight, bias in layers[:-1]:
        x = np.maximum(weight @ x + bias, 0)
    weight, bias = layers[-1]
    logits = weight @ x + bias
    powers = np.exp(logits - logits.max())
    return int((powers / powers.sum()).argmax())


if __name__ == "__main__":
    print(json.dumps([asdict(figure) for figure in measured()]))
