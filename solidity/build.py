"""Compiles the contracts into `artifacts/`; `--check` compares instead of writing.

    python -m solidity.build [--check] [NAME ...]

Needs node and npm, and nothing else of Plumbline does: npm's solc is pinned by the
hash of its bytes and driven through py-solc-x by the shim `solc.cjs`.

Each source file is compiled with just the files that it imports, so a contract's
bytes depend on those alone: an edit elsewhere can't change them.
"""

import argparse
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any

import solcx
from solcx.exceptions import SolcError

from .artifacts import ARTIFACTS, BUILD_RECORD, FORMAT
from .errors import (
    ArtifactsStale,
    BuildError,
    CompileFailed,
    ContractTooLarge,
    InstallFailed,
    ToolMissing,
    UnknownSource,
    WrongCompiler,
)

FOLDER = Path(__file__).parent
SOURCES = FOLDER / "src"
SHIM = FOLDER / "solc.cjs"
COMPILER_FOLDER = FOLDER.parent / "build" / "solc"  # git-ignored; solc.cjs knows it
SOLJSON = COMPILER_FOLDER / "node_modules" / "solc" / "soljson.js"

PACKAGE = "solc@0.8.30"
SOLJSON_SHA256 = "3bb491a777f76dff9b2fe73ce29ca20e21a971b59a2f2cf8f73415424f00be06"
VERSION = "0.8.30+commit.73712a01"

MAX_CODE_SIZE = 0x6000  # EIP-170
JOBS = 4  # compilers at once, a few hundred MB each
TEST_FOLDER = "test/"  # contracts that only tests deploy; they may be large

SETTINGS: dict[str, Any] = {
    "viaIR": True,
    "optimizer": {"enabled": True, "runs": 10_000},
    "evmVersion": "cancun",
    # No hash of the metadata at the end of the code: comments don't change bytes.
    "metadata": {"bytecodeHash": "none"},
}
CODE = [
    f"evm.{part}.{field}"
    for part in ("bytecode", "deployedBytecode")
    for field in ("object", "linkReferences")
]

DEFINITION = re.compile(r"^(?:abstract )?(?:contract|interface) \w+", re.MULTILINE)
IMPORT = re.compile(r'^import\s+(?:[^;"]*\sfrom\s+)?"([^"]+)"\s*;', re.MULTILINE)

Sources = dict[str, str]  # text by key: the path below src/, with slashes
Files = dict[str, str]  # text by name of the artifact's file


def read_sources() -> Sources:
    """Every Solidity file, by its path below `src/`."""
    paths = sorted(SOURCES.rglob("*.sol"))
    return {path.relative_to(SOURCES).as_posix(): path.read_text() for path in paths}


def source_hashes(sources: Sources) -> dict[str, str]:
    """sha256 of each source, as build.json records it."""
    return {
        key: hashlib.sha256(text.encode()).hexdigest() for key, text in sources.items()
    }


def closure(sources: Sources, root: str) -> Sources:
    """`root` and all that it imports, directly or not."""
    found: dict[str, str] = {}
    pending = [root]
    while pending:
        key = pending.pop()
        if key not in sources:
            raise UnknownSource(sorted(sources), key)
        if key not in found:
            found[key] = sources[key]
            pending += [_resolve(key, path) for path in IMPORT.findall(sources[key])]
    return dict(sorted(found.items()))


def _resolve(importer: str, path: str) -> str:
    parts: list[str] = list(PurePosixPath(importer).parent.parts)
    for part in PurePosixPath(path).parts:
        if part == ".." and parts:
            parts.pop()
        elif part != ".":
            parts.append(part)
    return "/".join(parts)


def install_compiler() -> None:
    """Puts the pinned compiler into `build/`, unless it is there, and checks it."""
    for tool in ("node", "npm"):
        if shutil.which(tool) is None:
            raise ToolMissing(tool)
    if not SOLJSON.exists():
        COMPILER_FOLDER.mkdir(parents=True, exist_ok=True)
        # --ignore-scripts: nothing that npm fetches runs before its hash is checked.
        flags = ["--no-save", "--ignore-scripts", "--no-audit", "--no-fund"]
        command = ["npm", "install", "--prefix", str(COMPILER_FOLDER), *flags, PACKAGE]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise InstallFailed(PACKAGE, done.stderr)
    actual = hashlib.sha256(SOLJSON.read_bytes()).hexdigest()
    if actual != SOLJSON_SHA256:
        raise WrongCompiler(SOLJSON_SHA256, actual)


def compile_source(sources: Sources, key: str) -> Files:
    """Artifacts of the contracts and interfaces that the source `key` defines."""
    try:
        output = solcx.compile_standard(
            standard_request(sources, key, SETTINGS), solc_binary=SHIM
        )
    except SolcError as error:
        raise CompileFailed(key, error.message) from None
    warnings = [entry["formattedMessage"] for entry in output.get("errors", [])]
    if warnings:
        raise CompileFailed(key, "\n".join(warnings))
    return artifacts_of(key, output)


