"""Other people's programs and libraries, from npm, installed into `build/` once."""

import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

BUILD = Path(__file__).parents[3] / "build"  # git-ignored
INSTALL_SECONDS = 300.0


def installed(name: str, *packages: str) -> Path:
    """`node_modules` of the folder of that name. Skips the test if npm can't.

    Gathered elsewhere and then moved, since several test processes may want it.
    """
    target = BUILD / name
    if not target.is_dir():
        install(target, *packages)
    return target / "node_modules"


def install(target: Path, *packages: str) -> None:
    if shutil.which("npm") is None:
        pytest.skip(f"npm isn't here, which {' and '.join(packages)} would come from")
    target.parent.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(
        dir=target.parent, prefix=f"{target.name}-"
    ) as folder:
        flags = ["--no-save", "--ignore-scripts", "--no-audit", "--no-fund"]
        command = ["npm", "install", "--prefix", folder, *flags, *packages]
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=INSTALL_SECONDS
        )
        if done.returncode:
            pytest.skip(f"npm could not install {packages}: {done.stderr[-300:]}")
        try:
            Path(folder).rename(target)
        except OSError:
            assert target.is_dir(), "somebody else was quicker"
        else:
            Path(folder).mkdir()  # for its owner to remove
