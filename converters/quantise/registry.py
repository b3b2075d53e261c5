"""The table of operators that can be done on bytes: one rule for each family.

A rule takes the rewriter and the operator's number, and returns the forms of its
result, or None if this operator stays in float.
"""

from collections.abc import Callable

from converters.quantise.forms import Forms, Rewriter

Rule = Callable[[Rewriter, int], Forms | None]
RULES: dict[str, Rule] = {}


def quantises(*families: str) -> Callable[[Rule], Rule]:
    """Enter the decorated rule in the table under families' names."""

    def enter(rule: Rule) -> Rule:
        RULES.update(dict.fromkeys(families, rule))
        return rule

    return enter
