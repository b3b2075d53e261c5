"""Real geth, one node with its own blocks: `geth --dev` on a genesis of ours.

Its binary is `PLUMB_GETH`, or one on the path, or built from the Go module proxy at the
version that is pinned here, into `build/geth`, once.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from chains.process import (
    BALANCE_WEI,
    ChainFailed,
    ChainProcess,
    free_port,
    rich_addresses,
    said_by,
)
from support.programs.npm import BUILD

from oracle.chain.local.known import CHAIN_ID

VERSION = "v1.17.10"
MODULE = f"github.com/ethereum/go-ethereum/cmd/geth@{VERSION}"
BUILD_SECONDS = 7200.0
FORKS = ("shanghaiTime", "cancunTime", "pragueTime", "osakaTime")
SYNC = ("--nodiscover", "--maxpeers", 0, "--port", 0, "--ipcdisable")
HTTP_APIS = "eth,net,web3,txpool"


def geth(folder: Path, block_seconds: float) -> ChainProcess:
    """Raises `ChainFailed` if there is no binary and no Go to build it with."""
    found, port = binary(), free_port()
    data = folder / "data"
    genesis = folder / "genesis.json"
    genesis.write_text(json.dumps(genesis_of(found)))
    said_by(found, "--datadir", data, "init", genesis)
    http = ("--http", "--http.port", port, "--http.api", HTTP_APIS)
    dev = ("--dev", "--dev.period", int(block_seconds), "--networkid", CHAIN_ID)
    return ChainProcess(
        name="geth",
        version=version_of(found),
        command=(found, "--datadir", data, *dev, *http, *SYNC, "--verbosity", 3),
        folder=folder,
        port=port,
        block_seconds=block_seconds,
    )


def binary() -> str:
    if found := os.environ.get("PLUMB_GETH") or shutil.which("geth"):
        return found
    built = BUILD / "geth" / "geth"
    if not built.exists():
        build(built.parent)
    return str(built)


def build(folder: Path) -> None:
    """By Go, from its module proxy: minutes, once."""
    if shutil.which("go") is None:
        raise ChainFailed(
            f"geth: expected PLUMB_GETH, one on the path, or Go to build {MODULE}"
        )
    print(f"geth: building {VERSION}, which takes minutes", file=sys.stderr)
    folder.mkdir(parents=True, exist_ok=True)
    environment = os.environ | {"GOBIN": str(folder)}
    done = subprocess.run(
        ["go", "install", MODULE],
        env=environment,
        capture_output=True,
        text=True,
        timeout=BUILD_SECONDS,
    )
    if done.returncode:
        raise ChainFailed(f"geth: go install {MODULE}: {done.stderr.strip()[-500:]}")


def version_of(found: str) -> str:
    told = dict(
        line.split(":", 1)
        for line in said_by(found, "version").splitlines()
        if ":" in line
    )
    return told["Version"].strip()


def genesis_of(found: str) -> dict[str, object]:
    """That of geth's own development chain, under our id, with our accounts, and with
    the rules of Ethereum as it is: geth's has a fork that is yet to come."""
    genesis = json.loads(said_by(found, "--dev", "dumpgenesis"))
    config = genesis["config"]
    for fork in [name for name in config if name.endswith("Time")]:
        if fork not in FORKS:
            del config[fork]
    config["chainId"] = CHAIN_ID
    money = {address: {"balance": hex(BALANCE_WEI)} for address in rich_addresses()}
    genesis["alloc"] |= money
    return dict(genesis)
