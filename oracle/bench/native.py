"""How much bit-exactness costs an ordinary inference: our kernels beside BLAS.

Both on one thread. BLAS reads how many it may use when it is loaded, so the measuring
is done by a process of its own: `python -m oracle.bench.native` prints it as JSON.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Final

import numpy as np
from numpy.typing import NDArray

import tinynn
from mips_vm.constants import MODEL
from oracle.bench.figure import Figure, least_seconds
from tinynn import GraphBuilder, gemm, models
from tinynn.operators import Operand, dense
from tinynn.operators.numbers import canonicalise

Floats = NDArray[np.float32]

WIDE: Final = 4096
ROWS, TERMS, COLUMNS = 512, 768, 768
PEER: Final = "numpy with BLAS"
ONE_THREAD: Final = {
    f"{library}_NUM_THREADS": "1" for library in ("OMP", "OPENBLAS", "MKL", "NUMBA")
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
    yield product(WIDE)
    yield matrices()


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


def product(width: int) -> Figure:
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
    """Two matrices, too large for a request: the kernel alone, as operators use it."""
    random = np.random.default_rng(3)
    a = random.normal(size=(ROWS, TERMS)).astype(np.float32)
    b = random.normal(size=(TERMS, COLUMNS)).astype(np.float32)
    c = np.empty((ROWS, COLUMNS), np.float32)
    pack = gemm.packer_of(b.reshape(-1), COLUMNS, 1)

    def multiply() -> None:
        gemm.multiply(a.reshape(-1), TERMS, 1, TERMS, pack, c)
        canonicalise(c.reshape(-1))

    ours, theirs = least_seconds(multiply, lambda: a @ b)
    name = f"matrices {ROWS} x {TERMS} x {COLUMNS}, native"
    return Figure(name, ours * 1e6, "us", PEER, theirs * 1e6)


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