def standard_request(
    sources: Sources, key: str, settings: dict[str, Any]
) -> dict[str, Any]:
    """What solc's standard-JSON mode is asked for the source `key`."""
    unit = closure(sources, key)
    return {
        "language": "Solidity",
        "sources": {path: {"content": text} for path, text in unit.items()},
        # Code of this source alone, but the errors of all that it can reach.
        "settings": settings
        | {"outputSelection": {"*": {"*": ["abi"]}, key: {"*": ["abi", *CODE]}}},
    }


def artifacts_of(key: str, output: dict[str, Any]) -> Files:
    """The artifacts in solc's answer for the source `key`."""
    errors = _errors(output["contracts"])
    return {
        name: _artifact(key, name, contract, errors)
        for name, contract in output["contracts"].get(key, {}).items()
        if any(entry["type"] != "error" for entry in contract["abi"])
    }


def _errors(contracts: dict[str, Any]) -> list[dict[str, Any]]:
    """Every custom error in reach: what a called contract reverts with is passed on."""
    entries = [
        entry
        for key in sorted(contracts)
        for name in sorted(contracts[key])
        for entry in contracts[key][name]["abi"]
        if entry["type"] == "error"
    ]
    return sorted(entries, key=_signature)


def _signature(entry: dict[str, Any]) -> str:
    types = ",".join(parameter["type"] for parameter in entry["inputs"])
    return f"{entry['name']}({types})"


def _artifact(
    source: str, name: str, contract: dict[str, Any], errors: list[dict[str, Any]]
) -> str:
    code = contract["evm"]["bytecode"]
    deployed = contract["evm"]["deployedBytecode"]
    size = len(deployed["object"]) // 2
    if size > MAX_CODE_SIZE and not source.startswith(TEST_FOLDER):
        raise ContractTooLarge(name, MAX_CODE_SIZE, size)
    abi = [entry for entry in contract["abi"] if entry["type"] != "error"]
    by_signature = {_signature(entry): entry for entry in errors}
    fields = {
        "_format": FORMAT,
        "contractName": name,
        "sourceName": f"src/{source}",
        "abi": abi + list(by_signature.values()),
        "bytecode": "0x" + code["object"],
        "deployedBytecode": "0x" + deployed["object"],
        "linkReferences": code["linkReferences"],
        "deployedLinkReferences": deployed["linkReferences"],
    }
    return _text(fields)


def _text(fields: dict[str, Any]) -> str:
    return json.dumps(fields, indent=2) + "\n"


def build_record(sources: Sources) -> str:
    """The text of build.json: compiler, settings and the hash of every source."""
    compiler = {
        "package": PACKAGE,
        "version": VERSION,
        "soljsonSha256": SOLJSON_SHA256,
    }
    fields = {
        "compiler": compiler,
        "settings": SETTINGS,
        "sources": source_hashes(sources),
    }
    return _text(fields)


def build(names: list[str]) -> Files:
    """Text of each file below `artifacts/`, by its name.

    `names` limits it to some sources, for a quick look while editing; build.json,
    which vouches for all, comes with a complete build only.
    """
    install_compiler()
    sources = read_sources()
    by_stem = {PurePosixPath(key).stem: key for key in sources}
    for name in names:
        if name not in by_stem:
            raise UnknownSource(sorted(by_stem), name)
    chosen = [by_stem[name] for name in names] or list(sources)
    # Libraries of internal functions have no ABI, and so no artifact.
    keys = [key for key in chosen if DEFINITION.search(sources[key])]
    files: Files = {}
    with ThreadPoolExecutor(min(JOBS, os.cpu_count() or 1)) as pool:
        for artifacts in pool.map(partial(compile_source, sources), keys):
            files |= {f"{name}.json": text for name, text in artifacts.items()}
    if not names:
        files[BUILD_RECORD] = build_record(sources)
    return files


def stale(files: Files, complete: bool) -> list[str]:
    """Names of files that differ from the committed ones, or have no source."""
    committed = {path.name: path.read_text() for path in ARTIFACTS.glob("*.json")}
    names = [name for name, text in files.items() if committed.get(name) != text]
    if complete:
        names += [name for name in committed if name not in files]
    return sorted(names)


def write(files: Files, complete: bool) -> None:
    """Writes the artifacts; a complete build removes those that have no source."""
    ARTIFACTS.mkdir(exist_ok=True)
    for name, text in files.items():
        (ARTIFACTS / name).write_text(text)
    if complete:
        for path in ARTIFACTS.glob("*.json"):
            if path.name not in files:
                path.unlink()


def main() -> int:
    """Builds or checks; exit status 1 with one message when that fails."""
    parser = argparse.ArgumentParser(prog="python -m solidity.build")
    parser.add_argument("--check", action="store_true", help="compare, write nothing")
    parser.add_argument("names", nargs="*", metavar="NAME", help="only these sources")
    options = parser.parse_args()
    complete = not options.names
    try:
        files = build(options.names)
        if options.check:
            if names := stale(files, complete):
                raise ArtifactsStale(names)
        else:
            write(files, complete)
    except BuildError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print(f"{len(files)} files {'match' if options.check else 'written'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
