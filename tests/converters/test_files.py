"""A file is written whole, or the one before it stays."""

import os
from pathlib import Path

import pytest

from converters.files import write_atomically


def test_write_new_file_has_ordinary_mode(tmp_path: Path) -> None:
    path, plain = tmp_path / "a", tmp_path / "b"
    write_atomically(path, b"new")
    plain.write_bytes(b"")
    assert path.read_bytes() == b"new"
    assert path.stat().st_mode == plain.stat().st_mode


def test_write_that_fails_keeps_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"before")

    def refuse(source: str, target: str) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(OSError, match="No space"):
        write_atomically(path, b"after")
    assert path.read_bytes() == b"before"
    assert os.listdir(tmp_path) == ["a"]


def test_write_that_fails_names_the_file_asked_for(tmp_path: Path) -> None:
    for path in (tmp_path / "none" / "a", tmp_path):
        with pytest.raises(OSError) as refused:
            write_atomically(path, b"")
        assert refused.value.filename == str(path)
    assert list(tmp_path.iterdir()) == []
