"""Foundry's programs, which are not ours: anvil and cast, by npm or as they are given.

Each is the one that the environment names, or that is on the path, or npm's, which is
installed into `build/` when it is first needed.
"""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

VERSION = "1.7.1"
BUILD = Path(__file__).parents[2] / "build"  # git-ignored
INSTALL_SECONDS = 300.0


def program(name: str) -> str:
    """Where it is. Skips the test if it is nowhere and can't be installed."""
    given = f"PLUMB_{name.upper()}"
    if found := os.environ.get(given) or shutil.which(name):
        return found
    folder = BUILD / name
    pattern = f"node_modules/@foundry-rs/{name}-*/bin/{name}*"
    if not (binaries := list(folder.glob(pattern))):
        _install(name, folder)
        binaries = list(folder.glob(pattern))
    if not binaries:
        pytest.skip(f"npm has no {name} for this machine: set {given} to one")
    return str(binaries[0])


def _install(name: str, target: Path) -> None:
    """Gathered elsewhere and then moved, since several test processes may want it."""
    if shutil.which("npm") is None:
        pytest.skip(f"neither {name} nor npm here: install one of them")
    target.parent.mkdir(exist_ok=True)
    package = f"@foundry-rs/{name}@{VERSION}"
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=f"{name}-") as folder:
        flags = ["--no-save", "--ignore-scripts", "--no-audit", "--no-fund"]
        command = ["npm", "install", "--prefix", folder, *flags, package]
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=INSTALL_SECONDS
        )
        if done.returncode:
            pytest.skip(f"npm could not install {package}: {done.stderr[-300:]}")
        try:
            Path(folder).rename(target)
        except OSError:
            assert target.is_dir(), "somebody else was quicker"
        else:
            Path(folder).mkdir()  # for its owner to remove
