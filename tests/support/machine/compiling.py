"""A small program whose compiled code a test looks for in the cache."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from support.machine.assembler import assemble

from mips_vm import Machine
from mips_vm.translate import engine

PROGRAM = assemble(
    "addiu $t0, $t0, 1", "slti $t1, $t0, 50", "bne $t1, $zero, 0x0", "nop", "break"
)
STEPS = 4 * 50 + 1


RUN = f"""
from mips_vm import Machine
machine = Machine.from_program({PROGRAM!r})
print(machine.run(), machine.registers[8])
"""


def forget(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leaves what was translated to the cache on disk alone."""
    monkeypatch.setattr(engine, "_translations", type(engine._translations)())


def run() -> None:
    """Runs the program here, to its end."""
    machine = Machine.from_program(PROGRAM)
    assert machine.run() == STEPS
    assert machine.registers[8] == 50


def process(code: str, cache: Path) -> subprocess.Popen[str]:
    """Python of its own, with this cache."""
    environment = os.environ | {"PLUMB_CACHE": str(cache)}
    command = [sys.executable, "-c", code]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
