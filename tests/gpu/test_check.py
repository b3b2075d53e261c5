"""`make gpu-check` at small sizes, on whatever device is here."""

import sys
from pathlib import Path

import numpy as np
import pytest
from gpu import check
from support.images.gpu_twin import device_or_skip

from tinynn.gpu.trust import found_by

SMALL = ["--exponent", "10", "--size", "64", "--count", "3"]


@pytest.mark.slow
def test_check_small_says_each_line_and_writes_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    device_or_skip()
    out = tmp_path / "folder" / "check.txt"
    monkeypatch.setattr(sys, "argv", ["check", *SMALL, "--out", str(out)])
    assert check.main() == 0
    told = out.read_text()
    assert capsys.readouterr().out == told
    for line in (
        "self-test: integers True",
        "tuples: 2^10 of each of 7 functions equal",
        "int8 gemm 64, native on ",
        "fp32 matvec 64, of the ",
        "mnist: 4 of 6 operators, 3 at once ",
        "mnist-int8: ",
    ):
        assert line in told, line


def test_check_of_a_device_that_differs_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    device_or_skip()

    def other(*given: object) -> bytes:
        found = np.frombuffer(found_by(*given), "<u4").copy()
        found[-1] ^= 1
        return found.tobytes()

    monkeypatch.setattr(check, "found_by", other)
    out = tmp_path / "check.txt"
    monkeypatch.setattr(sys, "argv", ["check", *SMALL, "--out", str(out)])
    assert check.main() == 1
    assert "failed: seed 0: two products: 1 of 1024 differ" in out.read_text()
