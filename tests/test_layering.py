"""Who imports whom, and that importing stays cheap.

mips_vm <- tinynn <- converters; challenge imports mips_vm and tinynn; solidity (the
loader of committed artifacts) imports nothing of ours; oracle may import all; nothing
imports oracle.
"""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FOLDERS = ("mips_vm", "tinynn", "converters", "challenge", "solidity", "oracle")
MAY_IMPORT = {
    "mips_vm": {"mips_vm"},
    "tinynn": {"tinynn", "mips_vm"},
    "converters": {"converters", "tinynn"},
    "challenge": {"challenge", "mips_vm", "tinynn", "solidity"},
    "solidity": {"solidity"},
    "oracle": set(FOLDERS),
}
HEAVY = ("numba", "web3", "eth", "onnx", "torch", "solcx")
"""Not llvmlite: the machine hashes with it, and it compiles nothing on import."""


def imported_folders(source: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(source.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.split(".")[0])
    return names & set(FOLDERS)


@pytest.mark.parametrize("folder", FOLDERS)
def test_layering_folder_imports_only_what_it_may(folder: str) -> None:
    wrong = {
        str(source.relative_to(ROOT)): sorted(extra)
        for source in sorted((ROOT / folder).rglob("*.py"))
        if (extra := imported_folders(source) - MAY_IMPORT[folder])
    }
    assert not wrong


def test_layering_no_relative_import_leaves_its_folder() -> None:
    for folder in FOLDERS:
        for source in sorted((ROOT / folder).rglob("*.py")):
            depth = len(source.relative_to(ROOT).parts) - 1
            for node in ast.walk(ast.parse(source.read_text())):
                if isinstance(node, ast.ImportFrom):
                    assert node.level <= depth, source


@pytest.mark.parametrize("folder", FOLDERS)
def test_importing_folder_loads_nothing_heavy(folder: str) -> None:
    """Imports in a process of its own: what others imported would hide it."""
    code = f"""
import os, sys
import {folder}
heavy = [name for name in {HEAVY!r} if name in sys.modules]
assert not heavy, heavy
"""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
