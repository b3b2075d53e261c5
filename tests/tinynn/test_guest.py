"""The committed guest and its sources."""

import re
import runpy
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from support.models import digit_reader

import tinynn
from tinynn import guest
from tinynn.errors import GuestBuildError
from tinynn.guest import build as guest_build
from tinynn.image import Header
from tinynn.operators import FAMILIES, Operator, dense, softmax

FOLDER = guest.elf_path().parent
PROGRAMS = Path(__file__).parent / "programs"


@pytest.mark.parametrize("source", sorted(FOLDER.glob("*.[ch]")), ids=lambda p: p.name)
def test_guest_source_does_no_float_arithmetic(source: Path) -> None:
    """Else the compiler would link its own soft-float, which has errors."""
    code = re.sub(r"/\*.*?\*/", "", source.read_text(), flags=re.DOTALL)
    assert not re.search(r"\b(float|double)\b|\d\.\d", code)


def test_guest_opcodes_are_the_families() -> None:
    text = (FOLDER / "image.h").read_text()
    body = re.search(r"enum opcode \{(.*?)\}", text, re.DOTALL)
    assert body is not None
    found = dict(re.findall(r"(\w+) = (\d+)", body.group(1)))
    expected = {f.name.upper(): str(f.opcode) for f in FAMILIES.values()}
    assert found == expected


def test_guest_header_is_the_image_header() -> None:
    text = (FOLDER / "image.h").read_text()
    body = re.search(r"struct header \{(.*?)\}", text, re.DOTALL)
    assert body is not None
    fields = re.findall(r"uint32_t (\w+)", body.group(1))
    assert fields[:-1] == [*Header.__slots__[:-1]]


def test_guest_operator_row_is_the_image_row() -> None:
    text = (FOLDER / "image.h").read_text()
    body = re.search(r"struct operator_row \{(.*?)\}", text, re.DOTALL)
    assert body is not None
    assert re.findall(r"uint32_t (\w+);", body.group(1)) == [*Operator.__slots__]


def test_guest_dense_limits_are_the_native_ones() -> None:
    assert (
        f"#define FINITE_WEIGHTS {dense.FINITE_WEIGHTS}u"
        in (FOLDER / "image.h").read_text()
    )
    found = re.search(r"MAX_INPUTS \(1u << (\d+)\)", (FOLDER / "dense.c").read_text())
    assert found is not None
    assert dense.MAX_INPUTS == 1 << int(found.group(1))


def test_guest_softmax_constants_are_the_native_ones() -> None:
    """The words of kernels.c, by name; the polynomial is in order of falling power."""
    text = (FOLDER / "kernels.c").read_text()
    names = ("LOG2_E", "ROUNDER", "LN2_HIGH", "LN2_LOW", "OVERFLOW", "UNDERFLOW", "ONE")
    for name in names:
        found = re.search(rf"#define {name} (0x[0-9a-f]+)u", text)
        assert found is not None
        assert int(found.group(1), 16) == int(getattr(softmax, name).view(np.uint32))
    body = re.search(r"polynomial\[\] = \{(.*?)\}", text, re.DOTALL)
    assert body is not None
    words = [int(word, 16) for word in re.findall(r"0x[0-9a-f]+", body.group(1))]
    native = [getattr(softmax, f"C{power}") for power in range(7, 1, -1)]
    assert words == [int(c.view(np.uint32)) for c in native]


@pytest.mark.toolchain
def test_guest_rebuild_gives_the_committed_bytes() -> None:
    pytest.importorskip("ziglang")
    guest_build.check()
    assert guest_build.main(["--check"]) == 0


@pytest.mark.toolchain
def test_guest_rebuild_from_another_folder_gives_the_same_bytes(tmp_path: Path) -> None:
    pytest.importorskip("ziglang")
    from mips_vm.build import build_elf

    for name in guest_build.SOURCES + ("kernels.h", "image.h", "softfloat.h"):
        shutil.copy(FOLDER / name, tmp_path)
    sources = [tmp_path / name for name in guest_build.SOURCES]
    built = build_elf(sources, tmp_path / "guest.elf")
    assert built.read_bytes() == guest.elf_path().read_bytes()


@pytest.mark.toolchain
def test_guest_check_of_another_elf_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("ziglang")
    other = tmp_path / "other.elf"
    other.write_bytes(guest.elf_path().read_bytes() + b"\0")
    monkeypatch.setattr(guest_build, "elf_path", lambda: other)
    with pytest.raises(GuestBuildError, match="guest.elf: expected"):
        guest_build.check()
    assert guest_build.main(["--check"]) == 1
    assert guest_build.main(["--other"]) == 2


@pytest.mark.toolchain
def test_softfloat_program_rebuild_gives_the_committed_bytes(tmp_path: Path) -> None:
    pytest.importorskip("ziglang")
    build = runpy.run_path(str(PROGRAMS / "build.py"))
    built = build["build"](tmp_path / "program.elf")
    assert built.read_bytes() == (PROGRAMS / "softfloat_ops.elf").read_bytes()


@pytest.mark.toolchain
def test_guest_under_qemu_gives_the_native_answer(tmp_path: Path) -> None:
    pytest.importorskip("ziglang")
    qemu = shutil.which("qemu-mipsel")
    if qemu is None:
        pytest.skip("qemu-mipsel absent: apt install qemu-user")
    program = guest_build.build(tmp_path / "guest", qemu=True)
    image = tmp_path / "model.plumb"
    image.write_bytes(digit_reader())
    model = tinynn.load(image)
    for seed in range(3):
        pixels = np.random.default_rng(seed).integers(0, 256, 36).astype(np.uint8)
        command = [qemu, str(program), str(image)]
        done = subprocess.run(
            command, input=pixels.tobytes(), capture_output=True, check=True
        )
        assert done.stdout == model.answer(pixels.tobytes())
