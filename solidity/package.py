"""The npm package `@plumbline/contracts`, made of this repository and nothing else.

    python -m solidity.package FOLDER [--deployments DIR]

What is written by hand lies in `packages/contracts`; the rest is made here from
`src/`, `artifacts/` and deployment files. FOLDER gets both, and npm's tarball.
Sources under `test/` are for our own tests and stay here.
"""

import argparse
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .artifacts import ARTIFACTS, artifact, names
from .errors import (
    BadDeployment,
    BuildError,
    FolderNotEmpty,
    NotACheckout,
    PackFailed,
    ToolMissing,
)

FOLDER = Path(__file__).parent
SOURCES = FOLDER / "src"
BY_HAND = FOLDER.parent / "packages" / "contracts"
LICENSE = FOLDER.parent / "LICENSE"
TEST_SOURCES = "src/test/"
ORACLE_SOURCE = "interfaces/IInferenceOracle.sol"

STATUS = re.compile(r"enum Status \{([^}]*)\}")
SMALL_BITS = 48  # integers no longer than that are numbers in JavaScript
DEPLOYMENT_TYPES = """\
export interface Placed {
  address: `0x${string}`;
  block: number;
  transaction: `0x${string}`;
  version: string;
}
export interface Deployment {
  chainId: number;
  contracts: Record<string, Placed>;
  models: Record<string, `0x${string}`>;
}
export declare const addresses: Readonly<Record<number, Deployment>>;
"""

Files = dict[str, str]  # text by path inside the package


def solidity_files() -> Files:
    """The sources that an app may import, by their path behind the package's name."""
    return {
        path.relative_to(SOURCES).as_posix(): path.read_text()
        for path in sorted(SOURCES.rglob("*.sol"))
        if not is_for_tests(path.relative_to(FOLDER).as_posix())
    }


def public_names() -> list[str]:
    """Artifacts of those sources."""
    return [name for name in names() if not is_for_tests(artifact(name).source)]


def is_for_tests(source: str) -> bool:
    return source.startswith(TEST_SOURCES)


def generated(deployments: Path | None = None) -> Files:
    """Everything in the package that nobody wrote."""
    public = public_names()
    abis: dict[str, Any] = {f"{name}Abi": artifact(name).abi for name in public}
    statuses = status_names()
    chains = {} if deployments is None else deployed(deployments)
    files = solidity_files()
    for name in public:
        path = ARTIFACTS / f"{name}.json"
        files[f"artifacts/{name}.json"] = path.read_text()
    files["abi/index.js"] = "".join(
        f"export const {name} = {json.dumps(abi)};\n" for name, abi in abis.items()
    )
    files["abi/index.d.ts"] = "".join(
        f"export declare const {name}: {literal_type(abi)};\n"
        for name, abi in abis.items()
    )
    files["abi/status.js"] = f"export const STATUS = {json.dumps(statuses)};\n"
    files["abi/status.d.ts"] = (
        f"export declare const STATUS: {literal_type(statuses)};\n"
        "export type Status = (typeof STATUS)[number];\n"
    )
    files["abi/structs.d.ts"] = struct_types(abis["InferenceOracleAbi"])
    files["addresses.js"] = (
        f"export const addresses = {json.dumps(chains, indent=2)};\n"
    )
    files["addresses.d.ts"] = DEPLOYMENT_TYPES
    return files


def status_names() -> list[str]:
    """Names of a request's states, in the order of their numbers: no ABI has them."""
    found = STATUS.search((SOURCES / ORACLE_SOURCE).read_text())
    assert found is not None, "the interface defines the states"
    return [name.strip() for name in found[1].split(",")]


def literal_type(value: Any) -> str:
    """The TypeScript type that only this JSON value has."""
    if isinstance(value, list):
        return f"readonly [{', '.join(map(literal_type, value))}]"
    if isinstance(value, Mapping):
        fields = (
            f"readonly {key}: {literal_type(item)}" for key, item in value.items()
        )
        return f"{{ {'; '.join(fields)} }}"
    return json.dumps(value)


def struct_types(abi: list[Any]) -> str:
    """TypeScript's interfaces of the structs in an ABI's events, for the client, and
    what it counts an estimate's answer in."""
    found: dict[str, str] = {}
    for entry in abi:
        for parameter in entry.get("inputs", []):
            if entry["type"] == "event" and parameter["type"] == "tuple":
                name = parameter["internalType"].removeprefix("struct ")
                found[name] = "".join(
                    f"  {part['name']}: {value_type(part['type'])};\n"
                    for part in parameter["components"]
                )
    (estimate,) = (entry for entry in abi if entry.get("name") == "estimateFee")
    return "\n".join(
        [
            *(f"export interface {n} {{\n{found[n]}}}\n" for n in sorted(found)),
            f'export type FeeUnit = "{estimate["inputs"][2]["name"]}";\n',
        ]
    )


def value_type(solidity: str) -> str:
    """What a value of that type is in JavaScript."""
    if (bits := re.fullmatch(r"u?int(\d+)", solidity)) is not None:
        return "number" if int(bits[1]) <= SMALL_BITS else "bigint"
    return "boolean" if solidity == "bool" else "`0x${string}`"


def deployed(folder: Path) -> dict[str, Any]:
    """Deployments by chain id, from `<chainId>.json` files as `plumb deploy` writes."""
    chains: dict[str, Any] = {}
    for path in sorted(folder.glob("*.json")):
        try:
            data = json.loads(path.read_text())
            found = data["chainId"], data["contracts"]["InferenceOracle"]["address"]
        except (ValueError, KeyError, TypeError) as error:
            raise BadDeployment(path, f"{type(error).__name__}: {error}") from None
        if path.stem != str(found[0]):
            raise BadDeployment(path, f"chain {found[0]}")
        chains[path.stem] = data
    return chains


def stage(folder: Path, deployments: Path | None = None) -> None:
    """Writes the package's files into a folder, which must be new or empty."""
    if not BY_HAND.is_dir():
        raise NotACheckout(BY_HAND)
    shutil.copytree(BY_HAND, folder, dirs_exist_ok=True)
    shutil.copy(LICENSE, folder)
    for name, text in generated(deployments).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def pack(folder: Path, deployments: Path | None = None) -> Path:
    """Stages the package below `folder` and has npm pack it; the tarball."""
    npm = shutil.which("npm")
    if npm is None:
        raise ToolMissing("npm")
    staged = folder / "package"
    stage(staged, deployments)
    command = [npm, "pack", "--ignore-scripts", "--json", "--pack-destination", ".."]
    done = subprocess.run(
        command, cwd=staged, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise PackFailed(done.stderr)
    (tarball,) = folder.glob("*.tgz")
    return tarball


def main() -> int:
    """Packs; exit status 1 with one message when that fails."""
    parser = argparse.ArgumentParser(prog="python -m solidity.package")
    parser.add_argument("folder", type=Path, help="new, or empty")
    parser.add_argument("--deployments", type=Path, help="has <chainId>.json files")
    options = parser.parse_args()
    folder: Path = options.folder
    try:
        if folder.exists() and any(folder.iterdir()):
            raise FolderNotEmpty(folder)
        folder.mkdir(parents=True, exist_ok=True)
        tarball = pack(folder, options.deployments)
    except (BuildError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print(tarball)
    return 0


if __name__ == "__main__":
    sys.exit(main())
