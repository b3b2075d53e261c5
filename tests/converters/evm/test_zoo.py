"""Whatever of the zoo becomes a net of bytes has the model's bits in the EVM."""

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper
from support.chains.nets import NetBox
from support.images.models import assert_guest_agrees
from support.sources.byte_nets import inputs_of

import converters
import tinynn
from converters.errors import ConverterError
from converters.quantise.quantise import quantise
from oracle.bench.nets.zoo_nets import ZOO, Animal
from tinynn import Model, models

GAS = 2**31
"""Some need more than a transaction's: bits are compared here, not prices."""

FITTING = {"mlp_relu", "mnist_8", "depthwise_convnet"}


def of_bytes(path: Path) -> None:
    """The network with bytes for an input, scaled to 0 to 1."""
    model = onnx.load_model(path)
    (x,) = (i for i in model.graph.input if i.name == "x")
    shape = [d.dim_value or 1 for d in x.type.tensor_type.shape.dim]
    model.graph.input.remove(x)
    model.graph.input.append(
        helper.make_tensor_value_info("bytes", TensorProto.UINT8, shape)
    )
    scale = helper.make_tensor("one_255th", TensorProto.FLOAT, [], [1 / 255])
    model.graph.initializer.append(scale)
    cast = helper.make_node("Cast", ["bytes"], ["cast"], to=TensorProto.FLOAT)
    multiplied = helper.make_node("Mul", ["cast", "one_255th"], ["x"])
    nodes = [cast, multiplied, *model.graph.node]
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    onnx.save_model(model, path)


def net_of(animal: Animal, folder: Path) -> Model:
    """Raises ConverterError if it is not all of bytes."""
    path = folder / "net.onnx"
    animal.build(path)
    of_bytes(path)
    model = tinynn.load(converters.convert(path))
    rng = np.random.default_rng(1)
    samples = [
        {s.name: rng.integers(0, 256, s.shape).astype(np.uint8) for s in model.inputs}
        for _ in range(3)
    ]
    return tinynn.load(quantise(model, samples, integers=True).image)


@pytest.mark.slow
@pytest.mark.parametrize("animal", ZOO, ids=[animal.name for animal in ZOO])
def test_whatever_fits_has_equal_bits(animal: Animal, tmp_path: Path) -> None:
    try:
        box = NetBox(net_of(animal, tmp_path))
    except ConverterError as error:
        assert animal.name not in FITTING, error
        return
    assert animal.name in FITTING, "it fits now: say so"
    for data in inputs_of(box.model, 5):
        assert box.run(data, GAS) == box.model.answer(data), data.hex()


@pytest.mark.parametrize("name", ["hand", "painter", "mnist-int8"])
def test_every_net_that_comes_along_has_equal_bits(name: str) -> None:
    box = NetBox(tinynn.load(models.path(name)))
    for data in inputs_of(box.model, 12 if name != "painter" else 4):
        assert box.run(data) == box.model.answer(data), data.hex()


@pytest.mark.parametrize("name", ["hand", "painter"])
def test_pictures_are_the_guests_too(name: str) -> None:
    model = tinynn.load(models.path(name))
    assert_guest_agrees(model, inputs_of(model, 3)[2])
