"""wasmd, built once from the Go module proxy: what `make cosmos` drives.

The module comes with its own go.mod and go.sum, so every dependency is the one that its
authors released it with; `go` checks them all.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from oracle.cosmos.local import BUILT, VARIABLE, program

MODULE = "github.com/CosmWasm/wasmd@v0.70.3"


class NoGo(Exception):
    """There is no Go to build with, or it can't."""


def ready() -> Path:
    """The program: the one that is named, or was built before, or is built now."""
    found = program()
    if found is not None:
        return found
    if os.environ.get(VARIABLE):
        raise NoGo(f"{VARIABLE}: expected a program, got {os.environ[VARIABLE]}")
    if shutil.which("go") is None:
        raise NoGo(f"expected go, or {VARIABLE}, got neither")
    print(f"building {MODULE}: some minutes, once", file=sys.stderr)
    target = BUILT.absolute()
    target.parent.mkdir(parents=True, exist_ok=True)
    told = json.loads(output("go", "mod", "download", "-json", MODULE))
    flags = ("-mod=readonly", "-ldflags", "-s -w", "-o", str(target))
    output("go", "build", *flags, "./cmd/wasmd", folder=told["Dir"])
    return target


def output(*command: str, folder: str | None = None) -> str:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    if done.returncode:
        raise NoGo(f"{' '.join(command[:3])}: {(done.stderr or done.stdout)[-600:]}")
    return done.stdout
