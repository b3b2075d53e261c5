"""Foundry's programs, which are not ours: anvil and cast, by npm or as they are given.

Each is the one that the environment names, or that is on the path, or npm's, which is
installed into `build/` when it is first needed.
"""

import os
import shutil

import pytest
from support.programs.npm import BUILD, install

VERSION = "1.7.1"


def program(name: str) -> str:
    """Where it is. Skips the test if it is nowhere and can't be installed."""
    given = f"PLUMB_{name.upper()}"
    if found := os.environ.get(given) or shutil.which(name):
        return found
    folder = BUILD / name
    pattern = f"node_modules/@foundry-rs/{name}-*/bin/{name}*"
    if not (binaries := list(folder.glob(pattern))):
        install(folder, f"@foundry-rs/{name}@{VERSION}")
        binaries = list(folder.glob(pattern))
    if not binaries:
        pytest.skip(f"npm has no {name} for this machine: set {given} to one")
    return str(binaries[0])
