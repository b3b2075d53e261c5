"""The smallest form of a worker: one process, wasm, no LLVM, little memory."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.programs.process import Running
from support.testbeds.processes import ProcessTestbed, eventually, settled

import tinynn
from oracle.record.record import Status
from tinynn import models

pytestmark = pytest.mark.slow

WORKER = 2
MOST_MEGABYTES = 150
UNWANTED = {"llvmlite", "numba", "eth_tester", "eth", "aiohttp", "py_ecc", "fastapi"}

PROGRAM = """
import sys
if sys.argv[1] == "absent":
    sys.modules["llvmlite"] = None
del sys.argv[1]
from oracle.cli import main
try:
    main()
finally:
    with open("modules", "w") as told:
        told.write("\\n".join(n for n, m in sys.modules.items() if m is not None))
"""
"""The command, and what it had imported in the end."""


@pytest.fixture
def testbed(tmp_path: Path) -> Iterator[ProcessTestbed]:
    with settled(tmp_path) as testbed:
        yield testbed


def megabytes(process: int, field: str) -> float:
    """As Linux tells it, of the process and those that it has started."""
    status = Path(f"/proc/{process}/status").read_text().splitlines()
    own = next(int(line.split()[1]) for line in status if line.startswith(field))
    threads = Path(f"/proc/{process}/task").iterdir()
    children = [
        int(child)
        for thread in threads
        for child in (thread / "children").read_text().split()
    ]
    return own / 1024 + sum(megabytes(child, field) for child in children)


@pytest.mark.parametrize("llvmlite", ["absent", "present"])
def test_smallest_worker_answers_in_little_memory_without_llvm(
    testbed: ProcessTestbed, llvmlite: str
) -> None:
    pytest.importorskip("wasmtime", reason="no wasmtime: pip install -e '.[wasm]'")
    testbed.stake(WORKER)
    request = testbed.ask()
    smallest = ("--executor", "wasm", "--processes", 0)
    command = map(str, testbed.node("worker", WORKER, *smallest))
    log = testbed.folder / "worker.log"
    with log.open("w") as errors:
        process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, llvmlite, *command],
            cwd=testbed.folder,
            stderr=errors,
            text=True,
        )
    worker = Running(process, log)
    try:
        eventually(lambda: testbed.status(request) >= Status.CLAIMED, worker)
        resident, most = (megabytes(process.pid, f) for f in ("VmRSS", "VmHWM"))
        assert worker.stop() == 0
    finally:
        process.kill()
    imported = (testbed.folder / "modules").read_text().split()
    packages = {name.partition(".")[0] for name in imported}
    assert "wasmtime" in packages and not packages & UNWANTED
    assert resident < MOST_MEGABYTES, f"{resident:.0f} MB, {most:.0f} at most"
    asked = testbed.record.tables.requests[request]
    assert asked.output == tinynn.load(models.path("mnist")).answer(asked.input)
