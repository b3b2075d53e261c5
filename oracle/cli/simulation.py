"""`plumb swarm simulate`: rounds by the thousand, printed, drawn or kept."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from oracle.cli.common.output import AsJson, console, grid, print_json, progress

if TYPE_CHECKING:
    from rich.table import Table

    from oracle.swarm.simulation.plots import Line, Plot


def simulate(
    part: Annotated[
        list[str] | None,
        typer.Option(
            help="3, 4, 5 or 6: after that figure of the paper; attacks; answers. May "
            "be repeated; all by default.",
            show_default=False,
        ),
    ] = None,
    swarms: Annotated[
        int, typer.Option(min=2, max=10_000, help="How many of each; the error falls.")
    ] = 100,
    seed: Annotated[int, typer.Option(min=0, help="Of all luck.")] = 1,
    draw: Annotated[
        Path | None,
        typer.Option(
            help="A folder for the plots and numbers.json.", show_default=False
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Rounds by the paper's rule and by ours, in numbers: docs/swarm-paper.md."""
    from oracle.swarm.simulation.numbers import FIGURES, PARTS, figure, numbers

    chosen = tuple(dict.fromkeys(part or PARTS))
    for name in chosen:
        if name not in PARTS:
            raise typer.BadParameter(
                f"expected {', '.join(PARTS)}, got {name}", param_hint="--part"
            )
    found: dict[str, Any] = {}
    with progress("simulating", len(chosen), "parts") as show:
        for done, name in enumerate(chosen):
            show(done)
            found |= numbers(seed, swarms, (name,))
    if draw is not None:
        keep(found, draw)
    if as_json:
        print_json(found)
        return
    for name in chosen:
        if name in FIGURES:
            shown = figure(found[name])
            for plot in shown.plots:
                console().print(table_of(plot, shown.name))
            console().print(shown.caption)
        else:
            console().print(rows_of(name, found[name]))


def keep(found: dict[str, Any], folder: Path) -> None:
    """Writes the plots, and the numbers that they are drawn from."""
    from oracle.swarm.simulation.draw import draw
    from oracle.swarm.simulation.numbers import FIGURES, figure, text

    folder.mkdir(parents=True, exist_ok=True)
    for name in FIGURES:
        if name in found:
            plot = figure(found[name])
            (folder / f"{plot.name}.svg").write_text(draw(plot))
    (folder / "numbers.json").write_text(text(found))


def table_of(plot: "Plot", name: str) -> "Table":
    """A column a line; a row a place where one has a point."""
    columns = list(columns_of(plot))
    places = sorted({x for _, line in columns for x in line.x})
    values = [dict(zip(line.x, line.y, strict=True)) for _, line in columns]
    rows = [[f"{x:g}", *(number(each.get(x)) for each in values)] for x in places]
    names = [plot.x, *(told for told, _ in columns)]
    return grid(f"{name}: {plot.title}, {plot.y}", names, rows, numbers=names)


def columns_of(plot: "Plot") -> "Iterator[tuple[str, Line]]":
    """Points without a line are the simulation of the line before them."""
    last = ""
    for line in plot.lines:
        last = line.name or last
        yield (last if line.name else f"{last}, simulated"), line


def rows_of(name: str, rows: list[dict[str, Any]]) -> "Table":
    columns = list(rows[0])
    cells = [[number(row[column]) for column in columns] for row in rows]
    return grid(name, columns, cells, numbers=columns[2:])


def number(value: float | str | None) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else f"{value:g}"
