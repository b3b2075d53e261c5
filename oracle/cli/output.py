"""What commands print: one JSON object, or tables and lines for a person.

Results go to standard output, progress and remarks to standard error, so that either
can be piped.
"""

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn
from rich.table import Table

AsJson = Annotated[
    bool, typer.Option("--json", help="Print one JSON object and nothing else.")
]


def console() -> Console:
    """Standard output; a pipe gets whole rows, not ones cut at 80 columns."""
    closed = sys.stdout is None  # as after `plumb ... >&-`; then nothing is printed
    wide = None if not closed and sys.stdout.isatty() else 160
    return Console(width=wide, highlight=False)


def print_json(data: Mapping[str, Any]) -> None:
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
    """A table; the columns in `numbers` are set flush right."""
    table = Table(title=title, title_justify="left", header_style="bold")
    for name in columns:
        table.add_column(name, justify="right" if name in numbers else "left")
    for row in rows:
        table.add_row(*(str(cell) for cell in row))
    return table


def hexadecimal(data: bytes) -> str:
    return f"0x{data.hex()}"


def remark(text: str) -> None:
    """For a person beside the result, which may go elsewhere."""
    Console(stderr=True, highlight=False).print(text)


@contextmanager
def progress(
    title: str, total: int | None, unit: str
) -> Iterator[Callable[[int], None]]:
    """A bar on standard error, if that is a terminal; call it with how far one is."""
    err = Console(stderr=True)
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed:,} " + unit),
    )
    bar = Progress(*columns, console=err, transient=True, disable=not err.is_terminal)
    with bar:
        task = bar.add_task(title, total=total)
        yield lambda done: bar.update(task, completed=done)


@contextmanager
def stage(message: str) -> Iterator[Callable[[str], None]]:
    """What is being done, told on a terminal only; call it with what comes next."""
    with Console(stderr=True).status(message) as status:
        yield status.update
