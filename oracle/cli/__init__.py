"""`plumb`: one command, its groups each in a file of this folder.

A group is imported when it is called, so that `plumb --help` answers at once. Each file
`NAME.py` here that is listed in `GROUPS` has an `app`, a Typer application. What a user
can do wrong ends in one line on standard error and exit status 1 (2 if the command line
itself is wrong); a traceback is always a bug of ours.
"""

import errno
import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from oracle.cli.common.deferred import deferred_group, reached
from oracle.cli.common.lean import spare
from oracle.cli.common.streams import mend
from oracle.legible import legible

GROUPS = {
    "ask": "Ask a language model here, and see its answer grow.",
    "demo": "The whole story on an embedded chain: an answer, a lie, a proof.",
    "devnet": "A chain to try things on, with the contracts in place.",
    "deploy": "Put the contracts on a chain.",
    "request": "Ask for inference, and follow what becomes of it.",
    "worker": "Answer requests for money, and stand by the answers.",
    "challenger": "Recompute every claim, and bring down what is false.",
    "web": "A page of what happens on the chain, for a browser.",
    "up": "Everything at once, to try it out: devnet, worker, challenger and page.",
    "watch": "Recompute every claim, and only tell.",
    "swarm": "Rounds of agents that rank each other's answers.",
    "dispute": "Look into disputes, also those that could be.",
    "model": "Look into models, convert them, run them, register them.",
    "cosmos": "Models on chains of CosmWasm: deploy, ask, look at.",
    "new": "A folder to start an app from, with tests.",
    "vm": "The machine by itself, on any MIPS32r2 little-endian ELF.",
    "bench": "Measure speed, gas and disputes, beside their peers.",
    "help": "The options that commands share: `plumb help chain`, `plumb help node`.",
}

MOST_SAID = 4000
"""Characters of an error."""

# Folders whose errors are for users: each has them all in its `errors` modules.
FOLDERS = ("mips_vm", "tinynn", "converters", "challenge", "solidity", "oracle")

CURES = {
    errno.ENOSPC: "make room on the disk",
    errno.EROFS: "make it writable for this user",
    errno.EACCES: "make it readable and writable for this user",
    errno.EEXIST: "nothing is overwritten; choose another name",
    errno.EADDRINUSE: "choose another port, or end the program that listens there",
}
"""What may help against what the system complains of."""

app = typer.Typer(
    name="plumb",
    help="Machine-learning inference for smart contracts that anyone can check.",
    cls=deferred_group(GROUPS, package=__name__),
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)


def print_version(asked: bool) -> None:
    if asked:
        from importlib import metadata

        from oracle.naming import DISTRIBUTION

        try:
            version = metadata.version(DISTRIBUTION)
        except metadata.PackageNotFoundError:
            version = "not installed as a package"
        print(f"plumb {version}")
        raise typer.Exit


@app.callback()
def leading_options(
    version: Annotated[
        bool,
        typer.Option(
            "--version",
            callback=print_version,
            is_eager=True,
            help="Print the version and exit.",
        ),
    ] = False,
) -> None:
    """Options that come before the command."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run `plumb` with `arguments`, by default the process's; its exit status."""
    spare()
    mend()
    words = sys.argv[1:] if arguments is None else arguments
    try:
        command, name, left = reached(app, __name__, GROUPS, words)
        command(args=left, prog_name=name)
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else int(stop.code is not None)
    except OSError as error:
        complain(described(error))
        return 1
    except MemoryError as error:
        complain(f"expected more memory, got: {one_line(error)}")
        return 1
    except Exception as error:
        if is_for_users(error):
            complain(one_line(error))
        elif is_the_nodes(error):
            complain(f"the chain's node complains: {words_of(error)}")
        else:
            raise
        return 1
    return 0


def complain(text: str) -> None:
    """In a few lines: a stranger's file may have names of megabytes."""
    more = len(text) - MOST_SAID
    if more > 0:
        text = f"{text[:MOST_SAID]} ... ({more:,} characters more)"
    print(f"plumb: {legible(text)}", file=sys.stderr)


def is_for_users(error: Exception) -> bool:
    """Whether one of our folders' `errors` modules defines `error`."""
    modules = (kind.__module__.split(".") for kind in type(error).__mro__)
    return any(
        path[0] in FOLDERS and "errors" in path[-1] for path in modules if len(path) > 1
    )


def is_the_nodes(error: Exception) -> bool:
    """Whether it is an endpoint's answer, as web3 raises what it is told."""
    return any(kind.__module__ == "web3.exceptions" for kind in type(error).__mro__)


def words_of(error: Exception) -> str:
    """The endpoint's own."""
    from oracle.chain.words import said  # web3, which has raised it, is there

    return " ".join(said(error).split()) or type(error).__name__


def described(error: OSError) -> str:
    reason = error.strerror or one_line(error)
    told = f"{error.filename}: {reason}" if error.filename else reason
    cure = CURES.get(error.errno or 0)
    return f"{told}: {cure}" if cure else told


def one_line(error: Exception) -> str:
    """What a contract refused is told in a sentence, if it is known what it means."""
    from oracle.chain.errors import Refused
    from oracle.chain.sentences import sentence

    told = sentence(error) if isinstance(error, Refused) else str(error)
    return " ".join(told.split()) or type(error).__name__
