"""A program's run as a person reads it: instructions, and what it left."""

from collections.abc import Iterator

from mips_vm import Machine, Status
from mips_vm.debugging.session import Observation, Session
from mips_vm.errors import OutputOverrun
from oracle.cli.common.output import console, grid, print_json, progress
from oracle.legible import legible


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


def output_of(machine: Machine) -> bytes:
    """What it left as output; none if it faulted before its length made sense."""
    try:
        return machine.output()
    except OutputOverrun:
        if machine.status is not Status.FAULTED:
            raise
        return b""


def readable(data: bytes) -> str:
    """Text if it is text, else hex, and not too much of it."""
    shown = data[:256]
    more = f".. ({len(data):,} bytes)" if len(data) > len(shown) else ""
    text = shown.decode("ascii", errors="replace")
    if shown.isascii() and text.strip() and legible(text) == text:
        return text.rstrip("\n") + more
    return (shown.hex(" ", 4) or "none") + more
