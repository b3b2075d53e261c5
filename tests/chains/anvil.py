"""Foundry's anvil, with a block every so many seconds and a clock that can be set."""

from pathlib import Path

from chains.process import BALANCE_WEI, ETHER, RICH, ChainProcess, free_port, said_by
from support.programs.foundry import program


def anvil(folder: Path, block_seconds: float) -> ChainProcess:
    found, port = program("anvil"), free_port()
    version = said_by(found, "--version").split()[2]
    money = ("--accounts", RICH, "--balance", BALANCE_WEI // ETHER)
    time = ("--block-time", block_seconds)
    return ChainProcess(
        name="anvil",
        version=version,
        command=(found, "--port", port, "--silent", *money, *time),
        folder=folder,
        port=port,
        block_seconds=block_seconds,
        survives=False,
        travels=True,
    )
