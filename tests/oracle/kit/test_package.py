"""What is in the npm package, and that nothing of it was copied by hand."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.programs.kit import App

import solidity.package as package
from oracle.devnet.setup import Ready
from solidity import artifact
from solidity.errors import BadDeployment

ROOT = Path(__file__).parents[3]
SOURCES = ROOT / "solidity" / "src"
BY_HAND = ROOT / "packages" / "contracts"

TYPED = """\
import { createPublicClient, http } from "viem";
import { InferenceOracleAbi } from "@plumbline/contracts";
import { addresses } from "@plumbline/contracts/addresses";
import { plumbline, type Answer } from "@plumbline/contracts/viem";
import { plumbline as overEthers } from "@plumbline/contracts/ethers";
import { JsonRpcProvider } from "ethers";

const publicClient = createPublicClient({ transport: http() });
const client = await plumbline({ publicClient, deployment: addresses[31337] });
const answer: Answer = await client.wait(1n);
const end: number = (await client.wait(1n)).claim.windowEnd;
const other = await overEthers({ provider: new JsonRpcProvider() });
const state = await publicClient.readContract({
  address: client.address,
  abi: InferenceOracleAbi,
  functionName: "getRequest",
  args: [1n],
});
const attempt: number = state.attempt;
"""
MISTAKES = (
    "const bond: number = (await client.wait(1n)).claim.bond;",
    'await client.wait(1n, { until: "Open" });',
    'await other.ask({ input: "0x00", fee: 1n });',
    'await client.estimateFee({ modelId: "0x00", input: "0x00" });',
    "const worker: bigint = state.worker;",
)
"""Each is a line that TypeScript must refuse."""
STRICT = "--noEmit --strict --module nodenext --target es2022 --lib es2022,dom".split()


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    yield App.made(tmp_path_factory.mktemp("app") / "app")


def test_package_holds_sources_artifacts_and_what_is_written_by_hand(app: App) -> None:
    found = {
        path.relative_to(app.package).as_posix(): path.read_text()
        for path in app.package.rglob("*")
        if path.is_file()
    }
    for path in SOURCES.rglob("*.sol"):
        key = path.relative_to(SOURCES).as_posix()
        assert (found.get(key) == path.read_text()) != key.startswith("test/"), key
    for path in filter(Path.is_file, BY_HAND.rglob("*")):
        assert found.pop(path.relative_to(BY_HAND).as_posix()) == path.read_text()
    assert found.pop("LICENSE") == (ROOT / "LICENSE").read_text()
    assert found == package.generated()
    assert "artifacts/MockInferenceOracle.json" in found
    assert "artifacts/Hostile.json" not in found


def test_package_names_versions_as_the_project_does() -> None:
    version = json.loads((BY_HAND / "package.json").read_text())["version"]
    assert f'\nversion = "{version}"\n' in (ROOT / "pyproject.toml").read_text()


@pytest.mark.toolchain
def test_package_abis_are_the_artifacts(app: App) -> None:
    program = """\
import * as abis from "@plumbline/contracts";
import { STATUS } from "./node_modules/@plumbline/contracts/abi/status.js";
console.log(JSON.stringify([abis, STATUS]));
"""
    (app.folder / "abis.mjs").write_text(program)
    done = app.node("abis.mjs")
    abis, statuses = json.loads(done.stdout)
    assert {"InferenceOracleAbi", "StakingAbi", "IInferenceCallbackAbi"} <= set(abis)
    for name, abi in abis.items():
        assert abi == artifact(name.removesuffix("Abi")).abi
    assert statuses[:6] == ["None", "Open", "Accepted", "Claimed", "Final", "Cancelled"]


@pytest.mark.toolchain
@pytest.mark.slow
def test_package_types_fit_and_find_mistakes(app: App) -> None:
    (app.folder / "package.json").write_text('{"type": "module"}')
    lines = len(TYPED.splitlines())
    (app.folder / "app.ts").write_text(TYPED + "\n".join(MISTAKES))
    compiler = "node_modules/typescript/bin/tsc"
    said = app.node(compiler, *STRICT, "app.ts").stdout
    wrong = {
        line.split("(")[1].split(",")[0] for line in said.splitlines() if "(" in line
    }
    assert wrong == {str(lines + 1 + i) for i in range(len(MISTAKES))}, said


def test_package_takes_addresses_from_deployment_files(
    served: tuple[str, Ready], tmp_path: Path
) -> None:
    path = served[1].deployments.write(tmp_path)
    assert package.deployed(tmp_path) == {"31337": json.loads(path.read_text())}
    (tmp_path / "1.json").write_text(path.read_text())
    with pytest.raises(BadDeployment, match="got chain 31337"):
        package.deployed(tmp_path)
    (tmp_path / "1.json").write_text("{}")
    with pytest.raises(BadDeployment, match="KeyError"):
        package.deployed(tmp_path)
