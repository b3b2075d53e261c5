"""`plumb` as processes that are started, asked, stopped and killed."""

import json
import os
import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from support.programs.command import in_a_process

PATIENCE_SECONDS = 60


@dataclass
class Running:
    """A `plumb` that goes on until it is told to stop."""

    process: subprocess.Popen[str]
    log: Path

    def wait_for_json(self) -> Any:
        """The object that it prints when it is ready."""
        assert self.process.stdout is not None
        text = ""
        for line in self.process.stdout:
            text += line
            if line.rstrip() == "}":
                return json.loads(text)
        raise AssertionError(f"ended before it was ready: {self.log.read_text()}")

    def stop(self) -> int:
        """Asks it to end; its exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE_SECONDS)

    def kill(self) -> None:
        """No time to say good-bye."""
        self.process.kill()
        self.process.wait(PATIENCE_SECONDS)


@contextmanager
def running(
    folder: Path, *arguments: object, environment: Mapping[str, str] | None = None
) -> Iterator[Running]:
    """`plumb` with these arguments in that folder, gone at the end at the latest.

    `environment` has what is added to ours.
    """
    log = folder / f"{arguments[0]}.log"
    ours = {k: v for k, v in os.environ.items() if not k.startswith("ETH_")}
    with log.open("a") as errors:
        process = subprocess.Popen(
            in_a_process(arguments),
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            env={**ours, **(environment or {})},
        )
    with process:
        try:
            yield Running(process, log)
        finally:
            if process.poll() is None:
                process.kill()
