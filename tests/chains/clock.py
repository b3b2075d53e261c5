"""Processes whose wall clock is off, by a library that is preloaded into them."""

import os
import subprocess
import sys
from pathlib import Path

SOURCE = Path(__file__).with_name("clock.c")
COMPILE_SECONDS = 300.0


def wrong_clock(folder: Path) -> Path:
    """The library, compiled into the folder (by zig, which is among our tools)."""
    made = folder / "clock.so"
    if not made.exists():
        zig = [sys.executable, "-m", "ziglang", "cc", "-shared", "-fPIC", "-O2"]
        command = [*zig, "-o", str(made), str(SOURCE)]
        subprocess.run(command, check=True, timeout=COMPILE_SECONDS)
    return made


def off_by(seconds: int, library: Path) -> dict[str, str]:
    """What to add to a process's environment."""
    loaded = os.environ.get("LD_PRELOAD", "")
    preload = f"{library} {loaded}".strip()
    return {"LD_PRELOAD": preload, "PLUMB_CLOCK_OFF": str(seconds)}
