"""Who is asked to end, ends: after its work by SIGTERM, soon by Ctrl-C."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
BUSY = """
import time
from oracle.devnet import serving
serving.CTRL_C_SECONDS = 0.1
with serving.stopping() as asked:
    print("ready", flush=True)
    asked.wait()
    for _ in range({naps}):
        time.sleep(0.1)
    print("done", flush=True)
"""


@pytest.mark.parametrize(
    ("asking", "naps", "told"),
    [
        (signal.SIGTERM, 5, "done\n"),
        (signal.SIGINT, 0, "done\n"),
        (signal.SIGINT, 3000, ""),
    ],
    ids=["finished by SIGTERM", "nothing to break off", "broken off by Ctrl-C"],
)
def test_stopping_process_ends(asking: signal.Signals, naps: int, told: str) -> None:
    command = [sys.executable, "-c", BUSY.format(naps=naps)]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, cwd=ROOT, text=True, **pipes) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        process.send_signal(asking)
        out, _ = process.communicate(timeout=60)
    assert (out, process.returncode) == (told, 0)
