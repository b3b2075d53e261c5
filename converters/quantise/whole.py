"""Images without floats, whose every bit a contract can make.

What is compared are the exact sums: a product whose channels are compared with each
other has one scale, softmax before an argmax or an output is left out, since it changes
no order, and argmax is of int32.
"""

from dataclasses import dataclass

from converters.errors import BadOption
from converters.quantise.forms import Forms, Rewriter
from converters.quantise.ranges import Homes
from tinynn import Model, load
from tinynn.builder.graph import Value as Handle
from tinynn.operators import FAMILIES
from tinynn.operators.graph import Home, Result

SOFTMAX = ("softmax", "log_softmax")
PRODUCTS = ("dense", "matmul", "conv")
MOVES = ("strided",)


@dataclass(frozen=True, slots=True)
class Ends:
    """Where the image ends: softmax that is left out, argmax that compares sums, and
    the products before them."""

    dropped: frozenset[int] = frozenset()
    compared: frozenset[int] = frozenset()
    even: frozenset[int] = frozenset()

    @classmethod
    def of(cls, model: Model, homes: Homes) -> "Ends":
        names = [FAMILIES[op.opcode].name for op in model.tables.operators]
        users: dict[Home, set[int]] = {}
        for index, sources in enumerate(homes.sources):
            for home in sources:
                if home is not None:
                    users.setdefault(home, set()).add(index)
        compared = {index for index, name in enumerate(names) if name == "argmax"}
        dropped = {
            index
            for index, name in enumerate(names)
            if name in SOFTMAX and users.get(Result(index), set()) <= compared
        }
        starts = [homes.sources[index][0] for index in compared]
        starts += homes.outputs
        found = (product_of(home, names, homes) for home in starts)
        even = frozenset(index for index in found if index is not None)
        return cls(frozenset(dropped), frozenset(compared), even)


def product_of(home: Home | None, names: list[str], homes: Homes) -> int | None:
    """The product whose sums are compared there, through softmax and moves."""
    while isinstance(home, Result):
        if names[home.index] in PRODUCTS:
            return home.index
        if names[home.index] not in (*SOFTMAX, *MOVES):
            return None
        home = homes.sources[home.index][0]
    return None


def rewritten_end(work: Rewriter, index: int, ends: Ends) -> bool:
    """Whether the operator was one of the image's ends, and is done."""
    forms = work.source(index)
    if forms is None or forms.sums is None or forms.cut is not None:
        return False
    if index in ends.dropped:
        work.forms[Result(index)] = forms
        return True
    if index not in ends.compared or forms.sums.scales.size > 1:
        return False
    operator = work.operators[index]
    axis, least = operator.attributes
    x = work.builder.view(forms.sums.handle, operator.sources[0].shape)
    name = "ArgMin" if least else "ArgMax"
    work.others[Result(index)] = work.builder.op(name, x, axis=axis)
    return True


def give_out(work: Rewriter, model: Model) -> None:
    """The outputs: what was no float, and sums or bytes of what was one."""
    for home, tensor in zip(work.homes.outputs, model.tables.outputs, strict=True):
        name, shape = tensor.spec.name, tensor.spec.shape
        if home in work.others:
            handle = work.others[home]
        else:
            handle, suffix = given(work, work.forms[home])
            name += suffix
        work.builder.output(work.builder.view(handle, shape), name)


def given(work: Rewriter, forms: Forms) -> tuple[Handle, str]:
    """Sums, if they are what the tensor is; else bytes on its grid."""
    if forms.sums is not None and forms.cut is None:
        return forms.sums.handle, "_sums"
    return work.as_bytes(forms)[0], "_bytes"


def checked(work: Rewriter) -> bytes:
    """The image. BadOption if there is a float in it."""
    image = work.builder.build()
    tables = load(image).tables
    left = [
        f"{FAMILIES[operator.opcode].name} #{index}"
        for index, operator in enumerate(tables.operators)
        if "float32" in (operator.target.dtype, operator.sources[0].dtype)
    ]
    left += [f"input {t.spec.name}" for t in tables.inputs if t.spec.dtype == "float32"]
    if left:
        expected = "operators that there are on bytes, and inputs of bytes"
        raise BadOption("--integers", expected, ", ".join(left))
    return image
