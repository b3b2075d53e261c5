"""Small models for tests, and the comparison of native execution with the guest's."""

import numpy as np
from numpy.typing import NDArray
from support.images.wasm_twin import Twin

import tinynn
from mips_vm import Status
from tinynn import GraphBuilder, Model

Floats = NDArray[np.float32]


def random_floats(rng: np.random.Generator, *shape: int) -> Floats:
    return rng.standard_normal(shape).astype(np.float32)


def digit_reader(inputs: int = 36, hidden: int = 20, seed: int = 1) -> bytes:
    """An image of bytes -> dense -> relu -> dense -> softmax, and the argmax."""
    rng = np.random.default_rng(seed)
    graph = GraphBuilder("digit reader")
    x = graph.scale_u8(graph.input("image", "uint8", (inputs,)), 1 / 255)
    x = graph.relu(
        graph.dense(x, random_floats(rng, hidden, inputs), random_floats(rng, hidden))
    )
    x = graph.dense(x, random_floats(rng, 10, hidden), random_floats(rng, 10))
    x = graph.softmax(x)
    graph.output(x, "probabilities")
    graph.output(graph.argmax(x), "digit")
    return graph.build()


def dense_layer(weight: Floats, bias: Floats) -> Model:
    """f32 inputs, one dense layer, its results."""
    graph = GraphBuilder("dense layer")
    x = graph.input("x", "float32", (weight.shape[1],))
    graph.output(graph.dense(x, weight, bias), "y")
    return tinynn.load(graph.build())


def single_operator(name: str, inputs: int) -> Model:
    """f32 inputs, one of relu, softmax, argmax, its results."""
    graph = GraphBuilder(name)
    x = graph.input("x", "float32", (inputs,))
    graph.output(getattr(graph, name)(x), "y")
    return tinynn.load(graph.build())


def assert_guest_agrees(model: Model, data: bytes) -> bytes:
    """Runs both, compares the state root at every boundary; the output.

    Also holds each segment's instructions against what was foretold, and the guest as a
    WebAssembly module against the guest.
    """
    native = model.execution(data)
    machine = model.machine(data)
    twin = Twin(model, data)
    assert machine.state_root() == native.machine.state_root()
    while machine.status is Status.YIELDED:
        machine.resume()
        steps = machine.run()
        assert steps <= model.bounded_instructions[native.row], native.index
        native.advance()
        assert machine.status is native.machine.status, native.index
        assert machine.state_root() == native.machine.state_root(), native.index
        twin.follow(machine)
    assert native.index == native.segments
    assert machine.status is Status.HALTED
    model.answer(bytes(len(data)))  # leaves nothing behind in the memory that it used
    assert machine.output() == model.answer(data) == native.machine.output()
    twin.finish(machine.output())
    return machine.output()
