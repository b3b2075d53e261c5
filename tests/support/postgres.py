"""A Postgres server for the length of a test run, if there is one to start."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

GIVEN = "PLUMB_TEST_POSTGRES"
INSTALLED = Path("/usr/lib/postgresql")


def programs() -> Path | None:
    """The folder of `initdb` and `pg_ctl`, of the newest version installed."""
    if found := shutil.which("pg_ctl"):
        return Path(found).parent
    folders = sorted(INSTALLED.glob("*/bin"), key=lambda f: int(f.parent.name))
    return folders[-1] if folders else None


@contextmanager
def server(folder: Path) -> Iterator[str]:
    """The URL of an empty database; its server ends with the block."""
    user = "postgres" if os.getuid() == 0 else None  # it refuses to run as root
    if user is not None:
        shutil.chown(folder, user)

    def run(program: str, *arguments: str) -> None:
        command = [str(folder_of_programs / program), *arguments]
        subprocess.run(
            command, user=user, cwd=folder, check=True, stdout=subprocess.DEVNULL
        )

    folder_of_programs = programs()
    assert folder_of_programs is not None
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
