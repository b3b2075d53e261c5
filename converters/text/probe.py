"""Makes unicode.json: `python -m converters.text.probe [--check]`.

Asks the package `tokenizers`, at its pinned version, for the class of every character
and for every part of the normal form, so that its Unicode is ours: Python's own
`unicodedata` is of another version. Takes a minute or two.
"""

import json
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, Final

VERSION: Final = "0.22.1"
"""Of `tokenizers`; pyproject.toml pins the same."""

FILE: Final = Path(__file__).parent / "unicode.json"

CHARACTERS: Final = [code for code in range(0x110000) if not 0xD800 <= code < 0xE000]
CLASSES: Final = {1: r"\p{L}+", 2: r"\p{N}+", 3: r"\s+"}
"""The numbers of words.c; 0 is anything else."""

HANGUL: Final = range(0xAC00, 0xAC00 + 11172)
STARTER: Final = "\u4e00"
"""A character of class 0 that makes nothing with another."""

Row = list[int]
Normaliser = Callable[[str], str]


def ranges(values: dict[int, int]) -> list[Row]:
    """(first character, value) wherever another value begins; 0 for those not named."""
    rows: list[Row] = []
    last = 0
    for code in range(0x110001):
        value = values.get(code, 0)
        if value != last:
            rows.append([code, value])
            last = value
    return rows


def class_rows(peer: Any) -> list[Row]:
    """The class of every character, by the expressions of the peer's splitter."""
    everything = "".join(map(chr, CHARACTERS))
    values: dict[int, int] = {}
    for number, expression in CLASSES.items():
        split = peer.pre_tokenizers.Split(
            peer.Regex(expression), "removed", invert=True
        )
        for piece, _ in split.pre_tokenize_str(everything):
            values |= dict.fromkeys(map(ord, piece), number)
    return ranges(values)


def moved(nfd: Normaliser, first: str, second: str) -> bool:
    """Whether the second mark goes before the first: its class is lower, and not 0."""
    return nfd(STARTER + first + second) == STARTER + second + first


def mark_rows(nfd: Normaliser) -> list[Row]:
    """Numbers in the order of the marks' combining classes, from 1 on.

    What the classes are called does not matter, only which comes before which.
    """
    apart = {code for code in CHARACTERS if nfd(chr(code)) != chr(code)}
    low, high = "\u0334", "\u0345"  # classes 1 and 240, the least and the greatest
    marks = [
        code
        for code in CHARACTERS
        if code not in apart
        and (moved(nfd, high, chr(code)) or moved(nfd, chr(code), low))
    ]
    marks = sorted({*marks, ord(low), ord(high)})
    order: list[list[int]] = []
    for mark in marks:
        _insert(nfd, order, mark)
    numbers = {mark: 1 + i for i, same in enumerate(order) for mark in same}
    return ranges(numbers)


def _insert(nfd: Normaliser, order: list[list[int]], mark: int) -> None:
    """Puts the mark with those of its class, or between two classes."""
    for i, same in enumerate(order):
        other = chr(same[0])
        if moved(nfd, other, chr(mark)):
            order.insert(i, [mark])
            return
        if not moved(nfd, chr(mark), other):
            same.append(mark)
            return
    order.append([mark])


def apart_rows(nfd: Normaliser) -> list[Row]:
    """Every character that is taken apart, and into what; Hangul is reckoned."""
    rows = []
    for code in CHARACTERS:
        parts = [ord(part) for part in nfd(chr(code))]
        if code not in HANGUL and parts != [code]:
            rows.append([code, *parts, *[0] * (4 - len(parts))])
    return rows


def together_rows(nfc: Normaliser, rows: Sequence[Row]) -> list[Row]:
    """Every two that make a character, and that."""
    pairs = []
    for code, *parts in rows:
        held = [part for part in parts if part]
        if nfc(chr(code)) == chr(code):
            first = ord(nfc("".join(map(chr, held[:-1]))))
            pairs.append([first, held[-1], code])
    return sorted(pairs)


def probed() -> str:
    """The file's text."""
    import tokenizers as peer  # type: ignore[import-not-found, import-untyped, unused-ignore]

    if peer.__version__ != VERSION:
        raise SystemExit(f"tokenizers: expected {VERSION}, got {peer.__version__}")
    nfd, nfc = peer.normalizers.NFD(), peer.normalizers.NFC()
    apart = apart_rows(nfd.normalize_str)
    held = {
        "classes": class_rows(peer),
        "marks": mark_rows(nfd.normalize_str),
        "apart": apart,
        "together": together_rows(nfc.normalize_str, apart),
    }
    return _text(held)


def _text(held: dict[str, list[Row]]) -> str:
    """A row a line, so that a change of the peer can be read."""
    parts = (f'"{name}": [\n{_lines(rows)}\n]' for name, rows in held.items())
    return "{\n" + ",\n".join(parts) + "\n}\n"


def _lines(rows: Iterable[Row]) -> str:
    return ",\n".join(json.dumps(row, separators=(",", ":")) for row in rows)


def main(arguments: Sequence[str]) -> int:
    """Exit status 0, or 1 if `--check` found a difference."""
    if list(arguments) not in ([], ["--check"]):
        print("usage: python -m converters.text.probe [--check]", file=sys.stderr)
        return 2
    text = probed()
    if arguments:
        if FILE.read_text() != text:
            print(f"{FILE.name}: expected what the package says", file=sys.stderr)
            return 1
    else:
        FILE.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
