"""What an agent has sealed, kept until it is revealed.

An agent whose mind gives the same each time needs none: all else follows from the chain
and its key. Others must find again, after a crash, what they sealed.
"""

from pathlib import Path
from typing import Protocol


class Notebook(Protocol):
    def find(self, name: str) -> bytes | None: ...

    def keep(self, name: str, data: bytes) -> None:
        """Returns when it would survive a crash."""
        ...


class NoNotebook:
    """For minds that give the same each time."""

    def find(self, name: str) -> bytes | None:
        return None

    def keep(self, name: str, data: bytes) -> None:
        pass


class FileNotebook:
    """A file each, in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def find(self, name: str) -> bytes | None:
        try:
            return (self._folder / name).read_bytes()
        except FileNotFoundError:
            return None

    def keep(self, name: str, data: bytes) -> None:
        from converters.files import write_atomically

        self._folder.mkdir(parents=True, exist_ok=True)
        write_atomically(self._folder / name, data)
