"""Model images on this machine, each a file named by its model root.

What a name promises is checked when the file comes in, and again whenever it is loaded.
Running nodes map these files, so each is written under another name, by one process
only, and never changed after it got its own.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from fcntl import LOCK_EX, flock
from pathlib import Path
from secrets import token_hex

import tinynn
from oracle.errors import NoImage, WrongImage
from tinynn.errors import ImageError

SUFFIX = ".plumb"
WRITABLE = 0o222


class ModelStore:
    """A folder of images. It need not exist before the first comes in."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path_of(self, model_root: bytes) -> Path:
        return self.folder / f"{model_root.hex()}{SUFFIX}"

    def holds(self, model_root: bytes) -> bool:
        return self.path_of(model_root).is_file()

    def roots(self) -> Iterator[bytes]:
        """Of every image that is there."""
        for path in sorted(self.folder.glob(f"*{SUFFIX}")):
            try:
                yield bytes.fromhex(path.name.removesuffix(SUFFIX))
            except ValueError:
                continue  # not ours

    def load(self, model_root: bytes) -> tinynn.Model:
        """The model, whose file still holds what it should; else `WrongImage`."""
        return checked(self.path_of(model_root), model_root)

    def add(self, image: Path) -> bytes:
        """Copies an image in; its model root. Raises `NoImage`."""
        try:
            root = tinynn.load(image).model_root
        except ImageError as error:
            raise NoImage(image, str(error)) from None
        if not self.holds(root):
            part = self.begin(root, token_hex(4))
            try:
                shutil.copyfile(image, part)
                self.finish(part, root)
            finally:
                part.unlink(missing_ok=True)
        return root

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Waits until no other process gathers images here, and keeps them waiting."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / ".lock").open("ab") as file:
            flock(file, LOCK_EX)
            yield

    def begin(self, model_root: bytes, source: str) -> Path:
        """Where to gather an image until it is whole; what is there came before."""
        self.folder.mkdir(parents=True, exist_ok=True)
        return self.folder / f".{model_root.hex()}.{source}.part"

    def finish(self, part: Path, model_root: bytes) -> None:
        """Takes the gathered file in; raises `WrongImage`, and then it is gone."""
        try:
            checked(part, model_root)
        except WrongImage:
            part.unlink()
            raise
        with part.open("rb") as file:
            os.fsync(file.fileno())
        whole = self.path_of(model_root)
        os.replace(part, whole)
        whole.chmod(whole.stat().st_mode & ~WRITABLE)


def checked(path: Path, model_root: bytes) -> tinynn.Model:
    """The model in the file, if it has this root; else `WrongImage`."""
    try:
        model = tinynn.load(path)
    except ImageError as error:
        raise WrongImage(path, model_root, f"no model image: {error}") from error
    if model.model_root != model_root:
        raise WrongImage(path, model_root, f"0x{model.model_root.hex()}")
    return model
