"""Model images on this machine, each a file named by its model root.

What a name promises is checked when the file comes in, and again whenever it is loaded.
Running nodes map these files, so each is written under another name, by one process
only, and never changed after it got its own.

Nobody waits for anybody: two processes that want the same image each gather it in a
part of their own, and the second to be done finds it there.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from fcntl import LOCK_EX, LOCK_NB, flock
from pathlib import Path
from secrets import token_hex
from typing import BinaryIO

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
            with self.part(root, token_hex(4)) as part:
                try:
                    shutil.copyfile(image, part)
                    self.finish(part, root)
                finally:
                    part.unlink(missing_ok=True)
        return root

    @contextmanager
    def part(self, model_root: bytes, source: str) -> Iterator[Path]:
        """A file of one's own to gather an image in until it is whole.

        It holds what came from that source before, if nobody else is at it; it stays
        unless it is finished.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        path, mark = self._left(model_root, source) or self._begun(model_root, source)
        with mark:
            yield path

    def finish(self, part: Path, model_root: bytes) -> None:
        """Takes the gathered file in, and drops other parts of the image that nobody is
        at. Raises `WrongImage`, and then the part is gone."""
        try:
            checked(part, model_root)
        except WrongImage:
            part.unlink()
            raise
        with part.open("rb") as file:
            os.fsync(file.fileno())
        whole = self.path_of(model_root)
        if self.holds(model_root):
            part.unlink()  # nodes may map the other one
        else:
            # Of two that come here at once the second replaces the first by the same
            # bytes; who maps the first goes on with it.
            os.replace(part, whole)
            whole.chmod(whole.stat().st_mode & ~WRITABLE)
        for left in self._parts(model_root):
            if (mark := _owned(left)) is not None:
                with mark:
                    left.unlink(missing_ok=True)

    def _left(self, model_root: bytes, source: str) -> tuple[Path, BinaryIO] | None:
        """A part that nobody is at any more."""
        for path in self._parts(model_root, source):
            if (mark := _owned(path)) is not None:
                return path, mark
        return None

    def _begun(self, model_root: bytes, source: str) -> tuple[Path, BinaryIO]:
        """A new part, empty."""
        while True:
            name = f".{model_root.hex()}.{source}.{token_hex(4)}.part"
            path = self.folder / name
            mark = path.open("xb")
            if _is_marked(mark, path):
                return path, mark
            mark.close()  # who was done this instant took it for one that was left

    def _parts(self, model_root: bytes, source: str = "*") -> list[Path]:
        return sorted(self.folder.glob(f".{model_root.hex()}.{source}.*.part"))


def _owned(path: Path) -> BinaryIO | None:
    """A part that a process left, from now on ours while the file is open; None if
    somebody is at it, or it is gone."""
    try:
        mark = path.open("r+b")
    except OSError:
        return None
    if _is_marked(mark, path):
        return mark
    mark.close()
    return None


def _is_marked(mark: BinaryIO, path: Path) -> bool:
    """Whether the file is ours now.

    The mark is a lock that nobody ever waits for: it ends with its process, however
    that ends.
    """
    try:
        flock(mark, LOCK_EX | LOCK_NB)
        # Else it was finished meanwhile, and has become an image that nodes map.
        return os.path.samestat(os.fstat(mark.fileno()), path.stat())
    except (BlockingIOError, FileNotFoundError):
        return False


def checked(path: Path, model_root: bytes) -> tinynn.Model:
    """The model in the file, if it has this root; else `WrongImage`."""
    try:
        model = tinynn.load(path)
    except ImageError as error:
        raise WrongImage(path, model_root, f"no model image: {error}") from error
    if model.model_root != model_root:
        raise WrongImage(path, model_root, f"0x{model.model_root.hex()}")
    return model
