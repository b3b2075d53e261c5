"""`plumb` run inside the test's process."""

import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from oracle.cli import main


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended and what it printed."""

    status: int
    out: str
    err: str

    def json(self) -> Any:
        """Standard output, which holds one JSON value and nothing else."""
        assert self.status == 0, self.err
        return json.loads(self.out)


Plumb = Callable[..., Ended]


def plumb_in(capsys: pytest.CaptureFixture[str]) -> Plumb:
    """A function that runs `plumb` with its arguments."""

    def plumb(*arguments: object) -> Ended:
        capsys.readouterr()
        status = main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return Ended(status, captured.out, captured.err)

    return plumb


def in_a_process(arguments: Sequence[object]) -> list[str]:
    """The command line that runs `plumb` as a user would."""
    code = "import sys; from oracle.cli import main; sys.exit(main())"
    return [sys.executable, "-c", code, *map(str, arguments)]
