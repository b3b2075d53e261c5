"""docs/tokens.md in plain Python: what encoding and decoding are, slowly.

Merges are sought one by one, words by regular expressions, the normal form as the
standard tells it. Only the search in a table's rows is as the machine's, since that
defines what rows in no order mean.
"""

import re
import struct
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from tinynn.tokens.table import (
    FIRST_PART,
    MAGIC,
    MOST_ADDED_BYTES,
    MOST_SHORTER,
    NONE,
    ROW_BYTES,
    VERSION,
    Flag,
    Kind,
    Words,
)

ENDS, TEXT, SORTED, SINGLES, LEFT, PAIRS, RAW, ADDED = range(8)
CLASSES, MARKS, APART, TOGETHER = range(8, 12)
MARK = 0x2581
OTHER, LETTER, NUMBER, SPACE = range(4)
LITERALS = "'stremvldSTREMVLD\u017f \r\n"
"""Characters that the expressions name."""

ASCII = [
    LETTER
    if chr(code).isalpha()
    else NUMBER
    if chr(code).isdigit()
    else SPACE
    if chr(code) in " \t\n\v\f\r"
    else OTHER
    for code in range(128)
]

Row = tuple[int, ...]


def last_row(count: int, beyond: Callable[[int], bool]) -> int:
    """The last row before those that are beyond, by halving; -1 if there is none."""
    low, high = 0, count
    while low < high:
        middle = (low + high) // 2
        if beyond(middle):
            high = middle
        else:
            low = middle + 1
    return low - 1


def character(text: bytes) -> tuple[int, int]:
    """The first character and its length; 0x110000 for a maximal invalid subpart."""
    for length in range(1, 5):
        try:
            return ord(text[:length].decode()), length
        except UnicodeDecodeError as error:
            if error.end < length or error.reason != "unexpected end of data":
                return 0x110000, error.end
            if length >= len(text):
                return 0x110000, len(text)
    raise AssertionError(text)


def characters(text: bytes) -> Iterator[tuple[int, bytes]]:
    while text:
        code, length = character(text)
        yield code, text[:length]
        text = text[length:]


def written(code: int) -> bytes:
    if code > 0x10FFFF or 0xD800 <= code < 0xE000:
        code = 0xFFFD
    return chr(code).encode()


