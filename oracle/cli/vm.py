"""`plumb vm`: the machine by itself."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from oracle.cli.common.output import (
    AsJson,
    console,
    facts,
    hexadecimal,
    print_json,
    progress,
)
from oracle.cli.common.targets import check_target
from oracle.legible import legible, number_of

if TYPE_CHECKING:
    from mips_vm.json_text import JsonObject

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
    from mips_vm import Status
    from mips_vm.debugging.faults import errors_of, exit_status, explain
    from mips_vm.debugging.session import Session
    from oracle.cli.inputs.programs import read_input
    from oracle.cli.show.instructions import output_of, readable

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
    report: JsonObject = {
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
            "steps": f"{session.steps:,}, {number_of(session.yields, 'yield')}",
            "seconds": f"{session.seconds:.3f}, {session.speed() / 1e6:,.1f} M steps/s",
            "output": readable(result),
            "state root": report["state_root"],
        }
        if machine.status is Status.FAULTED:
            shown["pc"] = f"{machine.pc:#010x}"
            shown["fault"] = report["fault"]
            if report["stderr"]:
                shown["stderr"] = str(report["stderr"]).rstrip("\n")
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
    from mips_vm import Machine
    from mips_vm.errors import BuildError
    from mips_vm.toolchain.build import MACRO, build_program

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
    report: JsonObject = {"elf": str(elf), "bytes": elf.stat().st_size}
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
    observed(elf, (input_file, input_hex), model, (at, steps), engine, False, as_json)


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
    from mips_vm.debugging.session import Session
    from oracle.cli.inputs.programs import read_input
    from oracle.cli.show.instructions import arrive

    session = Session.start(elf, read_input(input_file, input_hex), model, engine)
    arrive(session, at)
    machine = session.machine
    report: JsonObject = {
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
    observed(elf, (input_file, input_hex), model, (at, steps), engine, True, as_json)


def observed(
    elf: Path,
    given: tuple[Path | None, str | None],
    model: Path | None,
    window: tuple[int, int],
    engine: Engine,
    roots: bool,
    as_json: bool,
) -> None:
    """Shows the instructions of a window, its start and its length; perhaps roots."""
    from mips_vm.debugging.session import Session
    from oracle.cli.inputs.programs import read_input
    from oracle.cli.show.instructions import arrive, show_trace

    at, steps = window
    session = Session.start(elf, read_input(*given), model, engine)
    arrive(session, at)
    show_trace(session, list(session.observe(steps, roots=roots)), as_json)
