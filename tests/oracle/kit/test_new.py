"""`plumb new consumer`: from an empty folder to a passing test and a deployed contract,
with the real tools."""

import json
import os
import re
import subprocess
from pathlib import Path

import pytest
from support.programs.command import Plumb, plumb_in
from support.programs.foundry import program
from support.programs.npm import installed
from support.testbeds.devnet import DevnetTestbed

from oracle.chain.local.accounts import development_accounts
from oracle.devnet.setup import Ready
from solidity.build import SHIM, install_compiler

TOOLS = ("--foundry", "--hardhat")
HARDHAT = (
    "@nomicfoundation/hardhat-ethers@3.1.3",
    "ethers@6.17.0",
    "hardhat@2.29.1",
    "solc@0.8.30",
)
SECONDS = 240
DEPLOYED = re.compile(r"Deployed to: (0x[0-9a-fA-F]{40})")


@pytest.fixture
def plumb(capsys: pytest.CaptureFixture[str]) -> Plumb:
    return plumb_in(capsys)


def run(folder: Path, *command: str, **more: str) -> str:
    """What it says; fails if it fails."""
    environment = os.environ | {
        "NO_COLOR": "1",
        "HARDHAT_DISABLE_TELEMETRY_PROMPT": "true",
    }
    done = subprocess.run(
        command,
        cwd=folder,
        env=environment | more,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=SECONDS,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def code_at(testbed: DevnetTestbed, said: str) -> bytes:
    found = DEPLOYED.search(said)
    assert found is not None, said
    web3 = testbed.chain.endpoint.web3
    return bytes(web3.eth.get_code(web3.to_checksum_address(found[1])))


def model_and_oracle(testbed: DevnetTestbed) -> tuple[str, str]:
    deployments = testbed.place.deployments
    oracle = deployments.contracts.oracle.address
    return "0x" + deployments.models["mnist"].hex(), "0x" + oracle.hex()


@pytest.mark.toolchain
@pytest.mark.slow
def test_new_foundry_app_tests_and_deploys(
    testbed: DevnetTestbed, served: tuple[str, Ready], plumb: Plumb, tmp_path: Path
) -> None:
    forge = program("forge")
    install_compiler()
    folder = tmp_path / "app"
    assert plumb("new", "consumer", folder, "--foundry").status == 0
    compiler = ("--use", str(SHIM), "--offline")
    said = run(folder, forge, "test", *compiler)
    assert "4 passed; 0 failed" in said
    model, oracle = model_and_oracle(testbed)
    key = development_accounts(6)[5].key.hex()
    deploy = ("create", "src/Asker.sol:Asker", "--rpc-url", served[0], "--broadcast")
    arguments = ("--constructor-args", oracle, model)
    said = run(folder, forge, *deploy, "--private-key", key, *compiler, *arguments)
    assert bytes.fromhex(model[2:]) in code_at(testbed, said), "an immutable"


@pytest.mark.toolchain
@pytest.mark.slow
def test_new_hardhat_app_tests_and_deploys(
    testbed: DevnetTestbed, served: tuple[str, Ready], plumb: Plumb, tmp_path: Path
) -> None:
    tools = installed("hardhat", *HARDHAT)
    folder = tmp_path / "app"
    assert plumb("new", "consumer", folder, "--hardhat").status == 0
    # What `npm install` would put there: 200 packages, which it takes its time for.
    wanted = json.loads((folder / "package.json").read_text())["devDependencies"]
    ours = wanted.pop("@plumbline/contracts")
    assert sorted("@".join(pair) for pair in wanted.items()) == sorted(HARDHAT)
    modules = folder / "node_modules"
    modules.mkdir()
    for there in tools.iterdir():
        (modules / there.name).symlink_to(there)
    (modules / "@plumbline").mkdir()
    (modules / "@plumbline" / "contracts").symlink_to(
        folder / ours.removeprefix("file:"), target_is_directory=True
    )
    said = run(folder, "npm", "test")
    assert "4 passing" in said and "failing" not in said
    model, oracle = model_and_oracle(testbed)
    terms = {"RPC_URL": served[0], "ORACLE": oracle, "MODEL_ID": model}
    said = run(folder, "npm", "run", "deploy", **terms)
    assert bytes.fromhex(model[2:]) in code_at(testbed, said), "an immutable"


@pytest.mark.parametrize("tool", TOOLS)
def test_new_folder_is_told_in_json_and_never_overwritten(
    tool: str, plumb: Plumb, tmp_path: Path
) -> None:
    folder = tmp_path / "app"
    told = plumb("new", "consumer", folder, tool, "--json").json()
    found = [p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()]
    assert sorted(found) == told["files"]
    assert ".gitignore" in found and "README.md" in found
    assert "vendor/contracts/InferenceConsumer.sol" in found
    assert told["next"][0] == f"cd {folder}"
    again = plumb("new", "consumer", folder, tool)
    assert again.status == 1
    assert again.err.startswith("plumb: expected a new or empty folder, got")
    beside = plumb("new", "consumer", folder / "README.md", tool)
    assert (beside.status, beside.err.count("\n")) == (1, 1)
