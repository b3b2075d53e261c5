"""Where a source can be changed by one operator, and into what."""

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Site:
    """A replacement of `before`, at an offset in characters, on a line from 1."""

    offset: int
    before: str
    after: str
    line: int

    def applied(self, source: str) -> str:
        end = self.offset + len(self.before)
        assert source[self.offset : end] == self.before
        return source[: self.offset] + self.after + source[end:]


def rule_site(source: str, before: str, after: str) -> Site:
    """Of a text that is there once."""
    assert source.count(before) == 1, (before, source.count(before))
    offset = source.index(before)
    return Site(offset, before, after, source.count("\n", 0, offset) + 1)


def solidity_sites(source: str) -> list[Site]:
    """Comparisons, arithmetic, logic, numbers, refusals, and who is meant."""
    code = _without_comments(source)
    found = []
    for pattern, replacement in SOLIDITY:
        for match in re.finditer(pattern, code):
            before = match.group()
            after = (
                match.expand(replacement)
                if isinstance(replacement, str)
                else replacement(match)
            )
            line = code.count("\n", 0, match.start()) + 1
            found.append(Site(match.start(), before, after, line))
    return sorted(found, key=lambda site: (site.offset, site.after))


def _successor(number: re.Match[str]) -> str:
    return f"{int(number[1]) + 1:_}"


SOLIDITY: list[tuple[str, str | Callable[[re.Match[str]], str]]] = [
    (r" < (?!<)", " <= "),
    (r" <= ", " < "),
    (r" > (?!>)", " >= "),
    (r" >= ", " > "),
    (r" == ", " != "),
    (r" != ", " == "),
    (r" && ", " || "),
    (r" \|\| ", " && "),
    (r" \+ ", " - "),
    (r" - ", " + "),
    (r" \* ", " / "),
    (r" / ", " * "),
    (r" \+= ", " -= "),
    (r" -= ", " += "),
    (r"\+\+", "--"),
    (r"--", "++"),
    (r"if \([^{};]*\) revert [^;]*;", ""),
    (r"\bclaim\.worker\b(?=[,)])", "msg.sender"),
    (r"\blease\.worker\b(?=[,)])", "msg.sender"),
    (r"(?<=[(, ])challenger(?=[,)])", "msg.sender"),
    (r"\bmsg\.sender\b(?=[,)])", "tx.origin"),
    (r"\b_min\((.*), (.*)\);", r"\1;"),
    (r"\bstaking\.burn\([^;]*;", ""),
    (r"\bstaking\.lock\([^;]*;", ""),
    (r"\bgame\.press\(\);", ""),
    (r"(?<![\w.#])(\d+)(?= (?:minutes|days)| \* 1024)", r"(\1 + 1)"),
    (r"(?<== )([\d_]+)(?=;)", _successor),
]
"""Of the text without comments. What does not compile is no mutant."""


def _without_comments(source: str) -> str:
    """With blanks in their place, and in that of what isn't code of the contract."""

    def blank(match: re.Match[str]) -> str:
        return re.sub(r"[^\n]", " ", match.group())

    for pattern in (r"//[^\n]*", r"/\*.*?\*/", r"^(?:import|event|error)[^;]*;"):
        source = re.sub(pattern, blank, source, flags=re.DOTALL | re.MULTILINE)
    return source


COMPARISONS: dict[type[ast.cmpop], tuple[str, str]] = {
    ast.Lt: ("<", "<="),
    ast.LtE: ("<=", "<"),
    ast.Gt: (">", ">="),
    ast.GtE: (">=", ">"),
    ast.Eq: ("==", "!="),
    ast.NotEq: ("!=", "=="),
    ast.In: ("in", "not in"),
    ast.NotIn: ("not in", "in"),
    ast.Is: ("is", "is not"),
    ast.IsNot: ("is not", "is"),
}
ARITHMETIC: dict[type[ast.operator], tuple[str, str]] = {
    ast.Add: ("+", "-"),
    ast.Sub: ("-", "+"),
    ast.Mult: ("*", "//"),
    ast.FloorDiv: ("//", "*"),
    ast.Mod: ("%", "*"),
    ast.LShift: ("<<", ">>"),
}
GUARDS = ("canonical",)
"""Methods that give what they are given, but for what must not be."""
CALLS = {"min": "max", "max": "min", "any": "all", "all": "any", "sorted": "list"}


def python_sites(source: str, function: str = "") -> list[Site]:
    """Comparisons, arithmetic, logic, numbers, and the order of things; of one
    function if its name is given."""
    found = sorted(_python_sites(source), key=lambda site: (site.offset, site.after))
    if not function:
        return found
    (node,) = (
        node
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef) and node.name == function
    )
    lines = range(node.lineno, (node.end_lineno or 0) + 1)
    return [site for site in found if site.line in lines]


def _python_sites(source: str) -> Iterator[Site]:
    starts = [0]
    for text in source.splitlines(keepends=True):
        starts.append(starts[-1] + len(text))

    def at(line: int, column: int) -> int:
        return starts[line - 1] + column

    def between(left: ast.expr, right: ast.expr, before: str, after: str) -> Site:
        begin = at(left.end_lineno or 0, left.end_col_offset or 0)
        end = at(right.lineno, right.col_offset)
        offset = source.index(before, begin, end)
        return Site(offset, before, after, left.end_lineno or 0)

    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Compare(left=left, ops=ops, comparators=others):
                for op, before, right in zip(
                    ops, [left, *others], others, strict=False
                ):
                    yield between(before, right, *COMPARISONS[type(op)])
            case ast.BinOp(left=left, op=op, right=right) if type(op) in ARITHMETIC:
                yield between(left, right, *ARITHMETIC[type(op)])
            case ast.BoolOp(op=op, values=values):
                pair = ("and", "or") if isinstance(op, ast.And) else ("or", "and")
                for left, right in zip(values, values[1:], strict=False):
                    yield between(left, right, *pair)
            case ast.UnaryOp(op=ast.Not()):
                yield Site(at(node.lineno, node.col_offset), "not ", "", node.lineno)
            case ast.Constant(value=int() as value) if not isinstance(value, bool):
                begin = at(node.lineno, node.col_offset)
                text = source[
                    begin : at(node.end_lineno or 0, node.end_col_offset or 0)
                ]
                yield Site(begin, text, f"({text} + 1)", node.lineno)
            case ast.Call(func=ast.Attribute(attr=name) as func) if name in GUARDS:
                begin = at(func.lineno, func.col_offset)
                text = source[
                    begin : at(func.end_lineno or 0, func.end_col_offset or 0)
                ]
                yield Site(begin, text, "", func.lineno)
            case ast.Call(func=ast.Name(id=name) as func) if name in CALLS:
                begin = at(func.lineno, func.col_offset)
                if name == "sorted" and node.keywords:
                    whole = source[
                        begin : at(node.end_lineno or 0, node.end_col_offset or 0)
                    ]
                    given = ast.get_source_segment(source, node.args[0])
                    yield Site(begin, whole, f"list({given})", func.lineno)
                else:
                    yield Site(begin, name, CALLS[name], func.lineno)
