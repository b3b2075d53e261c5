"""How many instructions the guest needs: counted, so the same on every computer.

The peer's counts are opML's own, of its Go library on Cannon; that is not run here.
"""

from collections.abc import Iterator
from random import Random
from typing import Final

import numpy as np

import tinynn
from mips_vm import Status
from oracle.bench.figure import Figure
from oracle.bench.nets import blocks, forest
from oracle.demo.drawing import draw
from tinynn import GraphBuilder, Model, models
from tinynn.blocks import BlockKind
from tinynn.operators.blocks import MATVEC

PEER: Final = "opML on Cannon"
PEER_PER_PRODUCT: Final = 817
PEER_NET: Final = 14_676_691

PIXELS: Final = 784
DIGITS: Final = 10
BYTE_OUTPUTS: Final = 128
ROWS: Final = 10, 100

BLOCKS: Final = {
    "guest.instructions_per_block_mac": BlockKind.FOUR_MIN,
    "guest.instructions_per_long_block_mac": BlockKind.LONG_FOUR_MIN,
}
"""Groups of 32, each with a scale and a minimum (Q4_1); two levels (Q4_K)."""


def figures() -> Iterator[Figure]:
    """The dense kernel on full and on mostly black pictures; opML's whole net."""
    reader = tinynn.load(models.path("mnist"))
    unit = "instructions"
    full = np.random.default_rng(1).integers(1, 256, PIXELS, dtype=np.uint8)
    yield Figure(
        "guest.instructions_per_mac",
        first_layer(reader, full.tobytes()),
        unit,
        PEER,
        PEER_PER_PRODUCT,
    )
    pictures = drawn_digits()
    per_product = [first_layer(reader, picture) for picture in pictures]
    yield Figure(
        "guest.instructions_per_mac_mnist",
        sum(per_product) / len(pictures),
        unit,
        PEER,
        PEER_PER_PRODUCT,
    )
    net = opml_net()
    whole = sum(sum(instructions(net, picture)) for picture in pictures)
    yield Figure(
        "guest.opml_net_instructions", whole // len(pictures), unit, PEER, PEER_NET
    )
    net = byte_layer()
    yield Figure(
        "guest.instructions_per_int8_mac",
        sum(instructions(net, full.tobytes())) / (PIXELS * BYTE_OUTPUTS),
        unit,
    )
    yield from block_products()
    for name in ("Silu", "Softmax"):
        figure = f"guest.instructions_per_{name.lower()}"
        yield Figure(figure, instructions_per_element(name), unit)
    shallow, deep = (
        sum(instructions(forest.full_forest(depth), forest.row()))
        for depth in (forest.SHALLOW, forest.DEEP)
    )
    steps = forest.TREES * (forest.DEEP - forest.SHALLOW)
    yield Figure("guest.instructions_per_tree_node", (deep - shallow) / steps, unit)


def instructions_per_element(name: str) -> float:
    """Of an operation on rows of usual numbers, with all that a segment takes."""
    builder = GraphBuilder(name)
    builder.output(builder.op(name, builder.input("x", "float32", ROWS)), "y")
    x = np.random.default_rng(4).normal(0, 2, ROWS).astype(np.float32)
    return sum(instructions(tinynn.load(builder.build()), x.tobytes())) / x.size


def drawn_digits() -> list[bytes]:
    """One of each digit, as the demo draws them."""
    return [draw(digit, Random(digit)).tobytes() for digit in range(DIGITS)]


def instructions(model: Model, request: bytes) -> list[int]:
    """Of each segment of an inference in the machine."""
    machine = model.machine(request)
    counts = []
    while machine.status is Status.YIELDED:
        machine.resume()
        counts.append(machine.run())
    return counts


def first_layer(model: Model, request: bytes) -> float:
    """Instructions of a model's first dense operator for each of its products."""
    index, layer = next(
        (index, operator)
        for index, operator in enumerate(model.tables.operators)
        if len(operator.sources) > 1
    )
    spent = spent_on(model, index, request)
    return spent / (layer.sources[0].count * layer.target.count)


def block_products() -> Iterator[Figure]:
    """Of weights in blocks, of both definitions."""
    for name, kind in BLOCKS.items():
        yield Figure(name, block_product(kind), "instructions")


def block_product(kind: BlockKind) -> float:
    """Instructions of a matrix of block weights for each of its products; the vector's
    bytes are made by others."""
    model = blocks.product(kind)
    opcodes = [operator.opcode for operator in model.tables.operators]
    index = opcodes.index(MATVEC.opcode)
    return spent_on(model, index, blocks.vector()) / blocks.PRODUCTS


def spent_on(model: Model, operator: int, request: bytes) -> int:
    """Instructions of all segments of one of its operators."""
    counts = instructions(model, request)
    return sum(
        count
        for count, row in zip(counts, model.tables.segments, strict=True)
        if row.operator == operator
    )


def opml_net() -> Model:
    """784-20-10 with made-up weights; opML's example has this shape."""
    rng = np.random.default_rng(2)
    builder = GraphBuilder("784-20-10")
    x = builder.scale_u8(builder.input("image", "uint8", (PIXELS,)), 1 / 255)
    for width in (20, DIGITS):
        weight = rng.normal(0, x.count**-0.5, (width, x.count)).astype(np.float32)
        x = builder.dense(x, weight, np.zeros(width, np.float32))
        if width != DIGITS:
            x = builder.relu(x)
    x = builder.softmax(x)
    builder.output(x, "probabilities")
    builder.output(builder.argmax(x), "digit")
    return tinynn.load(builder.build())


def byte_layer() -> Model:
    """One dense layer of bytes, 784-128: ONNX's QLinearMatMul with made-up weights."""
    rng = np.random.default_rng(3)
    builder = GraphBuilder("784-128 of bytes")
    weight = rng.integers(-127, 128, (PIXELS, BYTE_OUTPUTS)).astype(np.int8)
    scale, weight_scale = np.array([0.01], np.float32), np.array([0.001], np.float32)
    zero, weight_zero = np.array([9], np.uint8), np.array([0], np.int8)
    x = builder.view(builder.input("x", "uint8", (PIXELS,)), (1, PIXELS))
    y = builder.op(
        "QLinearMatMul",
        *(x, scale, zero),
        *(weight, weight_scale, weight_zero),
        *(scale, zero),
    )
    builder.output(y, "y")
    return tinynn.load(builder.build())
