"""Which Pythons `make package` finds."""

import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest


def loaded(path: Path) -> ModuleType:
    """By its path: `packaging` is somebody else's package."""
    spec = spec_from_file_location("package_check", path)
    assert spec is not None and spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


check = loaded(Path(__file__).with_name("check.py"))
VERSION = f"{sys.version_info.major}.{sys.version_info.minor}"
PLACES = (
    "path",
    f"pyenv/versions/{VERSION}.7/bin",
    f"uv/cpython-{VERSION}.9-linux/bin",
)


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """One without any Python; the environment leads into it."""
    monkeypatch.setenv("PATH", str(tmp_path / "path"))
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path / "pyenv"))
    monkeypatch.setenv("UV_PYTHON_INSTALL_DIR", str(tmp_path / "uv"))
    for place in PLACES:
        (tmp_path / place).mkdir(parents=True)
    return tmp_path


def put(script: str, house: Path, place: str) -> None:
    python = house / place / f"python{VERSION}"
    python.write_text(f"#!/bin/sh\n{script}\n")
    python.chmod(0o755)


GOOD = f'exec {sys.executable} "$@"'
SHIM = "echo pyenv: not installed >&2; exit 127"
OTHER = "echo 2 7 /usr/bin/python2.7"


@pytest.mark.parametrize("place", PLACES)
def test_python_found_wherever_it_lies(house: Path, place: str) -> None:
    assert dict(check.pythons()) == {}
    put(GOOD, house, place)
    assert dict(check.pythons()) == {VERSION: sys.executable}


@pytest.mark.parametrize("script", [SHIM, OTHER])
def test_python_that_is_none_passed_over(house: Path, script: str) -> None:
    put(script, house, PLACES[0])
    assert dict(check.pythons()) == {}
    put(GOOD, house, PLACES[1])
    assert dict(check.pythons()) == {VERSION: sys.executable}
