"""`make package`: what a stranger gets who installs us from a file.

Builds the sdist and, from it, the wheel; looks for what each must hold; installs the
wheel in a clean environment of every Python of ours that is at hand, and runs the demo
there, in a folder that has no other file of ours. Then the same with no more than
`oracle/service/edge.txt`, where a digit is read by WebAssembly.
"""

import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import tinynn
from challenge.trace import ExecutionTrace
from tinynn import models

ROOT = Path(__file__).parents[2]
PYTHONS = ("3.11", "3.12", "3.13")
PACKAGES = ("challenge", "converters", "mips_vm", "oracle", "solidity", "tinynn")
SETTINGS_OF_A_CHECKOUT = ("PYTHONPATH", "VIRTUAL_ENV", "PLUMB_HOME")

IN_BOTH = (
    *(f"{package}/py.typed" for package in PACKAGES),
    "mips_vm/runtime/hosted.ld",
    "mips_vm/runtime/libc/arch/syscall_arch.h",
    "mips_vm/runtime/libc/libc.zig",
    "oracle/bench/workloads/hash.c",
    "oracle/service/plumb@.service",
    "oracle/service/worker/gitignore",
    "oracle/service/worker/plumb.toml",
    "solidity/artifacts/InferenceOracle.json",
    "solidity/src/InferenceConsumer.sol",
    "solidity/templates/foundry/foundry.toml",
    "solidity/templates/foundry/gitignore",
    "solidity/templates/hardhat/npmrc",
    "solidity/templates/shared/Asker.sol",
    "tinynn/guest/guest.elf",
    "tinynn/wasm/plumb.h",
    "tinynn/wasm/simd.wasm",
    "mips_vm/judge/judge.wasm",
    "oracle/web/static/style.css",
    "oracle/web/templates/base.html",
)
IN_SDIST = (
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "Containerfile",
    "LICENSE",
    "Makefile",
    "README.md",
    "SECURITY.md",
    "oracle/service/Containerfile.edge",
    "oracle/service/edge.txt",
    "docs/architecture.md",
    "docs/dispute.svg",
    "docs/flow.svg",
    "tests/conftest.py",
)


def main() -> int:
    failed = 0
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        wheel = built(folder)
        for name, python in pythons():
            problem = trial(python, wheel, folder / name)
            failed += problem is not None
            print(f"Python {name}: {problem or 'the demo ran'}", flush=True)
        name, python = next(pythons())
        problem = edge_trial(python, wheel, folder / "edge")
        failed += problem is not None
        print(f"edge, Python {name}: {problem or 'a digit was read'}", flush=True)
    return 1 if failed else 0


def built(folder: Path) -> Path:
    """The wheel's path; ends the run if a file is missing from it or the sdist."""
    source = folder / "source"
    names = run(["git", "ls-files", "-z"], ROOT).split("\0")
    for name in filter(None, names):
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, source / name)
    run([sys.executable, "-m", "build", "--outdir", str(folder)], source)
    (sdist,), (wheel,) = folder.glob("*.tar.gz"), folder.glob("*.whl")
    run(
        [sys.executable, "-m", "twine", "check", "--strict", str(sdist), str(wheel)],
        folder,
    )
    with tarfile.open(sdist) as archive:
        inside = {name.partition("/")[2] for name in archive.getnames()}
    demand(sdist, (*IN_BOTH, *IN_SDIST), inside)
    with zipfile.ZipFile(wheel) as archive:
        demand(wheel, IN_BOTH, set(archive.namelist()))
    return wheel


def demand(archive: Path, expected: Iterable[str], inside: set[str]) -> None:
    if missing := [name for name in expected if name not in inside]:
        raise SystemExit(f"{archive.name} lacks {', '.join(missing)}")
    print(f"{archive.name}: {len(inside)} files, all that it must hold", flush=True)


def pythons() -> Iterator[tuple[str, str]]:
    """Versions and executables, the first of each that starts."""
    for version in PYTHONS:
        started = filter(None, (_started(p, version) for p in candidates(version)))
        if found := next(started, None):
            yield version, found
        else:
            print(f"Python {version}: not here", flush=True)


