"""`plumb bench`: figures of this machine, beside those of peers."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from oracle.cli.common.output import AsJson, console, facts, grid, print_json, progress

if TYPE_CHECKING:
    from oracle.bench.figure import Figure

app = typer.Typer(no_args_is_help=True, add_completion=False, help=__doc__)


@app.command()
def vm(as_json: AsJson = False) -> None:
    """Speed of the machine on the guest, beside qemu-mipsel."""
    from oracle.bench.vm import figures

    report("vm", figures(), as_json)


@app.command()
def guest(as_json: AsJson = False) -> None:
    """Instructions that the guest needs, beside opML's."""
    from oracle.bench.guest import figures

    report("guest", figures(), as_json)


@app.command()
def native(as_json: AsJson = False) -> None:
    """Ordinary inference, beside BLAS."""
    from oracle.bench.native import figures

    report("native", figures(), as_json)


@app.command()
def zoo(as_json: AsJson = False) -> None:
    """Networks of every kind, beside onnxruntime."""
    from oracle.bench.zoo import figures

    report("zoo", figures(), as_json)


@app.command()
def game(as_json: AsJson = False) -> None:
    """A dispute on the embedded chain: seconds, transactions, gas."""
    from oracle.bench.game import figures

    report("game", figures(), as_json)


@app.command()
def gas(as_json: AsJson = False) -> None:
    """Single steps on-chain, and a request from post to payout."""
    from oracle.bench.gas import figures

    report("gas", figures(), as_json)


@app.command()
def onchain(as_json: AsJson = False) -> None:
    """Inference inside the chain: gas of nets. PLUMB_T10K names a folder of digits,
    PLUMB_WASMD a wasmd, PLUMB_STORIES a folder with stories260K."""
    from oracle.bench.onchain import figures

    report("onchain", figures(), as_json)


@app.command()
def griefing(as_json: AsJson = False) -> None:
    """Attacks on honest nodes' money, played on the embedded chain."""
    from oracle.bench.griefing.figures import figures

    report("griefing", figures(), as_json)


@app.command()
def load(
    whole: Annotated[
        bool, typer.Option("--whole", help="Measure 10,000 requests, too: an hour.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """What a request costs its worker at 100 and 1,000 requests on a devnet."""
    from oracle.bench.load import SIZES, WHOLE, figures

    sizes = (*SIZES, WHOLE) if whole else SIZES
    report("load", figures(sizes), as_json)


@app.command()
def tree(as_json: AsJson = False) -> None:
    """Hashing of memory, beside safe-pysha3."""
    from oracle.bench.tree import figures

    report("tree", figures(), as_json)


@app.command()
def text(
    smollm2: Annotated[
        Path | None,
        typer.Option(
            envvar="PLUMB_SMOLLM2",
            help="SmolLM2's GGUF file; else where make model-smollm2 puts it.",
            show_default=False,
        ),
    ] = None,
    stories: Annotated[
        Path | None,
        typer.Option(
            envvar="PLUMB_STORIES",
            help="A folder with stories260K.bin and tok512.bin.",
            show_default=False,
        ),
    ] = None,
    llama2c: Annotated[
        Path | None,
        typer.Option(
            envvar="PLUMB_LLAMA2C",
            help="A folder with run-strict, run-O3, run-Ofast; else build/peers.",
            show_default=False,
        ),
    ] = None,
    llamacpp: Annotated[
        Path | None,
        typer.Option(
            envvar="PLUMB_LLAMACPP",
            help="A folder with node-llama-cpp; else build/peers.",
            show_default=False,
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Language models, beside llama2.c and llama.cpp; disputes about their texts."""
    from oracle.bench.text.figures import figures
    from oracle.bench.text.given import Given

    given = Given.found(smollm2, stories, llama2c, llamacpp)
    report("text", figures(given), as_json)


@app.command()
def pictures(
    model: Annotated[
        Path | None,
        typer.Option(
            "--model",
            metavar="IMAGE",
            help="Of a model that draws; else a small one of random weights.",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """A diffusion model's picture, and a dispute over a false one."""
    from oracle.bench.drawing.figures import figures
    from oracle.cli.common.errors import BadInputFile
    from oracle.cli.inputs.modelfile import loaded
    from tinynn.drawing import Drawing

    if model is not None and Drawing.of(loaded(model).tables) is None:
        raise BadInputFile(model, "a model that draws", "a model of another kind")
    report("pictures", figures(model), as_json)


@app.command()
def start(as_json: AsJson = False) -> None:
    """Processor time of a command before it does its work, beside bare Typer."""
    from oracle.bench.start import figures

    report("start", figures(), as_json)


@app.command()
def wasm(as_json: AsJson = False) -> None:
    """The guest in WebAssembly, beside native code."""
    from oracle.bench.wasm import figures

    report("wasm", figures(), as_json)


@app.command()
def web(as_json: AsJson = False) -> None:
    """The page: bytes, seconds to an event, seconds to a checked answer."""
    from oracle.bench.web import figures

    report("web", figures(), as_json)


def report(name: str, figures: "Iterable[Figure]", as_json: bool) -> None:
    from oracle.bench.figure import this_machine

    measured = list(counted(name, figures))
    machine = this_machine()
    if as_json:
        rows = [figure.as_json() for figure in measured]
        print_json({"figures": rows, "machine": machine})
        return
    columns = ("figure", "value", "unit", "peer", "peer's value", "ratio")
    console().print(
        grid(
            None,
            columns,
            [list(cells(figure)) for figure in measured],
            numbers=("value", "peer's value", "ratio"),
        )
    )
    shown = ("processor", "cores", "system", "python")
    console().print(facts({key: machine[key] for key in shown}))


def counted(name: str, figures: "Iterable[Figure]") -> "Iterator[Figure]":
    with progress(f"measuring {name}", None, "figures") as show:
        for done, figure in enumerate(figures, start=1):
            show(done)
            yield figure


def cells(figure: "Figure") -> Iterator[str]:
    yield figure.name
    yield "not measured" if figure.value is None else number(figure.value)
    yield figure.unit
    yield figure.peer or ""
    missing = "not installed" if figure.peer else ""
    yield missing if figure.peer_value is None else number(figure.peer_value)
    yield "" if figure.ratio is None else number(figure.ratio)


def number(value: Any) -> str:
    """Four significant digits, none of them as a power of ten."""
    from oracle.bench.figure import significant

    value = significant(value)
    return (
        f"{value:,}"
        if isinstance(value, int)
        else f"{value:,.6f}".rstrip("0").rstrip(".")
    )