@dataclass
class Definition:
    """A table, and what is to be made with it."""

    table: bytes

    def __post_init__(self) -> None:
        table = self.table
        words = struct.unpack("<32I", table[:128]) if len(table) >= 128 else (0,) * 32
        if words[:2] != (MAGIC, VERSION):
            words = (0,) * 6 + (NONE,) + (0,) * 25
        self.kind, self.words, self.flags, self.tokens, self.unknown = words[2:7]
        self.rows: list[Sequence[Row]] = []
        self.text = b""
        for part, width in enumerate(ROW_BYTES):
            offset, count = words[FIRST_PART + 2 * part : FIRST_PART + 2 * part + 2]
            size = count * width
            if offset % 4 or offset > len(table) or size > len(table) - offset:
                offset = size = 0
            held = table[offset : offset + size]
            if part == TEXT:
                self.text = held
                self.rows.append([])
            else:
                self.rows.append(list(struct.iter_unpack(f"<{width // 4}I", held)))

    def flag(self, flag: Flag) -> bool:
        return bool(self.flags & flag)

    def column(self, part: int) -> list[int]:
        return [row[0] for row in self.rows[part]]

    def between(self, part: int, i: int, end: int) -> tuple[int, int] | None:
        """From the end before to that of row i, if that is a range inside."""
        rows = self.rows[part]
        if i >= len(rows):
            return None
        begin, stop = rows[i - 1][0] if i else 0, rows[i][0]
        return (begin, stop) if begin <= stop <= end else None

    def symbol(self, id: int) -> bytes:
        place = self.between(ENDS, id, len(self.text))
        return self.text[slice(*place)] if place else b""

    def find(self, text: bytes) -> int:
        rows = self.rows[SORTED]
        low, high = 0, len(rows)
        while low < high:
            middle = (low + high) // 2
            found = self.symbol(rows[middle][0])
            if found == text:
                return rows[middle][0]
            low, high = (middle + 1, high) if found < text else (low, middle)
        return NONE

    @staticmethod
    def exact(rows: Sequence[Row], key: Row) -> Row | None:
        low, high = 0, len(rows)
        while low < high:
            middle = (low + high) // 2
            head = rows[middle][: len(key)]
            if head == key:
                return rows[middle]
            low, high = (middle + 1, high) if head < key else (low, middle)
        return None

    def pair(self, left: int, right: int) -> Row | None:
        place = self.between(LEFT, left, len(self.rows[PAIRS]))
        if not place:
            return None
        row = self.exact(self.rows[PAIRS][slice(*place)], (right,))
        return row if row and row[1] != NONE else None

    def property(self, part: int, code: int) -> int:
        rows = self.rows[part]
        row = last_row(len(rows), lambda i: rows[i][0] >> 8 > code)
        return rows[row][0] & 0xFF if row >= 0 else 0

    # Added tokens

    def added_at(self, part: int, text: bytes) -> tuple[int, int]:
        """How long the longest is that the text begins with, or 0; and its number."""
        rows = self.rows[part]

        def content(i: int) -> bytes:
            place, length = rows[i][:2]
            inside = place + length <= len(self.text) and length <= MOST_ADDED_BYTES
            return self.text[place : place + length] if inside else b""

        i = last_row(len(rows), lambda i: content(i) > text)
        if i < 0:
            return 0, NONE
        same = alike(content(i), text)
        for _ in range(1 + MOST_SHORTER):
            if i >= len(rows):
                break
            if rows[i][1] <= same:
                return rows[i][1], rows[i][3]
            i = rows[i][2]
        return 0, NONE

    def split(self, part: int, text: bytes) -> Iterator[bytes | int]:
        """Added tokens' numbers, and the texts between them."""
        begin = i = 0
        while self.rows[part] and i < len(text):
            length, id = self.added_at(part, text[i:])
            if length and id != NONE:
                yield text[begin:i]
                yield id
                begin = i + length
            i += length or character(text[i:])[1]
        yield text[begin:]

    # How a text is written

    def spaced(self, text: bytes, first: bool) -> bytes:
        trim, out = self.flag(Flag.TRIM), b""
        if trim:
            text = text.lstrip(b" ")
        if not text:
            return b""
        parts = [
            b" " if code == MARK and self.flag(Flag.MARK) else part
            for code, part in characters(text)
        ]
        wanted = self.flag(Flag.SPACE_EACH) or (self.flag(Flag.SPACE_FIRST) and first)
        if wanted and not (self.flag(Flag.SPACE_ONCE) and parts[0] == b" "):
            out = b" "
        last = b""
        for (_, raw), part in zip(characters(text), parts, strict=True):
            if not (trim and raw == last == b" "):
                out += part
            last = raw
        return out.rstrip(b" ") if trim else out

    def normal(self, text: bytes, room: int) -> bytes:
        if all(byte < 0xCC for byte in text):
            return text[:room]
        codes: list[int] = []
        for code, _ in characters(text):
            codes += self.apart(code)
        out = b""
        for code in self.joined(self.ordered(codes)):
            if room - len(out) < 4:
                break
            out += written(code)
        return out

    def apart(self, code: int) -> list[int]:
        if 0xAC00 <= code < 0xAC00 + 11172:
            lead, rest = divmod(code - 0xAC00, 21 * 28)
            vowel, tail = divmod(rest, 28)
            return [0x1100 + lead, 0x1161 + vowel] + [0x11A7 + tail] * bool(tail)
        row = self.exact(self.rows[APART], (code,))
        parts = [*row[1:], 0] if row else [0]
        return parts[: parts.index(0)] or [code]

    def ordered(self, codes: list[int]) -> list[int]:
        out: list[int] = []
        run: list[int] = []
        for code in [*codes, None]:
            if code is not None and self.property(MARKS, code):
                run.append(code)
                continue
            out += sorted(run, key=lambda mark: self.property(MARKS, mark))
            run = []
            if code is not None:
                out.append(code)
        return out

    def joined(self, codes: list[int]) -> list[int]:
        """D117: a character is blocked from the last starter by one between them that
        is a starter or of a class as high."""
        out: list[int] = []
        starter: int | None = None
        for code in codes:
            mark = self.property(MARKS, code)
            if starter is not None:
                between = [self.property(MARKS, held) for held in out[starter + 1 :]]
                if not any(held == 0 or held >= mark for held in between):
                    both = self.together(out[starter], code)
                    if both is not None:
                        out[starter] = both
                        continue
            if not mark:
                starter = len(out)
            out.append(code)
        return out

    def together(self, a: int, b: int) -> int | None:
        if 0x1100 <= a < 0x1113 and 0x1161 <= b < 0x1176:
            return 0xAC00 + ((a - 0x1100) * 21 + b - 0x1161) * 28
        hangul = 0xAC00 <= a < 0xAC00 + 11172 and (a - 0xAC00) % 28 == 0
        if hangul and 0x11A7 < b < 0x11A7 + 28:
            return a + b - 0x11A7
        row = self.exact(self.rows[TOGETHER], (a, b))
        return row[2] if row and row[2] != NONE else None

    # Words

    def word_texts(self, text: bytes) -> list[bytes]:
        if self.words not in EXPRESSIONS:
            return [text]
        held = list(characters(text))
        shadow = "".join(self.shadow(code) for code, _ in held)
        alone = self.words == Words.SMOLLM
        parts = re.split(f"({N})", shadow) if alone else [shadow]
        words, at = [], 0
        for part in parts:
            for found in EXPRESSIONS[self.words].findall(part):
                end = at + len(found)
                words.append(b"".join(raw for _, raw in held[at:end]))
                at = end
        assert at == len(held), "the expressions take every character"
        return words

    def shadow(self, code: int) -> str:
        """A character that stands for the class and, if it is named, the literal."""
        kind = ASCII[code] if code < 128 else self.property(CLASSES, code) & 3
        named = code < 0x110000 and chr(code) in LITERALS
        return shade(kind, chr(code) if named else None)

    # Merges

    def single(self, byte: int) -> int:
        singles = self.column(SINGLES)
        id = singles[byte] if byte < len(singles) else NONE
        return self.unknown if id == NONE else id

    def symbols(self, word: bytes) -> list[tuple[int, int]]:
        """(number, where it begins) of each."""
        if self.kind == Kind.CHARACTERS:
            out, at = [], 0
            for _, part in characters(word):
                out.append((self.find(part), at))
                at += len(part)
            return out
        held = [(self.single(byte), i) for i, byte in enumerate(word)]
        return [(id, i) for id, i in held if id != NONE]

    def word(self, word: bytes) -> list[int]:
        if self.flag(Flag.WHOLE) and (found := self.find(word)) != NONE:
            return [found]
        symbols = self.symbols(word)
        while True:
            pairs = [
                (row[1], i, row[2])
                for i in range(len(symbols) - 1)
                if (row := self.pair(symbols[i][0], symbols[i + 1][0]))
            ]
            if not pairs:
                break
            _, i, made = min(pairs)
            symbols[i : i + 2] = [(made, symbols[i][1])]
        return self.numbers(word, symbols)

    def numbers(self, word: bytes, symbols: list[tuple[int, int]]) -> list[int]:
        out, fused = [], False
        ends = [*(at for _, at in symbols[1:]), len(word)]
        for (id, at), end in zip(symbols, ends, strict=False):
            if id < self.tokens:
                out.append(id)
                fused = False
            elif self.flag(Flag.FALLBACK):
                out += [self.single(byte) for byte in word[at:end]]
            elif not (fused and self.flag(Flag.FUSE)):
                out.append(self.unknown)
                fused = True
        return [id for id in out if id != NONE]

    # All of it

    def encode(self, text: bytes) -> list[int]:
        if self.kind not in (Kind.CHARACTERS, Kind.BYTES):
            return []
        room = 3 * len(text) + 4
        out: list[int] = []
        at = 0
        for part in self.split(RAW, text.decode("utf-8", "replace").encode()):
            if isinstance(part, int):
                out.append(part)
                at = 1
                continue
            if part:
                out += self.between_raw(part, at == 0, room)
            at += len(part)
        return out

    def between_raw(self, text: bytes, first: bool, room: int) -> list[int]:
        if self.kind == Kind.CHARACTERS:
            text = self.spaced(text, first)
        elif self.flag(Flag.NORMAL):
            text = self.normal(text, room)
        out: list[int] = []
        for part in self.split(ADDED, text):
            if isinstance(part, int):
                out.append(part)
            elif part:
                out += [id for word in self.word_texts(part) for id in self.word(word)]
        return out

    def decode(self, ids: Sequence[int], room: int, strip: bool = False) -> bytes:
        data = b"".join(self.symbol(id) for id in ids if id < self.tokens)
        text = cut(data)
        if strip:
            text = text.removeprefix(" ")
        while len(text.encode()) > room:
            text = text[:-1]
        return text.encode()