def candidates(version: str) -> Iterator[Path]:
    """Where it may lie: on the path, or where pyenv and uv keep what they install,
    which need not be on it. pyenv's shims on the path start only what it has chosen."""
    home, name = Path.home(), f"python{version}"
    for folder in os.get_exec_path():
        yield Path(folder) / name
    pyenv = Path(os.environ.get("PYENV_ROOT", home / ".pyenv")) / "versions"
    data = Path(os.environ.get("XDG_DATA_HOME", home / ".local/share"))
    uv = Path(os.environ.get("UV_PYTHON_INSTALL_DIR", data / "uv/python"))
    yield from sorted(pyenv.glob(f"{version}.*/bin/{name}"))
    yield from sorted(uv.glob(f"cpython-{version}.*/bin/{name}"))


def _started(python: Path, version: str) -> str | None:
    """The interpreter's own path, if it is of that version and can make what a trial
    needs."""
    told = "import ensurepip, sys, venv; print(*sys.version_info[:2], sys.executable)"
    try:
        answer = subprocess.run(
            [python, "-c", told], capture_output=True, text=True, timeout=60
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    major, minor, executable = [*answer.stdout.strip().split(" ", 2), "", "", ""][:3]
    right = answer.returncode == 0 and f"{major}.{minor}" == version
    return executable if right else None


def trial(python: str, wheel: Path, folder: Path) -> str | None:
    """What went wrong, if something did."""
    environment = {
        name: value
        for name, value in os.environ.items()
        if name not in SETTINGS_OF_A_CHECKOUT
    } | {"PLUMB_HOME": str(folder / "home")}
    elsewhere = folder / "elsewhere"
    elsewhere.mkdir(parents=True)
    try:
        run([python, "-m", "venv", str(folder / "venv")], folder)
        pip = [str(folder / "venv" / "bin" / "pip"), "install", "--quiet"]
        run([*pip, "--disable-pip-version-check", str(wheel)], folder)
        plumb = str(folder / "venv" / "bin" / "plumb")
        told = json.loads(run([plumb, "demo", "--json"], elsewhere, environment))
    except (subprocess.CalledProcessError, json.JSONDecodeError) as error:
        return f"{error}\n{getattr(error, 'stderr', '')}"
    winners = [dispute["winner"] for dispute in told["disputes"]]
    if winners != ["challenger", "worker"] or not told["conserved"]:
        return f"expected both liars to lose, got winners {winners}"
    return None


SMALLEST = """
import importlib.util, sys
from oracle.cli import main
from oracle.compute.alone import Alone
from oracle.compute.engines import Engine
from oracle.compute.play import trace_of
from oracle.compute.task import Task
import tinynn
from tinynn import models
assert importlib.util.find_spec("llvmlite") is None
model = tinynn.load(models.path("mnist-int8"))
data = bytes(range(196)) * 4
with Alone(Engine.WASM) as executors:
    print(executors.submit(Task(model, data, 10**9)).result().hex())
print(trace_of(model, data).boundary_root(1).hex())
assert main(["worker", "start", "--help"]) == 0
"""
"""An answer and a root of a dispute by an installation without LLVM."""


def edge_trial(python: str, wheel: Path, folder: Path) -> str | None:
    """What went wrong with the smallest worker, if something did."""
    folder.mkdir()
    environment = {
        name: value
        for name, value in os.environ.items()
        if name not in SETTINGS_OF_A_CHECKOUT
    } | {"PLUMB_HOME": str(folder / "home")}
    try:
        run([python, "-m", "venv", str(folder / "venv")], folder)
        inside = str(folder / "venv" / "bin" / "python")
        pip = [inside, "-m", "pip", "install", "-q", "--disable-pip-version-check"]
        run([*pip, "-r", str(ROOT / "oracle/service/edge.txt")], folder)
        run([*pip, "--no-deps", str(wheel)], folder)
        told = run([inside, "-c", SMALLEST], folder, environment)
    except subprocess.CalledProcessError as error:
        return f"{error}\n{error.stderr}"
    model = tinynn.load(models.path("mnist-int8"))
    data = bytes(range(196)) * 4
    root = ExecutionTrace(model.execution(data)).boundary_root(1)
    expected = [model.answer(data).hex(), root.hex()]
    actual = told.split()[:2]
    return None if actual == expected else f"expected {expected}, got {actual}"


def run(
    command: list[str], folder: Path, environment: dict[str, str] | None = None
) -> str:
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=True
    )
    return done.stdout


if __name__ == "__main__":
    sys.exit(main())
