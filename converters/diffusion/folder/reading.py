"""A folder of diffusers, read: what it says it is, and what of that is known here."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from converters.errors import BadModelFile, OddDiffusionModel
from converters.language.files import safetensors
from converters.language.matrix import Matrix

from ..network import CHANNELS
from ..schedule import read_json
from .config import PLAIN, unet_of
from .network import FolderNetwork
from .weights import Held

INDEX: Final = "model_index.json"
UNET: Final = "unet"
SCHEDULE: Final = Path("scheduler") / "scheduler_config.json"
TENSORS: Final = "diffusion_pytorch_model.safetensors"
PARTS: Final = {"unet", "scheduler"}


def is_folder(path: Path) -> bool:
    """Whether it is one of diffusers'."""
    return (path / INDEX).is_file()


@dataclass(frozen=True, slots=True)
class Folder:
    """What it holds as far as that is known, and all that no image can hold."""

    network: FolderNetwork | None
    problems: list[str]


def read_folder(path: Path) -> FolderNetwork:
    """The network, with its tensors; the schedule is a file inside. OddDiffusionModel
    with all that no image can hold: parts of the pipeline, fields, types of tensors."""
    found = looked_into(path)
    if found.problems or found.network is None:
        raise OddDiffusionModel(path, found.problems)
    return found.network


def looked_into(path: Path) -> Folder:
    """BadModelFile if it is no such folder."""
    problems = _odd_parts(read_json(path / INDEX))
    config = path / UNET / "config.json"
    if not config.is_file():
        raise BadModelFile(path, f"{UNET}/config.json", "none")
    unet, odd = unet_of(read_json(config))
    problems += [f"{UNET}: {one}" for one in odd]
    held: dict[str, Matrix] = {}
    tensors = path / UNET / TENSORS
    if tensors.is_file():
        held, refused = safetensors.read(tensors)
        problems += [f"{UNET}: {one}" for one in refused]
    else:
        problems.append(f"{UNET}: expected {TENSORS}, got none")
    if unet is None:
        return Folder(None, problems)
    if unet.told:
        problems.append(f"{UNET}: expected a {PLAIN}, got one that is told a text")
    if unet.in_channels not in CHANNELS:
        problems.append(f"{UNET}: expected 1, 3 or 4 channels, got {unet.in_channels}")
    return Folder(FolderNetwork(path, unet, Held(held)), problems)


def _odd_parts(index: dict[str, Any]) -> list[str]:
    """Of a pipeline: what else than a network and a schedule it has."""
    found = []
    for name, value in index.items():
        if name.startswith("_") or name in PARTS or value in (None, [None, None]):
            continue
        if isinstance(value, list) and len(value) == 2:
            found.append(f"{name}: expected none, got {value[1]!r:.60}")
    for name in sorted(PARTS - set(index)):
        found.append(f"{name}: expected one, got none")
    return found