def cut(data: bytes) -> str:
    """The bytes as text, without a character that has only begun."""
    for missing in range(min(3, len(data)) + 1):
        try:
            data[len(data) - missing :].decode() if missing else None
        except UnicodeDecodeError as error:
            if error.start == 0 and error.reason == "unexpected end of data":
                if error.end == missing:
                    return data[: len(data) - missing].decode("utf-8", "replace")
    return data.decode("utf-8", "replace")


def alike(a: bytes, b: bytes) -> int:
    """Bytes that both begin with."""
    count = 0
    for x, y in zip(a, b, strict=False):
        if x != y:
            break
        count += 1
    return count


def shade(kind: int, literal: str | None) -> str:
    place = 0 if literal is None else 1 + LITERALS.index(literal)
    return chr(0xE000 + 32 * kind + place)


def of_class(*kinds: int, but: str = "") -> str:
    """A character class: of these kinds, without some literals."""
    held = [
        shade(kind, literal)
        for kind in kinds
        for literal in (None, *LITERALS)
        if literal is None or literal not in but
    ]
    return f"[{''.join(held)}]"


def literal(*characters: str) -> str:
    """One of these, of whatever class."""
    held = [shade(kind, c) for kind in range(4) for c in characters]
    return f"[{''.join(held)}]"


