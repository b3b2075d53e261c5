"""The committed artifacts: what the rest of Plumbline knows of the contracts.

Reading them needs neither a compiler nor node. The files are Hardhat's
`hh-sol-artifact-1`; `python -m solidity.build` writes them.
"""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TypedDict

from .errors import MalformedArtifact, UnknownArtifact

ARTIFACTS = Path(__file__).parent / "artifacts"
FORMAT = "hh-sol-artifact-1"
BUILD_RECORD = "build.json"


class AbiParameter(TypedDict, total=False):
    """An input or output; `components` are a struct's."""

    name: str
    type: str
    internalType: str
    indexed: bool
    components: "list[AbiParameter]"


class AbiEntry(TypedDict, total=False):
    """A function, event, error or constructor, as the compiler writes it."""

    type: str
    name: str
    inputs: list[AbiParameter]
    outputs: list[AbiParameter]
    stateMutability: str
    anonymous: bool


@dataclass(frozen=True, slots=True)
class Artifact:
    """A compiled contract; the code of an interface or abstract contract is empty.

    `abi` is the ABI's JSON, with every custom error that a call can end in, those
    of libraries and called contracts included.
    """

    name: str
    source: str
    abi: list[AbiEntry]
    bytecode: bytes
    deployed_bytecode: bytes


@cache
def artifact(name: str) -> Artifact:
    """The committed artifact of that name, or UnknownArtifact."""
    path = ARTIFACTS / f"{name}.json"
    if name not in names():
        raise UnknownArtifact(names(), name)
    try:
        fields = json.loads(path.read_text())
    except ValueError as error:
        raise MalformedArtifact(path.name, "JSON", str(error)) from None
    if not isinstance(fields, dict) or fields.get("_format") != FORMAT:
        raise MalformedArtifact(path.name, FORMAT, fields)
    return Artifact(
        name=fields["contractName"],
        source=fields["sourceName"],
        abi=fields["abi"],
        bytecode=bytes.fromhex(fields["bytecode"][2:]),
        deployed_bytecode=bytes.fromhex(fields["deployedBytecode"][2:]),
    )


def names() -> list[str]:
    """Names of all committed artifacts, sorted."""
    paths = ARTIFACTS.glob("*.json")
    return sorted(path.stem for path in paths if path.name != BUILD_RECORD)
