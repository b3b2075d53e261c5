"""`make edge`: the smallest worker on AArch64, under qemu's emulation of a process.

Python and C's library come from Debian's arm64 packages, the rest as wheels from PyPI,
both into `--folder`; nothing is installed. Then each bundled model is answered there by
both builds of the WebAssembly module, and a worker answers a request on a devnet here.
Prints a JSON summary last; the exit status is 1 if a bit differs. Needs qemu-user, apt
and dpkg-deb.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any

from support.testbeds.processes import ProcessTestbed, settled

import tinynn
from oracle.record.record import Status
from tinynn import models

ROOT = Path(__file__).parents[2]
REQUIREMENTS = ROOT / "oracle/service/edge.txt"
QEMU, NEEDED = "qemu-aarch64", ("qemu-aarch64", "apt-get", "dpkg-deb")
DEBIAN = (
    "python3.11-minimal libpython3.11-minimal libpython3.11-stdlib libc6 libexpat1 "
    "zlib1g libssl3 libffi8 libgcc-s1 libstdc++6 libbz2-1.0 liblzma5 libsqlite3-0 "
    "libuuid1 libcrypt1"
).split()
WHEELS = [f"manylinux{v}_aarch64" for v in ("_2_28", "_2_27", "_2_17", "2014")]
BUILDS = ("simd", "scalar")
WORKER, PATIENCE_SECONDS = 2, 600

ANSWERS = """
import sys, json
from random import Random
from hashlib import sha256
import platform, tinynn
from tinynn import models
from tinynn.wasm.runtime import WasmProgram
assert platform.machine() == "aarch64" and "llvmlite" not in sys.modules
found = {}
for name in models.names():
    model = tinynn.load(models.path(name))
    data = Random(1).randbytes(sum(spec.size for spec in model.inputs))
    for build in ("simd", "scalar"):
        program = WasmProgram(model.image, build)
        output = sha256(program.answer(data)).hexdigest()
        found[f"{name} {build}"] = output, program.model_root().hex()
        assert program.model_root() == model.model_root
print(json.dumps(found))
"""
COMMAND = "import sys; from oracle.cli import main; sys.exit(main())"


class Arm:
    """A folder with an AArch64 Python, and how it is run."""

    def __init__(self, folder: Path) -> None:
        self.root, self.site = folder / "root", folder / "site"

    @property
    def python(self) -> list[str]:
        inside = str(self.root / "usr/bin/python3.11")
        return [QEMU, "-L", str(self.root), inside, "-S", "-B"]

    @property
    def environment(self) -> dict[str, str]:
        ours = {k: v for k, v in os.environ.items() if not k.startswith("ETH_")}
        paths = os.pathsep.join(map(str, (ROOT, self.site)))
        return ours | {"PYTHONHOME": str(self.root / "usr"), "PYTHONPATH": paths}

    def get(self, folder: Path) -> None:
        """What it is made of, unless it is there."""
        if self.site.exists():
            return
        debian(folder / "apt", self.root)
        pip = [sys.executable, "-m", "pip", "install", "-q", "--target", str(self.site)]
        pip += ["--only-binary=:all:", "--python-version", "3.11"]
        for platform in WHEELS:
            pip += ["--platform", platform]
        done([*pip, "-r", str(REQUIREMENTS)], folder)


def debian(apt: Path, root: Path) -> None:
    """The packages' files, by an apt that has its own folders."""
    for part in ("lists/partial", "cache/archives/partial", "state", "packages"):
        (apt / part).mkdir(parents=True, exist_ok=True)
    (apt / "status").touch()
    where = {"State": "state", "State::lists": "lists", "Cache": "cache"}
    settings = [f'Dir::{name} "{apt / part}";' for name, part in where.items()]
    settings += [f'Dir::State::status "{apt / "status"}";']
    settings += ['APT::Architecture "arm64";', 'APT::Architectures { "arm64"; };']
    (apt / "apt.conf").write_text("\n".join(settings))
    environment = os.environ | {"APT_CONFIG": str(apt / "apt.conf")}
    done(["apt-get", "-qq", "update"], apt, environment)
    done(["apt-get", "-qq", "download", *DEBIAN], apt / "packages", environment)
    for package in (apt / "packages").glob("*.deb"):
        done(["dpkg-deb", "-x", str(package), str(root)], apt)


def done(
    command: list[str], folder: Path, environment: dict[str, str] | None = None
) -> str:
    return subprocess.run(
        command, cwd=folder, env=environment, check=True, stdout=subprocess.PIPE
    ).stdout.decode()


def answered(arm: Arm, folder: Path) -> dict[str, bool]:
    """By model and build: whether output and root are those of native code here."""
    told = json.loads(done([*arm.python, "-c", ANSWERS], folder, arm.environment))
    expected = {}
    for name in models.names():
        model = tinynn.load(models.path(name))
        data = Random(1).randbytes(sum(spec.size for spec in model.inputs))
        output = sha256(model.answer(data)).hexdigest()
        for build in BUILDS:
            expected[f"{name} {build}"] = [output, model.model_root.hex()]
    return {name: told.get(name) == right for name, right in expected.items()}


def worked(arm: Arm, testbed: ProcessTestbed) -> dict[str, Any]:
    """A request that the worker there answers."""
    testbed.stake(WORKER)
    request = testbed.ask()
    smallest = ("--executor", "wasm", "--processes", 0)
    command = map(str, testbed.node("worker", WORKER, *smallest))
    begun = time.monotonic()
    process = subprocess.Popen(
        [*arm.python, "-c", COMMAND, *command],
        cwd=testbed.folder,
        env=arm.environment,
    )
    try:
        while testbed.status(request) < Status.CLAIMED:
            if process.poll() is not None:
                return {"worker": f"ended with {process.returncode}"}
            if time.monotonic() - begun > PATIENCE_SECONDS:
                return {"worker": "no answer"}
            time.sleep(1)
        seconds = round(time.monotonic() - begun)
        process.terminate()
        status = process.wait(PATIENCE_SECONDS)
    finally:
        process.kill()
    asked = testbed.record.tables.requests[request]
    right = asked.output == tinynn.load(models.path("mnist")).answer(asked.input)
    return {"worker": "right" if right else "wrong", "seconds": seconds} | (
        {"status": status} if status else {}
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=ROOT / "build/edge")
    folder: Path = parser.parse_args().folder.resolve()
    if missing := [name for name in NEEDED if shutil.which(name) is None]:
        print(json.dumps({"skipped": f"no {', '.join(missing)}"}))
        return 0
    folder.mkdir(parents=True, exist_ok=True)
    arm = Arm(folder)
    arm.get(folder)
    equal = answered(arm, folder)
    home = folder / f"world{os.getpid()}"
    home.mkdir()
    with settled(home) as testbed:
        found = {"equal": equal, **worked(arm, testbed)}
    shutil.rmtree(home)
    print(json.dumps(found, indent=2))
    return int(not all(equal.values()) or found["worker"] != "right")


if __name__ == "__main__":
    sys.exit(main())
