"""One test of ONNX's, converted and run, and where it differs from what is right."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

import tinynn
from converters.graph import UNSOUND, GraphLowering, Options, unbatched
from converters.source import FIRST_OPSET, checked
from converters.unregistered import DEFAULT_DOMAINS
from converters.values import Array, stored_as
from tinynn import Model, TensorSpec

if TYPE_CHECKING:
    from onnx import ModelProto
    from onnx.backend.test.case.test_case import TestCase

Run = Callable[[Model, list[Array]], list[Array]]
WEIGHTS_ARE_NO_INPUTS = 4
"""Since this version of the format a weight need not be an input, too."""

UNITS = {"float16": 2.0**-10, "bfloat16": 2.0**-7}
"""What is right in float32 is so far from what is rounded to these."""

IDLE = "idle"
"""An input that nothing depends on: an image has one."""


class Unfit(Exception):
    """The test can't be converted like this; the message says why."""


def model_of(case: "TestCase") -> "ModelProto":
    assert case.model is not None, "node tests bring their models"
    return case.model


@dataclass(frozen=True, slots=True)
class Attempt:
    """Where the outputs differ from the judge's, and what the conversion noted."""

    differences: tuple[str, ...]
    notes: tuple[str, ...]


def attempt(case: "TestCase", constants: Iterable[int], run: Run) -> Attempt:
    """The test converted and run; raises if it can't be converted."""
    ((inputs, outputs),) = case.data_sets or ()
    model = with_constants(model_of(case), inputs, list(constants))
    source = checked(Path(case.name), model, {})
    work = GraphLowering(source, Options(name="test"))
    work.lower_all()
    image = work.build()
    if image is None:
        problem = work.problems[0]
        if problem.reason.startswith(UNSOUND):
            raise RuntimeError(problem.reason)
        raise Unfit(f"{problem.operator}: {problem.reason}")
    names = [value.name for value in model_of(case).graph.input]
    given = dict(zip(names, inputs, strict=True)) | {IDLE: np.zeros(1, np.float32)}
    loaded = tinynn.load(image)
    arrays = [fitted(given[spec.name], spec) for spec in loaded.inputs]
    actual = dict(zip(source.outputs, run(loaded, arrays), strict=True))
    pairs = zip(source.outputs, outputs, strict=True)
    told = ((name, difference_of(case, y, actual[name])) for name, y in pairs)
    return Attempt(
        tuple(f"{name}: {difference}" for name, difference in told if difference),
        tuple(work.notes.lines()),
    )


def with_constants(
    model: "ModelProto", inputs: Sequence[Any], constants: Sequence[int]
) -> "ModelProto":
    """A copy of the model in which some inputs are weights."""
    from onnx import ModelProto, TensorProto, helper, numpy_helper

    copy = ModelProto()
    copy.CopyFrom(model)
    for entry in copy.opset_import:
        if entry.domain in DEFAULT_DOMAINS:
            entry.version = max(entry.version, FIRST_OPSET)
    copy.ir_version = max(copy.ir_version, WEIGHTS_ARE_NO_INPUTS)
    for index in reversed(constants):
        value = copy.graph.input[index]
        if isinstance(inputs[index], list | None):
            raise Unfit(f"input {value.name!r}: expected a tensor, got another type")
        array = as_array(inputs[index])
        copy.graph.initializer.append(numpy_helper.from_array(array, value.name))
        del copy.graph.input[index]
    if not copy.graph.input:
        idle = helper.make_tensor_value_info(IDLE, TensorProto.FLOAT, (1,))
        copy.graph.input.append(idle)
    return copy


def fitted(array: Any, spec: TensorSpec) -> Array:
    return as_array(array).astype(spec.dtype).reshape(spec.shape)


def difference_of(case: "TestCase", expected: Any, actual: Array) -> str:
    """How an output differs from what it should be, or nothing."""
    wanted = as_array(expected)
    if actual.dtype != wanted.dtype and str(actual.dtype) != stored_as(
        str(wanted.dtype)
    ):
        return f"expected {wanted.dtype}, got {actual.dtype}"
    if actual.shape not in (wanted.shape, unbatched(wanted.shape)):
        return f"expected shape {wanted.shape}, got {actual.shape}"
    close = np.allclose(
        actual.reshape(wanted.shape).astype(np.float64),
        wanted.astype(np.float64),
        rtol=max(case.rtol, UNITS.get(str(wanted.dtype), 0.0)),
        atol=case.atol,
        equal_nan=True,
    )
    return "" if close else f"expected {first(wanted)}, got {first(actual)}"


def as_array(value: Any) -> Array:
    """Types that numpy lacks come as ONNX writes them."""
    from onnx import TensorProto, numpy_helper

    if isinstance(value, TensorProto):
        return numpy_helper.to_array(value)
    return np.asarray(value)


def first(array: Array) -> str:
    return str(array.reshape(-1)[:4].tolist())
