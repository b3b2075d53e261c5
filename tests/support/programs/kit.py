"""The npm package as an app has it: npm's tarball, unpacked beside its peers."""

import json
import os
import subprocess
import tarfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from support.programs.npm import installed

from solidity.package import pack

PEERS = ("ethers@6.17.0", "viem@2.57.20", "typescript@5.9.3")
PROGRAM = Path(__file__).with_name("kit_client.mjs")
SECONDS = 60


@dataclass(frozen=True, slots=True)
class App:
    """A folder whose `node_modules` has the package, ethers, viem and TypeScript."""

    folder: Path

    @classmethod
    def made(cls, folder: Path, deployments: Path | None = None) -> "App":
        peers = installed("kit", *PEERS)
        packed = folder / "packed"
        packed.mkdir(parents=True)
        ours = folder / "node_modules" / "@plumbline" / "contracts"
        ours.parent.mkdir(parents=True)
        with tarfile.open(pack(packed, deployments)) as archive:
            archive.extractall(folder, filter="data")
        (folder / "package").rename(ours)
        for name in ("ethers", "viem", "typescript"):
            (folder / "node_modules" / name).symlink_to(peers / name)
        (folder / "client.mjs").write_text(PROGRAM.read_text())
        return cls(folder)

    @property
    def package(self) -> Path:
        return self.folder / "node_modules" / "@plumbline" / "contracts"

    def node(self, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
        """With `more` in its environment."""
        return subprocess.run(
            ["node", *arguments],
            cwd=self.folder,
            env=os.environ | more,
            capture_output=True,
            text=True,
            timeout=SECONDS,
        )

    def client(self, library: str, url: str, *call: object, **more: str) -> Any:
        """What the client's function gives; bigints are strings of digits."""
        name, *arguments = call
        words = [json.dumps(argument) for argument in arguments]
        done = self.node("client.mjs", library, url, str(name), *words, **more)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)
