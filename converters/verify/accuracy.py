"""How far lowered functions are from the truth: `python -m converters.verify.accuracy`.

Each is converted as a model of one node and run over every STEP-th of all 2^32 floats.
Units, and what is left out, are those of tinynn/operators/accuracy.py, which measures
tinynn's own functions. docs/float.md quotes both.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

import tinynn
from converters.graph import GraphLowering, Options
from converters.source import checked
from tinynn.operators.accuracy import Doubles, units_off
from tinynn.operators.numbers import Floats

STEP: Final = 251
WIDTH: Final = 24_000
"""Elements of one run: an input has at most 98304 bytes."""

TRUTHS: Final[Mapping[str, Callable[[Doubles], Doubles]]] = {
    "Tan": np.tan,
    "Asin": np.arcsin,
    "Acos": np.arccos,
    "Atan": np.arctan,
    "Sinh": np.sinh,
    "Cosh": np.cosh,
    "Asinh": np.arcsinh,
    "Acosh": np.arccosh,
    "Atanh": np.arctanh,
}


def model_of(operator: str) -> tinynn.Model:
    """The operator over WIDTH elements."""
    from onnx import TensorProto, helper

    ports = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, (1, WIDTH))
        for name in "xy"
    ]
    node = helper.make_node(operator, ["x"], ["y"])
    graph = helper.make_graph([node], operator, ports[:1], ports[1:])
    opset = helper.make_opsetid("", 20)
    model = helper.make_model(graph, opset_imports=[opset], ir_version=10)
    work = GraphLowering(checked(Path(operator), model, {}), Options(name=operator))
    work.lower_all()
    image = work.build()
    assert image is not None, work.problems
    return tinynn.load(image)


def errors(operator: str, x: Floats, model: tinynn.Model | None = None) -> Doubles:
    """Units in the last place, for each x at which the true value is a float32."""
    model = model or model_of(operator)
    whole = np.resize(x, -(-len(x) // WIDTH) * WIDTH).reshape(-1, WIDTH)
    y = np.concatenate([model.run(row)[0] for row in whole])[: len(x)]
    with np.errstate(all="ignore"):
        truth = TRUTHS[operator](x.astype(np.float64))
    return units_off(y, truth)


def worst(operator: str, step: int = STEP) -> float:
    """The largest error over every `step`-th float."""
    model, most = model_of(operator), 0.0
    stride = WIDTH * step
    for start in range(0, 1 << 32, stride):
        words = np.arange(start, min(start + stride, 1 << 32), step)
        x: NDArray[np.float32] = words.astype(np.uint32).view(np.float32)
        most = max(most, float(errors(operator, x, model).max(initial=0.0)))
    return most


def main() -> None:
    """One line a function."""
    for operator in TRUTHS:
        print(f"{operator:8} {worst(operator):.3f}", flush=True)


if __name__ == "__main__":
    main()
