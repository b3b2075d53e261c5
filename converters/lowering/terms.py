"""Formulas over tensors: `Term` gives arithmetic to the values of a graph."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from converters.registry import Graph
from converters.values import Value, number
from tinynn.operators.numbers import float_of


def floats(*words: int) -> tuple[float, ...]:
    """The float32 numbers that words hold."""
    return tuple(float(float_of(word)) for word in words)


@dataclass(frozen=True, slots=True)
class Term:
    """A tensor under construction; numbers are rounded to float32."""

    graph: Graph
    value: Value

    def of(self, operator: str, *others: Term | float) -> Term:
        """ONNX's operator of this term and others."""
        values = [self.value, *(self._valued(other) for other in others)]
        return Term(self.graph, self.graph.apply(operator, *values))

    def __add__(self, other: Term | float) -> Term:
        return self.of("Add", other)

    def __radd__(self, other: float) -> Term:
        return self._term(other) + self

    def __sub__(self, other: Term | float) -> Term:
        return self.of("Sub", other)

    def __rsub__(self, other: float) -> Term:
        return self._term(other) - self

    def __mul__(self, other: Term | float) -> Term:
        return self.of("Mul", other)

    def __rmul__(self, other: float) -> Term:
        return self._term(other) * self

    def __truediv__(self, other: Term | float) -> Term:
        return self.of("Div", other)

    def __rtruediv__(self, other: float) -> Term:
        return self._term(other) / self

    def __lt__(self, other: Term | float) -> Term:
        return self.of("Less", other)

    def __gt__(self, other: Term | float) -> Term:
        return self.of("Greater", other)

    def where(self, yes: Term | float, no: Term | float) -> Term:
        """`yes` where this condition holds, `no` elsewhere."""
        return self.of("Where", yes, no)

    def polynomial(self, coefficients: Sequence[float]) -> Term:
        """By Horner's rule, the highest power's coefficient first."""
        total: Term | float = coefficients[0]
        for coefficient in coefficients[1:]:
            total = total * self + coefficient
        assert isinstance(total, Term)
        return total

    def _term(self, other: Term | float) -> Term:
        return Term(self.graph, self._valued(other))

    def _valued(self, other: Term | float) -> Value:
        return other.value if isinstance(other, Term) else number(other)
