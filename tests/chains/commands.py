"""`plumb` at the command line, as a stranger would type it, on one chain."""

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from support.programs.command import in_a_process

COMMAND_SECONDS = 400.0
"""Most that one command may take; a machine may be busy."""
TRACEBACK = "Traceback (most recent call last)"


class CommandFailed(Exception):
    """A command that should have worked, or should have failed, did not."""

    def __init__(self, arguments: tuple[object, ...], expected: str, told: str) -> None:
        said = " ".join(map(str, arguments))
        super().__init__(f"plumb {said}: expected {expected}, got: {told.strip()}")


@dataclass(frozen=True)
class Commands:
    """On the chain at `url`; homes and deployments lie in the folder."""

    folder: Path
    url: str

    def shared(self, account: int) -> tuple[object, ...]:
        """The options that say where, and who."""
        home = self.folder / f"home{account}"
        where = ("--rpc-url", self.url, "--deployments", self.folder, "--home", home)
        return (*where, "--account", f"dev:{account}")

    def ask(self, account: int, *arguments: object) -> Any:
        """What the command prints as JSON. Raises `CommandFailed`."""
        done = self._run(account, (*arguments, "--json"))
        if done.returncode:
            raise CommandFailed(arguments, "success", done.stderr)
        return json.loads(done.stdout)

    def refused(self, account: int, *arguments: object) -> str:
        """The one line with which it fails. Raises `CommandFailed` if it doesn't so."""
        done = self._run(account, arguments)
        if done.returncode != 1 or TRACEBACK in done.stderr:
            expected = "status 1 with a line that says why"
            told = f"status {done.returncode}: {done.stderr[-1000:]}"
            raise CommandFailed(arguments, expected, told)
        return done.stderr.strip()

    def _run(
        self, account: int, arguments: tuple[object, ...]
    ) -> subprocess.CompletedProcess[str]:
        clean = {k: v for k, v in os.environ.items() if not k.startswith("ETH_")}
        return subprocess.run(
            in_a_process((*arguments, *self.shared(account))),
            cwd=self.folder,
            env=clean,
            capture_output=True,
            text=True,
            timeout=COMMAND_SECONDS,
        )
