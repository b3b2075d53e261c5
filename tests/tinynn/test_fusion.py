"""What an answer runs: fewer steps, elsewhere in memory, and the segments' bytes."""

from collections.abc import Callable

import numpy as np
import pytest
from support.images.models import random_floats

import tinynn
from tinynn import GraphBuilder, Value
from tinynn.execution.fusion import steps_of

SHAPE = (1, 4, 8, 8)


class Net(GraphBuilder):
    """Pictures of four channels, and convolutions that keep their shape."""

    def conv(self, x: Value) -> Value:
        rng = np.random.default_rng(len(self._nodes))
        weights, bias = random_floats(rng, 4, 4, 3, 3), random_floats(rng, 4)
        return self.op("Conv", x, weights, bias, pads=(1, 1, 1, 1))


def chain(net: Net, x: Value) -> list[Value]:
    for _ in range(3):
        x = net.relu(net.conv(x))
    return [x]


def shortcut(net: Net, x: Value) -> list[Value]:
    y = net.relu(net.conv(x))
    return [net.op("Add", net.relu(net.conv(y)), y)]


def two_readers(net: Net, x: Value) -> list[Value]:
    y = net.conv(x)
    return [net.op("Add", net.relu(y), y)]


def an_output(net: Net, x: Value) -> list[Value]:
    y = net.conv(x)
    return [y, net.relu(y)]


def seen_otherwise(net: Net, x: Value) -> list[Value]:
    y = net.relu(net.view(net.conv(x), (16, 16)))
    return [net.op("MatMul", y, random_floats(np.random.default_rng(7), 16, 3))]


def read_late(net: Net, x: Value) -> list[Value]:
    y = net.conv(x)
    z = net.op("Neg", net.op("Sub", x, x))
    return [net.op("Add", net.relu(y), z)]


def no_convolution(net: Net, x: Value) -> list[Value]:
    return [net.relu(net.op("Neg", x))]


FUSED: dict[Callable[[Net, Value], list[Value]], int] = {
    chain: 3,
    shortcut: 2,
    two_readers: 0,
    an_output: 0,
    seen_otherwise: 1,
    read_late: 1,
    no_convolution: 0,
}


@pytest.mark.parametrize("build", FUSED, ids=lambda build: build.__name__)
def test_fused_answer_is_what_the_segments_leave(
    build: Callable[[Net, Value], list[Value]],
) -> None:
    net = Net(build.__name__)
    for i, y in enumerate(build(net, net.input("x", "float32", SHAPE))):
        net.output(y, f"y{i}")
    model = tinynn.load(net.build())
    data = random_floats(np.random.default_rng(1), *SHAPE).tobytes()
    execution = model.execution(data)
    execution.seek(model.segments)
    for _ in range(2):
        assert model.answer(data) == execution.machine.output()
    steps = steps_of(model.tables)
    assert len(steps.steps) == len(model.tables.operators) - FUSED[build]
    assert not steps.begins_empty
