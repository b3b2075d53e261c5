"""The quickstart, typed as it stands."""

import socket
import sys
from pathlib import Path

import pytest
from support.programs.quickstart import type_page

PAGE = Path(__file__).parents[3] / "docs" / "quickstart.md"


@pytest.mark.slow
@pytest.mark.parametrize(
    "texts", [False, pytest.param(True, marks=pytest.mark.heavy)], ids=["", "texts"]
)
def test_quickstart_works_as_it_is_written(tmp_path: Path, texts: bool) -> None:
    pytest.importorskip("onnx", reason="onnx absent: the page converts a model")
    binaries = Path(sys.executable).parent
    if not (binaries / "plumb").exists():
        pytest.skip("plumb is not installed beside this Python")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    assert type_page(PAGE, tmp_path, binaries, port, texts) > 10
