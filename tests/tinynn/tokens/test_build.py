"""The committed code of the host is what the C sources compile to."""

from pathlib import Path

import pytest

from tinynn.tokens import build


@pytest.mark.toolchain
def test_tokens_build_gives_the_committed_code() -> None:
    pytest.importorskip("ziglang")
    assert build.main(["--check"]) == 0


def test_tokens_check_of_other_code_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "host.ll"
    other.write_text(build.IR.read_text() + "\n")
    monkeypatch.setattr(build, "compiled", build.IR.read_text)
    monkeypatch.setattr(build, "IR", other)
    assert build.main(["--check"]) == 1
    assert "host.ll: expected what the sources compile to" in capsys.readouterr().err
    assert build.main(["--other"]) == 2
