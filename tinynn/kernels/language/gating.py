"""LLVM IR of a function of one number times another, NaNs made canonical.

`gated.{silu, gelu_tanh, gelu_erf}`: words are target, gate, up, count.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

from llvmlite import ir  # type: ignore[import-untyped]

from ..formulas import ONE_NUMBER
from ..lanes import Real
from ..writing import Writer

FUNCTIONS: Final = ("silu", "gelu_tanh", "gelu_erf")


def _module_ir(function: str) -> str:
    name = f"gated.{function}"
    module = ir.Module(name)
    write = Writer(module, name, 4)
    target, gate, up = (write.pointer(i) for i in range(3))
    formula = ONE_NUMBER[function]

    def body(kind: ir.Type, index: ir.Value) -> None:
        x = Real(write, write.load(kind, write.element(gate, index)))
        by = Real(write, write.load(kind, write.element(up, index)))
        y = formula(x) * by
        write.store(write.canonical(y.value), write.element(target, index))

    write.vectors(write.words[3], body)
    write.finish()
    return str(module)


MODULES: Final[Mapping[str, Callable[[], str]]] = {
    f"gated.{function}": partial(_module_ir, function) for function in FUNCTIONS
}
"""By the first two parts of a kernel's name."""
