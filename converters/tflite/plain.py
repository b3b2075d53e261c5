"""Numbers that stand for themselves: places in tables, and what is asked of them."""

from typing import Final

from converters.tflite.reading import Node
from converters.tflite.rules import demand, rule
from converters.tflite.sketch import Sketch, code_of

PLAIN: Final = ("int32", "bool", "float32")
OPERATORS: Final = {
    "ADD": "Add",
    "SUB": "Sub",
    "LESS": "Less",
    "GREATER": "Greater",
    "EQUAL": "Equal",
}


def demand_plain(sketch: Sketch, node: Node) -> None:
    for number in (*node.inputs, *node.outputs):
        tensor = sketch.tensor(number)
        demand(tensor.dtype in PLAIN and not tensor.quantised, f"{tensor.name}: bytes")


@rule("LESS", "GREATER", "EQUAL")
def paired(sketch: Sketch, node: Node) -> None:
    demand_plain(sketch, node)
    (result,) = node.outputs
    names = [sketch.as_last(number) for number in node.inputs]
    sketch.give(result, sketch.op(OPERATORS[node.kind], *names), first=False)


@rule("SELECT", "SELECT_V2")
def selected(sketch: Sketch, node: Node) -> None:
    demand_plain(sketch, node)
    (result,) = node.outputs
    names = [sketch.as_last(number) for number in node.inputs]
    sketch.give(result, sketch.op("Where", *names), first=False)


@rule("CAST")
def cast(sketch: Sketch, node: Node) -> None:
    """Floats towards zero."""
    demand_plain(sketch, node)
    (number,), (result,) = node.inputs, node.outputs
    to = code_of(sketch.tensor(result).dtype)
    made = sketch.op("Cast", sketch.as_last(number), to=to)
    sketch.give(result, made, first=False)
