"""Native kernels: Python functions that numba compiles on their first call.

Strict IEEE-754: no fast-math flag, so neither reassociation nor fused multiply-add, and
division follows numpy (no exception on zero). Importing compiles nothing.
"""

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any, Final, Generic, ParamSpec, TypeVar

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")

OPTIONS: Final[Mapping[str, Any]] = {"error_model": "numpy", "nogil": True}
"""What numba is told of every kernel."""


class Kernel(Generic[Parameters, Result]):
    """A function in numba's subset of Python, over arrays that do not overlap."""

    def __init__(self, function: Callable[Parameters, Result]) -> None:
        self.function = function
        self.__doc__ = function.__doc__

    def __call__(self, *args: Parameters.args, **kwargs: Parameters.kwargs) -> Result:
        try:
            result: Result = self.dispatcher(*args, **kwargs)
        except Exception:
            # A kernel raises nothing; a damaged entry of numba's cache makes its
            # loading raise nearly anything. Compiled afresh, it is the same kernel.
            import numba

            self.dispatcher = numba.njit(**OPTIONS)(self.function)
            result = self.dispatcher(*args, **kwargs)
        return result

    @cached_property
    def dispatcher(self) -> Any:
        """numba's compiled function; `inspect_llvm()` shows its code."""
        import numba

        try:
            return numba.njit(cache=True, **OPTIONS)(self.function)
        except RuntimeError:  # no folder that a cache could be written to
            return numba.njit(**OPTIONS)(self.function)


def kernel(function: Callable[Parameters, Result]) -> Kernel[Parameters, Result]:
    """Decorator: `function` as a Kernel."""
    return Kernel(function)
