"""A folder that a worker starts from: settings, addresses, a unit for systemd."""

import json
import os
import shlex
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from string import Template

from oracle.chain.deployments import Deployments
from oracle.chain.local.known import CHAIN_ID
from oracle.errors import FolderTaken

TEMPLATES = Path(__file__).parent / "worker"
DOTTED = {"gitignore": ".gitignore"}
"""Such names would act here, and archives of Python packages leave them out."""

DEVELOPMENT_ACCOUNT = "dev:2"
KEYSTORE = "worker"
PASSWORD_FILE = "password"  # noqa: S105  the file's name


@dataclass(frozen=True, slots=True)
class WorkerFolder:
    """What is written into it. `models`: names, ids or images that it serves."""

    folder: Path
    rpc_urls: tuple[str, ...]
    deployments: Deployments
    models: tuple[str, ...]
    account: str | None = None

    @property
    def named(self) -> str:
        """The account: a keystore's name, or a devnet's `dev:N`."""
        if self.account is not None:
            return self.account
        on_devnet = self.deployments.chain_id == CHAIN_ID
        return DEVELOPMENT_ACCOUNT if on_devnet else KEYSTORE

    @property
    def first(self) -> tuple[str, ...]:
        """What makes the account, where it has to be made."""
        if self.named.startswith("dev:"):
            return ()
        return (
            f"umask 077; head -c 24 /dev/urandom | base64 > {PASSWORD_FILE}",
            f"plumb worker init --account {shlex.quote(self.named)}",
        )

    def write(self) -> list[str]:
        """Writes the files; their names. Raises `FolderTaken` unless it is new or
        empty."""
        folder = self.folder
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise FolderTaken(folder)
        folder.mkdir(parents=True, exist_ok=True)
        words = self._words()
        for source in sorted(TEMPLATES.iterdir()):
            target = folder / DOTTED.get(source.name, source.name)
            target.write_text(Template(source.read_text()).substitute(words))
        self.deployments.write(folder / "deployments")
        found = filter(Path.is_file, folder.rglob("*"))
        return sorted(path.relative_to(folder).as_posix() for path in found)

    def _words(self) -> dict[str, str]:
        lines = [f"account = {json.dumps(self.named)}"]
        if self.first:
            lines.append(f"password_file = {json.dumps(PASSWORD_FILE)}")
        here = str(self.folder.resolve()).replace("%", "%%")
        first = "\n".join(self.first)
        return {
            "rpc_url": json.dumps(list(self.rpc_urls)),
            "chain_id": str(self.deployments.chain_id),
            "oracle": f"0x{self.deployments.contracts.oracle.address.hex()}",
            "account": "\n".join(lines),
            "models": json.dumps(list(self.models)),
            "first": f"{first}   # then send its address some ether\n" if first else "",
            "folder": here,
            "program": _quoted(_program()),
        }


def _program() -> str:
    beside = Path(sys.executable).parent / "plumb"
    if beside.is_file():
        return str(beside)
    return shutil.which("plumb") or os.path.realpath(sys.argv[0])


def _quoted(text: str) -> str:
    """As a word of a command line in a unit, where `%` and `$` mean something."""
    inner = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + inner.replace("$", "$$").replace("%", "%%") + '"'
