"""Calls that make one element of many, along an axis, for any part of the result."""

from collections.abc import Iterator

from ..kernels import Call
from ..memory.tensor import Array


def fold_calls(
    kernel: str, x: Array, n: int, inner: int, first: int, y: Array
) -> Iterator[Call]:
    """y is the result's elements from `first` on; x is (rows, n, inner), flat.

    What is left of a row comes first, then whole rows, then a beginning of one.
    """
    done = 0
    while done < len(y):
        row, column = divmod(first + done, inner)
        left = len(y) - done
        if column or left < inner:
            rows, columns = 1, min(inner - column, left)
        else:
            rows, columns = left // inner, inner
        source = x[row * n * inner + column :]
        yield Call(kernel, (y[done:], source, rows, n, inner, columns))
        done += rows * columns
