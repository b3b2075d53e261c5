"""A Cosmos EVM chain: cosmos/evm's `evmd`, one validator, blocks by CometBFT.

`PLUMB_EVMD` names the binary; docs/chains.md says how to build one. Its module can't be
had from the Go module proxy, so nothing here builds it.
"""

import json
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from chains.process import (
    BALANCE_WEI,
    ChainFailed,
    ChainProcess,
    free_port,
    rich_addresses,
    said_by,
)

from oracle.chain.local.known import CHAIN_ID

COSMOS_ID, DENOM = "plumb_31337-1", "atest"
VALIDATOR = "validator"
SELF_BOND = f"{10**21}{DENOM}"
BLOCK_GAS = 40_000_000
MOST_LOG_BLOCKS = 50
"""In one query. Public nodes of such chains have been seen with so few."""

Settings = Mapping[tuple[str, str], object]
"""By section and key; those above all sections are in ``""``."""


def evmd(folder: Path, block_seconds: float, feeless: bool = False) -> ChainProcess:
    """`feeless`: neither a base fee nor a tip, as many of these chains are.

    Raises `ChainFailed` if no binary is named.
    """
    found = os.environ.get("PLUMB_EVMD")
    if not found:
        raise ChainFailed("evmd: expected its path in PLUMB_EVMD: see docs/chains.md")
    home, port = folder / "home", free_port()
    found_chain(found, home, feeless)
    configure(home / "config" / "config.toml", consensus_settings(block_seconds))
    configure(home / "config" / "app.toml", app_settings(port))
    version = said_by(found, "version").strip()
    return ChainProcess(
        name="evmd, no fees" if feeless else "evmd",
        version=version or "built without one",
        command=(
            *(found, "start", "--home", home, "--chain-id", COSMOS_ID),
            *("--minimum-gas-prices", f"0{DENOM}", "--log_level", "error"),
        ),
        folder=folder,
        port=port,
        block_seconds=block_seconds,
        feeless=feeless,
        block_gas=BLOCK_GAS,
    )


def found_chain(found: str, home: Path, feeless: bool) -> None:
    """Its genesis: one validator, the development accounts, our chain's parameters."""
    ours = ("--home", home)
    keys = ("--keyring-backend", "test", *ours)
    said_by(found, "init", "plumb", "--chain-id", COSMOS_ID, *ours)
    path = home / "config" / "genesis.json"
    genesis = json.loads(path.read_text())
    set_parameters(genesis, feeless)
    path.write_text(json.dumps(genesis))
    said_by(found, "keys", "add", VALIDATOR, "--algo", "eth_secp256k1", *keys)
    coins = f"{BALANCE_WEI}{DENOM}"
    add = ("genesis", "add-genesis-account")
    said_by(found, *add, VALIDATOR, coins, *keys)
    accounts = home / "accounts.json"
    money = [{"denom": DENOM, "amount": str(BALANCE_WEI)}]
    rich = [
        {"address": cosmos_address(found, address, home), "coins": money}
        for address in rich_addresses()
    ]
    accounts.write_text(json.dumps(rich))
    said_by(found, "genesis", "bulk-add-genesis-account", accounts, *ours)
    sign = ("genesis", "gentx", VALIDATOR, SELF_BOND, "--chain-id", COSMOS_ID)
    said_by(found, *sign, *keys)
    said_by(found, "genesis", "collect-gentxs", *ours)
    said_by(found, "genesis", "validate-genesis", *ours)


def set_parameters(genesis: dict[str, Any], feeless: bool) -> None:
    """As cosmos/evm's own script for a local node does, with room for a deployment in
    a block."""
    state = genesis["app_state"]
    state["staking"]["params"]["bond_denom"] = DENOM
    state["mint"]["params"]["mint_denom"] = DENOM
    state["evm"]["params"]["evm_denom"] = DENOM
    for deposit in ("min_deposit", "expedited_min_deposit"):
        state["gov"]["params"][deposit][0]["denom"] = DENOM
    units = [
        {"denom": DENOM, "exponent": 0, "aliases": ["attotest"]},
        {"denom": "test", "exponent": 18, "aliases": []},
    ]
    names = {"name": "Test", "symbol": "TEST", "description": "", "uri": ""}
    told = {"base": DENOM, "display": "test", "denom_units": units, "uri_hash": ""}
    state["bank"]["denom_metadata"] = [told | names]
    if feeless:
        fees = state["feemarket"]["params"]
        fees["no_base_fee"] = True
        fees["base_fee"] = fees["min_gas_price"] = "0.000000000000000000"
    genesis["consensus"]["params"]["block"]["max_gas"] = str(BLOCK_GAS)


def cosmos_address(found: str, address: str, home: Path) -> str:
    """The same account as Cosmos writes it."""
    parsed = said_by(found, "debug", "addr", address.removeprefix("0x"), "--home", home)
    told = re.search(r"cosmos1[a-z0-9]{38}\b", parsed)
    if told is None:
        raise ChainFailed(f"evmd debug addr: expected an address, got {parsed[:200]}")
    return told[0]


def consensus_settings(block_seconds: float) -> Settings:
    return {
        ("consensus", "timeout_commit"): f'"{block_seconds:g}s"',
        ("consensus", "timeout_propose"): '"2s"',
        ("rpc", "laddr"): f'"tcp://127.0.0.1:{free_port()}"',
        ("rpc", "pprof_laddr"): '""',
        ("p2p", "laddr"): f'"tcp://127.0.0.1:{free_port()}"',
        ("mempool", "type"): '"app"',
    }


def app_settings(port: int) -> Settings:
    return {
        ("evm", "evm-chain-id"): CHAIN_ID,
        ("evm", "min-tip"): 0,
        ("evm", "geth-metrics-address"): f'"127.0.0.1:{free_port()}"',
        ("json-rpc", "enable"): "true",
        ("json-rpc", "address"): f'"127.0.0.1:{port}"',
        ("json-rpc", "ws-address"): f'"127.0.0.1:{free_port()}"',
        ("json-rpc", "metrics-address"): f'"127.0.0.1:{free_port()}"',
        ("json-rpc", "api"): '"eth,net,web3,txpool"',
        ("json-rpc", "enable-indexer"): "true",
        ("json-rpc", "block-range-cap"): MOST_LOG_BLOCKS,
        ("api", "enable"): "false",
        ("grpc", "address"): f'"127.0.0.1:{free_port()}"',
    }


def configure(path: Path, settings: Settings) -> None:
    """Sets what is there already. Raises `ChainFailed` if it isn't: another version."""
    text, missing = configured(path.read_text(), settings)
    if missing:
        names = ", ".join(f"[{section}] {key}" for section, key in missing)
        raise ChainFailed(f"{path.name}: expected {names}")
    path.write_text(text)


def configured(text: str, settings: Settings) -> tuple[str, list[tuple[str, str]]]:
    """The TOML with these values, and what it has no line of."""
    section, lines, left = "", [], dict(settings)
    for line in text.splitlines(keepends=True):
        if header := re.match(r"\s*\[([^\[\]]+)\]", line):
            section = header[1]
        key = re.match(r"\s*([\w-]+)\s*=", line)
        if key and (value := left.pop((section, key[1]), None)) is not None:
            line = f"{key[1]} = {value}\n"
        lines.append(line)
    return "".join(lines), list(left)
