"""Infer's example on Hardhat's own chain: another compiler's run, another EVM."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from random import Random

import pytest
from support.programs.npm import installed

import tinynn
from converters.evm import compiled
from mips_vm.hashing.keccak import keccak256
from oracle.demo.drawing import draw
from solidity.build import SOURCES
from solidity.deployment import create_address
from tinynn import models

HARDHAT = (
    "@nomicfoundation/hardhat-ethers@3.1.3",
    "ethers@6.17.0",
    "hardhat@2.29.1",
    "solc@0.8.30",
)
CONFIG = Path(__file__).parents[2] / "solidity" / "templates" / "hardhat"
NEEDED = ("examples/Cheques.sol", "libraries/Infer.sol", "nets/NetFactory.sol")
NEEDED += ("interfaces/INetFactory.sol",)
DEPLOYER = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"
SECONDS = 240


def given() -> dict[str, object]:
    """The net where Hardhat's first account would have it created, and digits."""
    factory = create_address(DEPLOYER, 0).lower()
    model = tinynn.load(models.path("mnist-int8"))
    made = compiled(model, bytes.fromhex(factory[2:]))
    digits = []
    for number in (3, 1, 0, 7):
        image = draw(number, Random(number)).tobytes()
        answer = model.answer(image)
        digits.append(
            {
                "image": "0x" + image.hex(),
                "answer": "0x" + answer.hex(),
                "digit": int.from_bytes(answer[-4:], "little"),
            }
        )
    return {
        "factory": factory,
        "modelRoot": "0x" + model.model_root.hex(),
        "net": {
            "at": "0x" + made.address.hex(),
            "outputBytes": model.tables.output_bytes,
            "codeHash": "0x" + keccak256(made.runtime).hex(),
        },
        "creations": ["0x" + creation.hex() for creation in made.creations],
        "digits": digits,
    }


@pytest.mark.toolchain
@pytest.mark.slow
def test_cheques_on_hardhat(tmp_path: Path) -> None:
    (tmp_path / "node_modules").symlink_to(installed("hardhat", *HARDHAT))
    for name in NEEDED:
        target = tmp_path / "contracts" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(SOURCES / name, target)
    shutil.copy(CONFIG / "hardhat.config.js", tmp_path)
    (tmp_path / "package.json").write_text('{"private": true}')
    (tmp_path / "test").mkdir()
    shutil.copy(Path(__file__).parent / "cheques.js", tmp_path / "test")
    (tmp_path / "given.json").write_text(json.dumps(given()))
    environment = os.environ | {
        "NO_COLOR": "1",
        "HARDHAT_DISABLE_TELEMETRY_PROMPT": "true",
    }
    done = subprocess.run(
        ["node", "node_modules/hardhat/internal/cli/bootstrap.js", "test"],
        cwd=tmp_path,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=SECONDS,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "4 passing" in done.stdout and "failing" not in done.stdout
