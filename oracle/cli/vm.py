"""`plumb vm`: the machine by itself."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from mips_vm import Machine, Status
from mips_vm.build import MACRO, build_program
from mips_vm.constants import INPUT, IO_HEADER_BYTES
from mips_vm.errors import BuildError, OutputOverrun
from mips_vm.faults import errors_of, exit_status, explain
from mips_vm.session import Observation, Session
from oracle.cli.common.errors import BadInputFile
from oracle.cli.common.output import (
    AsJson,
    console,
    facts,
    grid,
    hexadecimal,
    print_json,
    progress,
)
from oracle.cli.common.targets import check_target
from oracle.legible import legible

app = typer.Typer(no_args_is_help=True, add_completion=False, help=__doc__)

Engine = Literal["translated", "reference"]

ElfFile = Annotated[Path, typer.Argument(metavar="ELF", help="MIPS32r2 program.")]
InputFile = Annotated[
    Path | None, typer.Option("--input", metavar="FILE", help="Input bytes.")
]
InputHex = Annotated[
    str | None, typer.Option("--input-hex", metavar="HEX", help="Input bytes in hex.")
]
ModelFile = Annotated[
    Path | None,
    typer.Option("--model", metavar="FILE", help="Model image at 0x80000000."),
]
EngineName = Annotated[
    Engine, typer.Option("--engine", help="LLVM, or plain Python.", show_default=True)
]
StepIndex = Annotated[
    int, typer.Option("--at", min=0, metavar="N", help="After so many instructions.")
]


@app.command()
def run(
    elf: ElfFile,
    input_file: InputFile = None,
    input_hex: InputHex = None,
    model: ModelFile = None,
    steps: Annotated[
        int | None, typer.Option("--steps", min=0, metavar="N", help="At most so many.")
    ] = None,
    engine: EngineName = "translated",
    output: Annotated[
        Path | None,
        typer.Option("--output", metavar="FILE", help="Write the output bytes there."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Run a program to its end and print what it leaves.

    A yield is resumed and counted. Exit status 1 if the program faults, which is also
    how a C program ends that fails: another exit status than 0, abort, a full stack.
    """
    data = read_input(input_file, input_hex)
    if output:
        check_target(output, elf, input_file, model)
    session = Session.start(elf, data, model, engine)
    with progress(f"running {elf.name}", steps, "instructions") as show:
        session.advance(steps, show)
    machine = session.machine
    result = output_of(machine)
    if output:
        output.write_bytes(result)
    report: dict[str, Any] = {
        "status": machine.status.name.lower(),
        "steps": session.steps,
        "yields": session.yields,
        "seconds": round(session.seconds, 6),
        "pc": machine.pc,
        "output": hexadecimal(result),
        "state_root": hexadecimal(machine.state_root()),
    }
    if machine.status is Status.FAULTED:
        report["fault"] = explain(machine)
        report["exit_status"] = exit_status(machine)
        report["stderr"] = legible(errors_of(machine).decode(errors="replace"))
    if as_json:
        print_json(report)
    else:
        shown = {
            "status": report["status"],
            "steps": f"{session.steps:,}, {session.yields:,} yields",
            "seconds": f"{session.seconds:.3f}, {session.speed() / 1e6:,.1f} M steps/s",
            "output": readable(result),
            "state root": report["state_root"],
        }
        if machine.status is Status.FAULTED:
            shown["pc"] = f"{machine.pc:#010x}"
            shown["fault"] = report["fault"]
            if report["stderr"]:
                shown["stderr"] = report["stderr"].rstrip("\n")
        console().print(facts(shown))
    if machine.status is Status.FAULTED:
        raise typer.Exit(1)


