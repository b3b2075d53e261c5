"""A finished dispute as one moving picture, for where there is no page: a README.

`python -m oracle.web.server.animated docs/dispute.json docs/dispute.svg` draws a saved
one. It plays by itself, follows the reader's light or dark, and stands still, at its
end, for who wants no motion.
"""

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from oracle.web.pages.drawing import label_of, placed, text_at
from oracle.web.server.replay import read

WIDTH: Final = 760
MARGIN: Final = 20
ROOM: Final = WIDTH - 2 * MARGIN
TOP, LABEL, BAR, GAP, END = 92, 20, 30, 30, 96
MOVE_SECONDS, HELD_SECONDS = 1.5, 6.0
FADE: Final = 1.2
"""Of the whole, in percent."""
STYLE: Final = """
text{font:14px system-ui,-apple-system,"Segoe UI","DejaVu Sans",sans-serif;fill:#1b2126}
.title{font-size:19px;font-weight:650}
.soft,.label{fill:#5a656e}.label{font-size:12.5px}
.code{font-family:ui-monospace,"SF Mono","DejaVu Sans Mono",monospace;font-size:13px}
.op{font-size:16px;font-weight:600}
.paper{fill:#fff;stroke:#e2e4e0}.rule{stroke:#e2e4e0}
.true{fill:#4fae74}.false{fill:#d9534a}.unknown{fill:#c3c9c6}
.mark{fill:none;stroke:#1b2126;stroke-width:2.5}.lens{fill:#1b2126;opacity:.08}
.code.good{fill:#1a7a3c}.code.bad{fill:#b3261e}
@media(prefers-color-scheme:dark){text,.op{fill:#e8ebe9}.soft,.label{fill:#9eaab2}
.paper{fill:#1a2026;stroke:#2c343b}.rule{stroke:#2c343b}.true{fill:#3f9a63}
.false{fill:#d9625a}.unknown{fill:#4a545b}.mark{stroke:#fff}.lens{fill:#e8ebe9}
.code.good{fill:#7fd69b}.code.bad{fill:#ff9a92}}
"""
STILL: Final = "@media(prefers-reduced-motion:reduce){g{animation:none!important}%s}"


def animated(dispute: Mapping[str, Any], title: str) -> str:
    """The whole file; `dispute` as `replay.read` gives it."""
    moves, levels = dispute["moves"], dispute["levels"]
    height = TOP + len(levels) * (LABEL + BAR + GAP) + END
    film = Film(len(moves))
    body = "".join(
        (
            f'<rect class="paper" x=".5" y=".5" width="{WIDTH - 1}" '
            f'height="{height - 1}" rx="14"/>',
            text_at(MARGIN, 36, title, "title"),
            *_captions(dispute, film),
            *_levels(levels, moves, film),
            *_verdict(dispute, film, height - END + 14),
        )
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
        f'role="img"><title>{title}</title><style>{STYLE}{film.style()}</style>'
        f"{body}</svg>\n"
    )


class Film:
    """Groups that are seen from one move to another; times are shares of the whole."""

    def __init__(self, moves: int) -> None:
        self._moves = moves
        self.seconds = moves * MOVE_SECONDS + HELD_SECONDS
        self._rules: dict[tuple[int, int | None], str] = {}

    def group(self, content: str, first: int, last: int | None = None) -> str:
        """Seen from the move `first` on, until `last` comes, or to the end."""
        name = self._rules.setdefault((first, last), f"m{len(self._rules)}")
        return f'<g class="{name}">{content}</g>'

    def style(self) -> str:
        rules, gone = "", []
        for (first, last), name in self._rules.items():
            start = self._percent(first)
            end = 100.0 if last is None else self._percent(last)
            rules += (
                f"@keyframes {name}{{0%,{start:.1f}%{{opacity:0}}"
                f"{start + FADE:.1f}%,{end - 0.1:.1f}%{{opacity:1}}"
                f"{end:.1f}%,100%{{opacity:0}}}}\n"
                f".{name}{{animation:{name} {self.seconds:g}s infinite}}\n"
            )
            if last is not None:
                gone.append(f".{name}{{opacity:0}}")
        return rules + STILL % "".join(gone)

    def _percent(self, move: int) -> float:
        return 100 * move * MOVE_SECONDS / self.seconds


def _captions(dispute: Mapping[str, Any], film: Film) -> Iterator[str]:
    """Who does what, a move at a time."""
    moves = dispute["moves"]
    for index, move in enumerate(moves):
        who = "worker" if move["by"] == dispute["worker"] else "challenger"
        ended = move["name"] in ("workerlost", "challengerlost")
        text = _sentence(move["text"]) if ended else f"The {who} {move['text']}"
        last = index + 1 if index + 1 < len(moves) else None
        counted = f"{index + 1} of {len(moves)}"
        yield film.group(
            text_at(MARGIN, 62, counted, "soft") + text_at(MARGIN + 58, 62, text, ""),
            index,
            last,
        )


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _levels(levels: Any, moves: Any, film: Film) -> Iterator[str]:
    """Each when it is shown, its mark when it is pointed at."""
    showing = [i for i, m in enumerate(moves) if m["name"] in ("opened", "dissected")]
    pointing = [i for i, m in enumerate(moves) if m["name"] == "selected"]
    y, lens = TOP, ""
    for index, level in enumerate(levels):
        shapes = lens + text_at(MARGIN, y + 12, label_of(level), "label")
        lens, mark = "", ""
        for part, x, width in placed(level, ROOM):
            place = (
                f'x="{MARGIN + x:.1f}" y="{y + LABEL}" '
                f'width="{width:.1f}" height="{BAR}" rx="2"'
            )
            shapes += f'<rect class="{part["verdict"]}" {place}/>'
            if part["selected"]:
                mark = f'<rect class="mark" {place}/>'
                lens = _lens(MARGIN + x, width, y + LABEL + BAR)
        yield film.group(shapes, showing[index])
        if mark:
            yield film.group(mark, pointing[index])
        y += LABEL + BAR + GAP


def _lens(x: float, width: float, top: float) -> str:
    bottom = top + GAP + LABEL
    points = f"{x:.1f},{top} {x + width:.1f},{top} {MARGIN + ROOM},{bottom} "
    return f'<polygon class="lens" points="{points}{MARGIN},{bottom}"/>'


def _verdict(dispute: Mapping[str, Any], film: Film, y: int) -> Iterator[str]:
    """The instruction that is left, and what each side says of it."""
    proof = dispute["proof"]
    if proof is None:
        return
    proved = next(i for i, m in enumerate(dispute["moves"]) if m["name"] == "proved")
    rows = (
        text_at(MARGIN, y + 8, proof["instruction"], "code op"),
        text_at(MARGIN, y + 32, "the worker says", "soft"),
        text_at(MARGIN + 158, y + 32, proof["worker_says"], "code bad"),
        text_at(MARGIN, y + 56, "the chain computed", "soft"),
        text_at(MARGIN + 158, y + 56, proof["verifier_says"], "code good"),
    )
    rule = f'<path class="rule" d="M{MARGIN} {y - 20}h{ROOM}"/>'
    yield film.group(rule + "".join(rows), proved)


def main(source: str, target: str) -> None:
    """Draws the dispute in a file that `plumb web --replay` would show."""
    title = "A lie, narrowed to one instruction that the chain executes"
    Path(target).write_text(animated(read(Path(source)), title))


if __name__ == "__main__":
    main(*sys.argv[1:])
