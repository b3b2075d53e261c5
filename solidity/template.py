"""A folder to start an app from: a contract that asks, its tests, the sources it needs.

Everything comes from this package, so nothing has to be published for it: the
contracts' sources lie in `vendor/contracts`, as the npm package has them.
"""

import json
from enum import StrEnum
from pathlib import Path

from .errors import FolderNotEmpty
from .package import Files, solidity_files

TEMPLATES = Path(__file__).parent / "templates"
VENDOR = "vendor/contracts"
NAME = "@plumbline/contracts"
DOTTED = {"gitignore": ".gitignore", "npmrc": ".npmrc"}
"""Such names would act here, and archives of Python packages leave them out."""


class Tool(StrEnum):
    """What compiles and tests the app."""

    FOUNDRY = "foundry"
    HARDHAT = "hardhat"


CONTRACTS = {Tool.FOUNDRY: "src", Tool.HARDHAT: "contracts"}


def template(tool: Tool, version: str) -> Files:
    """The folder's files, with Plumbline's `version` in the vendored package."""
    asker = TEMPLATES / "shared" / "Asker.sol"
    files = {f"{CONTRACTS[tool]}/{asker.name}": asker.read_text()}
    folder = TEMPLATES / tool
    for path in sorted(filter(Path.is_file, folder.rglob("*"))):
        name = path.relative_to(folder).as_posix()
        files[DOTTED.get(name, name)] = path.read_text()
    for key, text in solidity_files().items():
        files[f"{VENDOR}/{key}"] = text
    package = {"name": NAME, "version": version, "license": "MIT"}
    files[f"{VENDOR}/package.json"] = json.dumps(package, indent=2) + "\n"
    return files


def write_template(folder: Path, tool: Tool, version: str) -> list[str]:
    """Writes them into a new or empty folder; their names. Else FolderNotEmpty."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise FolderNotEmpty(folder)
    files = template(tool, version)
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return sorted(files)
