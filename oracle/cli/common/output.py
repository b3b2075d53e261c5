"""What commands print: one JSON object, or tables and lines for a person.

Results go to standard output, progress and remarks to standard error, so that either
can be piped. Any text may hold what strangers chose, so none is read as Rich's markup,
and what can't be printed is shown by its number.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer
from rich import box
from rich.console import Console, JustifyMethod
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn
from rich.table import Table
from rich.text import Text

from oracle.legible import legible

if TYPE_CHECKING:
    from mips_vm.json_text import Json

AsJson = Annotated[
    bool, typer.Option("--json", help="Print one JSON object and nothing else.")
]


UNBOUNDED: Final = 1 << 20
"""Columns of a pipe, in which no line is broken or cut."""
PAGE_COLUMNS: Final = 160


class PlainConsole(Console):
    """Prints strings, also those in tables, as they are; styles need a `Text`.

    Whoever reads from a pipe gets one line a row, without a blank at its end.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(markup=False, emoji=False, highlight=False, **options)
        self.piped = not self.is_terminal
        if self.piped and "width" not in options:
            self.width = UNBOUNDED

    def print(self, *objects: Any, **options: Any) -> None:
        if not self.piped:
            super().print(*objects, **options)
            return
        with self.capture() as captured:
            super().print(*objects, **options)
        for line in captured.get().splitlines():
            self.file.write(f"{line.rstrip()}\n")

    def render_str(self, text: str, **options: Any) -> Text:
        """Each string that a console prints, and each in a table, passes here."""
        return super().render_str(legible(text), **options)


def console() -> PlainConsole:
    """Standard output."""
    return PlainConsole()


def page() -> PlainConsole:
    """Standard output for what fills its width, such as rules and panels."""
    found = console()
    return PlainConsole(width=PAGE_COLUMNS) if found.piped else found


def print_json(data: "Mapping[str, Json]") -> None:
    print(json.dumps(data, indent=2))


def facts(rows: Mapping[str, object]) -> Table:
    """Names and values side by side."""
    table = Table.grid(padding=(0, 2))
    table.add_column(style="bold")
    table.add_column(overflow="fold")
    for name, value in rows.items():
        table.add_row(name, str(value))
    return table


def grid(
    title: str | None,
    columns: Sequence[str],
    rows: Iterable[Sequence[object]],
    numbers: Sequence[str] = (),
) -> Table:
    """A table; the columns in `numbers` are set flush right.

    Framed on a terminal, where wide cells go on in the next line; plain columns for
    `grep`, `awk` and `cut` elsewhere.
    """
    framed = console().is_terminal
    table = Table(
        title=title,
        title_justify="left",
        header_style="bold",
        box=box.HEAVY_HEAD if framed else None,
        padding=(0, 1) if framed else (0, 2, 0, 0),
        pad_edge=framed,
    )
    for name in columns:
        justify: JustifyMethod = "right" if name in numbers else "left"
        table.add_column(name, justify=justify, overflow="fold", no_wrap=not framed)
    for row in rows:
        table.add_row(*(str(cell) for cell in row))
    return table


def hexadecimal(data: bytes) -> str:
    return f"0x{data.hex()}"


def remark(text: str) -> None:
    """For a person beside the result, which may go elsewhere."""
    PlainConsole(stderr=True).print(text)


@contextmanager
def progress(
    title: str, total: int | None, unit: str
) -> Iterator[Callable[[int], None]]:
    """A bar on standard error, if that is a terminal; call it with how far one is."""
    err = PlainConsole(stderr=True)
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TextColumn("{task.completed:,} " + unit),
    )
    bar = Progress(*columns, console=err, transient=True, disable=not err.is_terminal)
    with bar:
        task = bar.add_task(legible(title), total=total)
        yield lambda done: bar.update(task, completed=done)


@contextmanager
def stage(message: str) -> Iterator[Callable[[str], None]]:
    """What is being done, told on a terminal only; call it with what comes next."""
    with PlainConsole(stderr=True).status(_plain(message)) as status:
        yield lambda text: status.update(_plain(text))


def _plain(message: str) -> Text:
    """Not a string, which a status would take for markup whatever the console."""
    return Text(legible(message))
