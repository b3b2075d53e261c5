"""The table of operators that can be lowered: one function for each.

tinynn's own operations take ONNX's inputs and attributes; an operator of the same name
needs an entry here only where it may become something else, or has more forms.

A lowering takes the graph under construction, then the node's inputs in order (`None`
where an optional one is left out), then its attributes as keywords with ONNX's
defaults. It returns the value of the node's output, or a tuple for several. An
attribute that it does not name is refused, so that nothing is ignored in silence. A
keyword `outputs` is no attribute: it asks how many outputs the node has.
"""

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol, TypeVar

from converters.values import Array, Constant, Held, Shape, Span, Value
from tinynn.operators import OPERATIONS
from tinynn.operators.graph import Operation


class Refused(Exception):
    """Raised by a lowering: what about this node can't be expressed."""

    def __init__(self, reason: str, hint: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.hint = hint


class NoSuchOperator(Refused):
    """Neither tinynn nor the table has a word for it; its definition may be lowered."""


class Graph(Protocol):
    """What a lowering may ask of the graph under construction."""

    opset: int

    def known(self, array: Array) -> Constant:
        """A constant of the file, in float32 if it is of other floats."""

    def note(self, text: str) -> None:
        """Tell whoever converts what is lost at the node at hand."""

    def settle(self, value: Value) -> Held:
        """`value` complete: in memory, or a constant; Refused of wide int64."""

    def whole_span(self, x: Held) -> Span | None:
        """Whole numbers between which x surely lies, if any are known."""

    def as_int32(self, value: Value) -> Value:
        """The low bits of an int64; what is computed of them wraps. Else `value`."""

    def op(self, name: str, *values: Value | None, **attributes: Any) -> Value:
        """The only result of an operation of tinynn; NoSuchOperator without one."""

    def ops(
        self, name: str, *values: Value | None, **attributes: Any
    ) -> tuple[Value, ...]:
        """All results of an operation of tinynn; of constants they are constants."""

    def apply(self, operator: str, *values: Value | None, **attributes: Any) -> Value:
        """The first output of ONNX's `operator`, in the words of its newest opset."""

    def reshape(self, value: Value, shape: Shape) -> Value:
        """The same elements under another shape; one length may be -1."""

    def version(self, domain: str) -> int:
        """Of a domain that the model uses."""

    def name_columns(self, scores: Value, names: tuple[str, ...]) -> None:
        """The classes that the columns of an output are about."""


Lowering = Callable[..., Value | tuple[Value, ...]]
Function = TypeVar("Function", bound=Lowering)
LOWERINGS: dict[str, Lowering] = {}

# For an operator that is missing, what usually does in its stead.
WAYS_OUT: Mapping[str, str] = {
    "Bernoulli": "export the model in evaluation mode",
    "BitShift": "multiply or divide by a power of two",
    "Col2Im": "use ConvTranspose with a weight of ones",
    "CumProd": "use Exp of CumSum of Log, of positive numbers",
    "DFT": "use MatMul by a constant matrix of cosines and sines",
    "If": "export with the branch decided, or with branches of equal shapes",
    "ImageDecoder": "decode outside of the model",
    "Loop": "unroll it: export for a fixed number of steps",
    "MaxUnpool": "use ConvTranspose or Resize",
    "Multinomial": "export the logits, and draw outside of the model",
    "NonMaxSuppression": "leave it out, and do it to the outputs",
    "NonZero": "its length depends on data: use Where with a mask",
    "RandomNormal": "make the noise an input",
    "RandomNormalLike": "make the noise an input",
    "RandomUniform": "make the noise an input",
    "RandomUniformLike": "make the noise an input",
    "RoiAlign": "leave it out, and do it to the outputs",
    "STFT": "use Conv by constant windows of cosines and sines",
    "Scan": "unroll it: export for a fixed number of steps",
    "Scatter": "use ScatterElements",
    "SequenceAt": "use Gather of one tensor",
    "SequenceConstruct": "use Concat",
    "SequenceInsert": "use Concat",
    "SplitToSequence": "use Split",
    "StringNormalizer": "tokenise outside of the model",
    "StringSplit": "tokenise outside of the model",
    "TfIdfVectorizer": "tokenise outside of the model",
    "Unique": "its length depends on data: do it outside of the model",
    "Upsample": "use Resize",
}


def lowers(operator: str) -> Callable[[Function], Function]:
    """Enter the decorated function in the table under `operator`."""

    def enter(function: Function) -> Function:
        LOWERINGS[operator] = function
        return function

    return enter


def operation(name: str) -> Operation:
    """tinynn's operation of this name; NoSuchOperator if there is none."""
    if name not in OPERATIONS:
        raise NoSuchOperator(f"tinynn has no {name}", WAYS_OUT.get(name, ""))
    return OPERATIONS[name]


def lower(
    graph: Graph,
    operator: str,
    inputs: Sequence[Value | None],
    attributes: Mapping[str, Any],
    outputs: int = 1,
) -> tuple[Value, ...]:
    """The values of one node; `Refused` if the table or the function says no."""
    function = LOWERINGS.get(operator)
    if function is None:
        operation(operator)
        return graph.ops(operator, *inputs, **attributes)
    known = inspect.signature(function).parameters
    open_ended = any(part.kind is part.VAR_KEYWORD for part in known.values())
    unknown = sorted(
        name
        for name in attributes
        if name not in known or known[name].kind is not inspect.Parameter.KEYWORD_ONLY
    )
    if unknown and not open_ended:
        raise Refused(f"attribute {', '.join(unknown)} has no meaning here")
    asked = {"outputs": outputs} if "outputs" in known else {}
    result = function(graph, *inputs, **attributes, **asked)
    return result if isinstance(result, tuple) else (result,)
