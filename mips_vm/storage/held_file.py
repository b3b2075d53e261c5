"""A file that stays the same one, whatever becomes of its name."""

import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Self
from weakref import finalize

from mips_vm.errors import BadMapping


@dataclass(frozen=True, slots=True)
class FileVersion:
    """What tells whether an open file was changed in place."""

    length: int
    changed_ns: int

    @classmethod
    def of(cls, status: os.stat_result) -> Self:
        return cls(status.st_size, status.st_mtime_ns)


class HeldFile:
    """A regular file, open for reading as long as anyone holds this.

    It may be replaced or removed by name. It must not be changed in place: `check`
    tells, but only after the fact. Raises BadMapping if `path` is no regular file.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path).absolute()
        # Without O_NONBLOCK, a pipe would wait for somebody to write.
        self.descriptor = os.open(self.path, os.O_RDONLY | os.O_NONBLOCK)
        finalize(self, os.close, self.descriptor)
        status = os.fstat(self.descriptor)
        if not stat.S_ISREG(status.st_mode):
            actual = stat.filemode(status.st_mode)
            raise BadMapping(self.path, "a regular file", actual)
        self.version = FileVersion.of(status)
        """As it was when it was opened."""

    def __len__(self) -> int:
        return self.version.length

    def check(self) -> None:
        """BadMapping unless the file is what it was when it was opened."""
        if FileVersion.of(os.fstat(self.descriptor)) != self.version:
            expected = "the file that was opened"
            raise BadMapping(self.path, expected, "one that was changed in place since")
