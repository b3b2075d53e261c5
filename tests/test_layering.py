"""Who imports whom, and that importing stays cheap.

mips_vm <- tinynn <- converters; challenge imports mips_vm and tinynn; solidity (the
loader of committed artifacts) imports nothing of ours; oracle may import all; nothing
imports oracle. Inside each package a folder is a room, and rooms form no circle; where
files lie beside rooms, each counts as one. Oracle's own loose files make one together.
"""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

Arrows = dict[str, set[str]]

ROOT = Path(__file__).parent.parent
FOLDERS = ("mips_vm", "tinynn", "converters", "challenge", "solidity", "oracle")
MAY_IMPORT = {
    "mips_vm": {"mips_vm"},
    "tinynn": {"tinynn", "mips_vm"},
    "converters": {"converters", "tinynn", "mips_vm"},
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


def modules_of(root: Path, package: str) -> dict[str, Path]:
    """Every module of `package`, by its dotted name; a folder's is its `__init__`."""
    found = {}
    for source in (root / package).rglob("*.py"):
        path = source.relative_to(root).with_suffix("").parts
        found[".".join(path[:-1] if path[-1] == "__init__" else path)] = source
    return found


def imported_modules(name: str, modules: dict[str, Path]) -> set[str]:
    """Those of `modules` that this one imports anywhere, be it in a function."""
    source = modules[name]
    here = name.split(".") + ["__init__"] * (source.stem == "__init__")
    named: list[tuple[str, str]] = []
    for node in ast.walk(ast.parse(source.read_text())):
        if isinstance(node, ast.Import):
            named += [(alias.name, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            above = here[: -node.level] if node.level else []
            module = ".".join([*above, *filter(None, [node.module])])
            named += [(f"{module}.{one.name}", module) for one in node.names]
    return {name if name in modules else module for name, module in named} & set(
        modules
    )


def rooms_of(root: Path, package: str, loose: bool = False) -> Arrows:
    """Each folder of `package`, with the others that any of its modules imports.

    `loose`: a file that lies beside rooms is one, and so is the door to them (their
    folder's `__init__`); the package's own leads everywhere, and is none.
    """
    modules = modules_of(root, package)
    houses = {source.parent.parent for source in modules.values()}
    if loose:
        del modules[package]

    def room(name: str) -> str:
        folder = modules[name].parent
        alone = loose and folder in houses
        return name if alone else str(folder.relative_to(root))

    arrows: Arrows = {room(name): set() for name in modules}
    for name in modules:
        others = {room(other) for other in imported_modules(name, modules)}
        arrows[room(name)] |= others - {room(name)}
    return arrows


def circles_in(arrows: Arrows) -> list[list[str]]:
    """The strongly connected components of more than one room."""
    reached: Arrows = {}
    for start in arrows:
        reached[start], left = set(), [start]
        while left:
            new = arrows[left.pop()] - reached[start]
            reached[start] |= new
            left += new
    circles = {
        tuple(sorted(other for other in reached[room] if room in reached[other]))
        for room in arrows
    }
    return sorted(list(circle) for circle in circles if circle)


def test_layering_rooms_of_oracle_form_no_circle() -> None:
    assert circles_in(rooms_of(ROOT, "oracle")) == []


def test_layering_rooms_of_the_tests_support_form_no_circle() -> None:
    assert circles_in(rooms_of(ROOT / "tests", "support")) == []


@pytest.mark.parametrize("folder", FOLDERS)
def test_layering_rooms_and_loose_files_form_no_circle(folder: str) -> None:
    assert circles_in(rooms_of(ROOT, folder, loose=True)) == []


def test_layering_circle_through_a_function_found(tmp_path: Path) -> None:
    """`b` closes the circle only when it is called, and by a module's name."""
    sources = {
        "house/top.py": "import house.a.one",
        "house/a/one.py": "from house.b.two import name",
        "house/b/two.py": "def late():\n    from house.c import three",
        "house/c/three.py": "from house import a\nfrom house.a import one",
        "house/a/__init__.py": "",
        "house/d/four.py": "import house.c.three, sys",
        "house/five.py": "from .a import one\nfrom . import six",
        "house/six.py": "from .d import four",
        "house/__init__.py": "from house import five",
    }
    for name, text in sources.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    circle = ["house/a", "house/b", "house/c"]
    # Loose files together are in it, since `top` leads to `a`, and `six` to `d`.
    assert circles_in(rooms_of(tmp_path, "house")) == [circle]
    assert circles_in(rooms_of(tmp_path, "house", loose=True)) == [circle]
    (tmp_path / "house/d/four.py").write_text("from ..five import name")
    assert circles_in(rooms_of(tmp_path, "house", loose=True)) == [
        ["house.five", "house.six", "house/d"],
        circle,
    ]


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