def contractions(fold: bool) -> str:
    def letter(c: str) -> str:
        if not fold:
            return literal(c)
        return literal(c, c.upper(), *("\u017f" if c == "s" else ""))

    ends = ("s", "t", "re", "ve", "m", "ll", "d")
    return "|".join(literal("'") + "".join(letter(c) for c in end) for end in ends)


L, N, S = of_class(LETTER), of_class(NUMBER), of_class(SPACE)
ELSE, BLANK, LINE = of_class(OTHER), literal(" "), literal("\r", "\n")
LAST = rf"{S}+(?!{of_class(OTHER, LETTER, NUMBER)})|{S}+"
LATER = (
    rf"{contractions(True)}|{of_class(OTHER, SPACE, but=chr(13) + chr(10))}?{L}+|{N}%s"
    rf"|{BLANK}?{ELSE}+{LINE}*|(?:{S})*(?:(?={S}){LINE})+|{LAST}"
)
GPT2 = rf"{contractions(False)}|{BLANK}?{L}+|{BLANK}?{N}+|{BLANK}?{ELSE}+|{LAST}"
EXPRESSIONS = {
    Words.GPT2: re.compile(GPT2),
    Words.SMOLLM: re.compile(GPT2),
    Words.QWEN2: re.compile(LATER % ""),
    Words.LLAMA3: re.compile(LATER % "{1,3}"),
}
