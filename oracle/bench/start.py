"""What a command costs before it does its work: processor time of whole processes.

Each is started anew and its least time counts, user and system together, since that is
what a person waits for on a quiet machine. Beside it stands a bare
`python -c "import typer, rich"`, on which all of it is built.
"""

import resource
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import tinynn
from oracle.bench.errors import CommandFailed
from oracle.bench.figure import Figure
from oracle.chain.chain import Chain
from oracle.chain.local.accounts import development_accounts
from oracle.chain.local.endpoint import EmbeddedEndpoint
from oracle.devnet.server import Service, application
from oracle.devnet.serving import serving
from oracle.devnet.setup import Ready, set_up
from oracle.requester.requests import Terms, ask
from oracle.sending.sender import Sender
from solidity.deployment import Parameters
from tinynn import models

PEER: Final = 'python -c "import typer, rich"'
PLUMB: Final = "import sys; from oracle.cli import main; sys.exit(main())"
REPEATS: Final = 5
LOCAL: Final = "127.0.0.1"
PARTS, CLOCK_SECONDS, FEE_WEI = 32, 600, 10**15


def figures() -> Iterator[Figure]:
    """Help, the help of a group, and a verb that reads the chain."""
    bare = least_cpu_seconds("import typer, rich", ())

    def figure(name: str, arguments: Sequence[str]) -> Figure:
        seconds = least_cpu_seconds(PLUMB, arguments)
        return Figure(f"start.{name}_cpu_seconds", seconds, "s", PEER, bare)

    yield figure("help", ["--help"])
    yield figure("model_help", ["model", "--help"])
    with request_on_a_devnet() as (request, options):
        yield figure("chain_verb", ["request", "status", str(request), *options])


def least_cpu_seconds(code: str, arguments: Sequence[str]) -> float:
    """Of some runs of a Python program. Raises `CommandFailed`."""
    return min(cpu_seconds(code, arguments) for _ in range(REPEATS))


def cpu_seconds(code: str, arguments: Sequence[str]) -> float:
    """Of one run, the interpreter's own start included."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        raise CommandFailed(" ".join(arguments) or code, done.returncode, done.stderr)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


@contextmanager
def request_on_a_devnet() -> Iterator[tuple[int, list[str]]]:
    """A request's id, and the options that lead to its chain, served meanwhile."""
    ready = set_up(Parameters(PARTS, CLOCK_SECONDS))
    request = asked(ready)
    web = application(Service(ready.devnet))
    with serving(web, LOCAL, 0) as url, TemporaryDirectory() as folder:
        ready.deployments.write(Path(folder))
        yield request, ["--rpc-url", url, "--deployments", folder, "--home", folder]


def asked(ready: Ready) -> int:
    """A digit is asked for by a development account."""
    chain = Chain(EmbeddedEndpoint.over(ready.devnet.chain))
    sender = Sender(chain, development_accounts(1)[0])
    ((name, model_id),) = ready.deployments.models.items()
    data = bytes(tinynn.load(models.path(name)).tables.input_bytes)
    contracts = ready.deployments.contracts
    request, _ = ask(sender, contracts, model_id, data, Terms(fee_wei=FEE_WEI))
    return request
