"""The guest's exponential, which takes a fast way: the same bits as operation by
operation."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from support.images.operations import apply

from tinynn import guest

PROGRAM = Path(__file__).parent / "programs" / "every_exponential.c"
STRIDE = 1021
"""A prime, so that all patterns of low bits occur: four million floats."""

TURNS = np.array(
    [
        # Products and sums that are rounded up to a power of two.
        *(0x347F_FFFF, 0x34FF_FFFF, 0x39B5_0249, 0x39FF_FAAB, 0x3D3E_38A4),
        *(0x3DBB_9F77, 0x3DBC_7A84, 0x3E37_7A4C, 0x3E66_FFD4, 0x3E9C_F463),
        # Where n begins to be 1, where a remainder is least, the fast way's ends.
        *(0x3EB1_7217, 0x3EB1_7218, 0x3EB1_7219, 0x3F31_7218, 0x42AB_FFFF),
        *(0x42AC_0000, 0x32FF_FFFF, 0x3300_0000, 0x3300_0001, 0x417F_FFFF),
    ],
    np.uint32,
)


@pytest.mark.parametrize("name", ["Exp", "Sigmoid", "Elu", "Tanh"])
def test_exponential_at_its_turns_equals_native(name: str) -> None:
    words = np.concatenate([TURNS, TURNS | 0x8000_0000])
    apply(name, words.view(np.float32))


@pytest.mark.toolchain
def test_exponential_of_many_floats_is_that_of_the_hosts(tmp_path: Path) -> None:
    """All of the fast way was checked once, one after another: docs/float.md."""
    pytest.importorskip("ziglang")
    flags = ["-O2", "-std=c11", "-ffp-contract=off", "-fno-sanitize=undefined"]
    command = [sys.executable, "-m", "ziglang", "cc", *flags]
    folder, built = guest.elf_path().parent, tmp_path / "every"
    subprocess.run([*command, f"-I{folder}", PROGRAM, "-o", built], check=True)
    run = [built, str(STRIDE), "0"]
    done = subprocess.run(run, capture_output=True, text=True, check=False)
    assert (done.stdout, done.returncode) == ("", 0)