@app.command()
def build(
    sources: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE.c ... [-- FLAG ...]",
            help="C, C++, assembly, objects; options of the compiler after --.",
        ),
    ],
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", metavar="ELF", help="By default the first file's name."
        ),
    ] = None,
    optimise: Annotated[
        Literal["0", "1", "2", "3", "s"],
        typer.Option("-O", help="The compiler's level.", show_default=True),
    ] = "2",
    define: Annotated[
        list[str] | None,
        typer.Option("-D", metavar="NAME=VALUE", help="A macro; may be repeated."),
    ] = None,
    standard: Annotated[
        str | None,
        typer.Option("--std", metavar="NAME", help="c99, gnu17, c++20, ..."),
    ] = None,
    qemu: Annotated[
        bool, typer.Option("--qemu", help="Link for qemu-mipsel instead.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Compile C into a program for the machine.

    Standard input is the machine's input, standard output its output; a run that ends
    with another exit status than 0 faults. docs/programs.md says which library there
    is. Needs the package ziglang, and nothing else.

    plumb vm build program.c -- -Iinclude -Wall
    """
    sources, flags = split(sources)
    target = output or sources[0].with_suffix(".elf")
    check_target(target, *sources)
    for macro in define or ():
        if not MACRO.fullmatch(macro):
            raise typer.BadParameter(
                f"expected NAME or NAME=VALUE, got {macro!r}", param_hint="-D"
            )
    try:
        built = build_program(
            sources,
            target,
            optimise=f"-O{optimise}",
            standard=standard,
            defines=define or (),
            flags=flags,
            qemu=qemu,
        )
    except BuildError as error:
        lines = legible(str(error))  # as the compiler drew them
        print(f"plumb: {lines}", file=sys.stderr)
        raise typer.Exit(1) from None
    elf = built.elf
    if built.warnings:
        print(legible(built.warnings), file=sys.stderr)
    report: dict[str, Any] = {"elf": str(elf), "bytes": elf.stat().st_size}
    if not qemu:
        program = Machine.from_elf(elf).memory.program_root()
        report["program_root"] = hexadecimal(program)
    if as_json:
        print_json(report)
    else:
        console().print(facts({k.replace("_", " "): v for k, v in report.items()}))


def split(arguments: list[Path]) -> tuple[list[Path], list[str]]:
    """Sources, and from the first that begins with a dash on, the compiler's flags."""
    names = [str(argument) for argument in arguments]
    first = next((i for i, name in enumerate(names) if name[0] == "-"), len(names))
    sources, flags = arguments[:first], names[first:]
    if not sources:
        raise typer.BadParameter(f"expected a source before {flags[0]!r}, got none")
    for source in sources:
        if not source.is_file():
            actual = "something else" if source.exists() else "none"
            raise typer.BadParameter(f"{source}: expected a file, got {actual}")
    return sources, flags


@app.command()
def step(
    elf: ElfFile,
    input_file: InputFile = None,
    input_hex: InputHex = None,
    model: ModelFile = None,
    at: StepIndex = 0,
    steps: Annotated[
        int, typer.Option("--steps", min=1, metavar="N", help="So many instructions.")
    ] = 1,
    engine: EngineName = "translated",
    as_json: AsJson = False,
) -> None:
    """Execute one instruction, or some, and say what each read and wrote."""
    session = Session.start(elf, read_input(input_file, input_hex), model, engine)
    arrive(session, at)
    show_trace(session, list(session.observe(steps, roots=False)), as_json)


@app.command()
def root(
    elf: ElfFile,
    input_file: InputFile = None,
    input_hex: InputHex = None,
    model: ModelFile = None,
    at: StepIndex = 0,
    engine: EngineName = "translated",
    as_json: AsJson = False,
) -> None:
    """Print the state root after some instructions, by default at the start."""
    session = Session.start(elf, read_input(input_file, input_hex), model, engine)
    arrive(session, at)
    machine = session.machine
    report = {
        "steps": session.steps,
        "status": machine.status.name.lower(),
        "pc": machine.pc,
        "state_root": hexadecimal(machine.state_root()),
        "memory_root": hexadecimal(machine.memory.root()),
    }
    if as_json:
        print_json(report)
    else:
        shown = report | {"pc": f"{machine.pc:#010x}"}
        console().print(facts({k.replace("_", " "): v for k, v in shown.items()}))


@app.command()
def trace(
    elf: ElfFile,
    input_file: InputFile = None,
    input_hex: InputHex = None,
    model: ModelFile = None,
    at: StepIndex = 0,
    steps: Annotated[
        int, typer.Option("--steps", min=1, metavar="N", help="So many instructions.")
    ] = 16,
    engine: EngineName = "translated",
    as_json: AsJson = False,
) -> None:
    """Print a window of instructions with operands and state roots."""
    session = Session.start(elf, read_input(input_file, input_hex), model, engine)
    arrive(session, at)
    show_trace(session, list(session.observe(steps, roots=True)), as_json)


def read_input(file: Path | None, text: str | None) -> bytes:
    if file is not None and text is not None:
        raise typer.BadParameter("expected --input or --input-hex, got both")
    if file is not None:
        return bounded(file, INPUT.size - IO_HEADER_BYTES)
    try:
        return bytes.fromhex((text or "").removeprefix("0x"))
    except ValueError:
        raise typer.BadParameter(
            f"expected pairs of hex digits, got {text!r}", param_hint="--input-hex"
        ) from None


def bounded(file: Path, limit: int) -> bytes:
    """The whole file; BadInputFile if it has more than `limit` bytes, or no end."""
    with file.open("rb") as stream:
        data = stream.read(limit + 1)
    if len(data) > limit:
        whole = file.stat().st_size if file.is_file() else 0
        actual = f"{whole:,}" if whole else "more"
        raise BadInputFile(file, f"at most {limit:,} bytes", actual)
    return data


def output_of(machine: Machine) -> bytes:
    """What it left as output; none if it faulted before its length made sense."""
    try:
        return machine.output()
    except OutputOverrun:
        if machine.status is not Status.FAULTED:
            raise
        return b""


def arrive(session: Session, step_index: int) -> None:
    with progress("running", step_index, "instructions") as show:
        session.advance(step_index, show)


def show_trace(session: Session, window: list[Observation], as_json: bool) -> None:
    if as_json:
        print_json({"instructions": [seen.as_json() for seen in window]})
        return
    if not window:
        status = session.machine.status.name.lower()
        console().print(f"nothing left: {status} after {session.steps:,} instructions")
        return
    columns = ["step", "pc", "instruction", "reads", "writes"]
    if any(seen.state_root for seen in window):
        columns.append("state root after")
    console().print(
        grid(None, columns, (list(cells(seen)) for seen in window), numbers=["step"])
    )


def cells(seen: Observation) -> Iterator[str]:
    yield f"{seen.step:,}"
    yield f"{seen.pc:08x}"
    yield seen.text
    yield " ".join(f"{name}={value:x}" for name, value in seen.reads.items())
    writes = [f"{name}={value:x}" for name, value in seen.writes.items()]
    if seen.status is not Status.RUNNING:
        writes = [seen.status.name.lower()]
    yield " ".join(writes)
    if seen.state_root:
        text = seen.state_root.hex()
        yield f"{text[:10]}..{text[-6:]}"


def readable(data: bytes) -> str:
    """Text if it is text, else hex, and not too much of it."""
    shown = data[:256]
    more = f".. ({len(data):,} bytes)" if len(data) > len(shown) else ""
    text = shown.decode("ascii", errors="replace")
    if shown.isascii() and text.strip() and legible(text) == text:
        return text.rstrip("\n") + more
    return (shown.hex(" ", 4) or "none") + more
