"""The committed digit reader on real digits: native, plain numpy, the machine."""

import gzip
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from support.images.models import Floats, assert_guest_agrees

import tinynn
from tinynn import Model, models
from tinynn.memory.floatmode import exact_floats

IDX_HEADER_BYTES = 16
PIXELS = 784


@pytest.fixture(scope="module")
def model() -> Model:
    return tinynn.load(models.path("mnist"))


@pytest.fixture(scope="module")
def digits(shared_data: Path) -> NDArray[np.uint8]:
    raw = gzip.decompress(
        (shared_data / "mnist/t10k-images-idx3-ubyte.gz").read_bytes()
    )
    return np.frombuffer(raw, np.uint8, offset=IDX_HEADER_BYTES).reshape(-1, PIXELS)


def plain_dense(model: Model, index: int, x: Floats) -> Floats:
    """Strictly in order over k, for many rows of x at once."""
    row = [op for op in model.tables.operators if op.opcode == 2][index]
    image = model.image
    w, bias = (
        image[source.address - 0x8000_0000 :][: 4 * source.count]
        .view("<f4")
        .reshape(source.shape)
        for source in row.sources[1:]
    )
    total = np.zeros((len(x), len(bias)), np.float32)
    for k in range(len(w)):
        total += x[:, k : k + 1] * w[k]
    return total + bias


def plain_softmax(x: Floats) -> Floats:
    """By the text of docs/float.md, with numpy's one operation at a time."""
    f32 = np.float32
    z = x - x.max(axis=1, keepdims=True)
    shifted = z * f32(1.44269504) + f32(12582912)
    n = shifted - f32(12582912)
    r = (z - n * f32(0.693359375)) - n * f32(-2.12194440e-4)
    p = np.full_like(z, 1.9910211e-4)
    for c in (1.3946922e-3, 8.3332798e-3, 4.1666258e-2, 1.6666667e-1, 0.5):
        p = p * r + f32(c)
    e = (r * r * p + r) + f32(1)
    y = np.ldexp(e, n.astype(np.int32))
    total = np.zeros((len(x), 1), np.float32)
    for i in range(x.shape[1]):
        total += y[:, i : i + 1]
    return y / total


def test_digits_native_equals_the_plain_definition_on_1000(
    model: Model, digits: NDArray[np.uint8]
) -> None:
    chosen = digits[:1000]
    factor = np.uint32(model.tables.operators[0].attributes[0]).view(np.float32)
    with exact_floats():
        x = chosen.astype(np.float32) * factor
        x = np.maximum(plain_dense(model, 0, x), np.float32(0))
        expected = plain_softmax(plain_dense(model, 1, x))
    for image, row in zip(chosen, expected, strict=True):
        probabilities, digit = model.run(image)
        assert probabilities.tobytes() == row.tobytes()
        assert digit.tolist() == [row.argmax()]


def test_digits_machine_equals_native_on_20(
    model: Model, digits: NDArray[np.uint8]
) -> None:
    for image in digits[::500]:
        assert_guest_agrees(model, image.tobytes())


def test_digits_segments_of_a_dispute_are_short(model: Model) -> None:
    """One dissection of 32 reaches a segment."""
    assert model.segments <= 32
