"""The committed guest and its sources."""

import itertools
import re
import runpy
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from support.images.models import digit_reader

import tinynn
from mips_vm.constants import PROGRAM
from mips_vm.hashing.tree import ZERO
from mips_vm.storage.memory import Memory
from tinynn import guest
from tinynn.errors import GuestBuildError
from tinynn.guest import build as guest_build
from tinynn.guest import dot_block
from tinynn.image.image import OPERAND, OPERATOR, Header
from tinynn.kernels import coefficients
from tinynn.memory.tensor import DTYPE_CODES
from tinynn.operators import FAMILIES, dense

FOLDER = guest.elf_path().parent
PROGRAMS = Path(__file__).parent / "programs"


@pytest.mark.parametrize("source", sorted(FOLDER.rglob("*.[ch]")), ids=lambda p: p.name)
def test_guest_source_does_no_float_arithmetic(source: Path) -> None:
    """Else the compiler would link its own soft-float, which has errors."""
    code = re.sub(r"/\*.*?\*/", "", source.read_text(), flags=re.DOTALL)
    assert not re.search(r"\b(float|double)\b|\d\.\d", code)


def test_guest_opcodes_are_the_families() -> None:
    rows = re.findall(r"X\((\d+), (\w+)\)", (FOLDER / "opcodes.h").read_text())
    assert {int(opcode): name for opcode, name in rows} == {
        family.opcode: family.name for family in FAMILIES.values()
    }


def test_guest_element_types_are_the_image_types() -> None:
    text = (FOLDER / "image.h").read_text()
    body = re.search(r"enum element_type \{(.*?)\}", text, re.DOTALL)
    assert body is not None
    found = re.findall(r"(\w+) = (\d+)", body.group(1))
    assert {name.lower(): int(code) for name, code in found} == DTYPE_CODES


def test_guest_header_is_the_image_header() -> None:
    text = (FOLDER / "image.h").read_text()
    body = re.search(r"struct header \{(.*?)\}", text, re.DOTALL)
    assert body is not None
    fields = re.findall(r"uint32_t (\w+)", body.group(1))
    assert fields[:-1] == [*Header.__slots__[:-1]]


@pytest.mark.parametrize(
    ("name", "size"), [("operator_row", OPERATOR.size), ("operand", OPERAND.size)]
)
def test_guest_record_parts_are_as_long_as_the_image_parts(
    name: str, size: int
) -> None:
    text = (FOLDER / "image.h").read_text()
    assert f"_Static_assert(sizeof(struct {name}) == {size}" in text


def test_guest_dense_limits_are_the_native_ones() -> None:
    assert (
        f"#define FINITE_WEIGHTS {dense.FINITE_WEIGHTS}u"
        in (FOLDER / "image.h").read_text()
    )
    found = re.search(r"MAX_TERMS \(1u << (\d+)\)", (FOLDER / "dot.h").read_text())
    assert found is not None
    assert dense.MAX_INPUTS == 1 << int(found.group(1))


def test_guest_assembly_limits_are_those_of_c() -> None:
    text = (FOLDER / "dot.c").read_text()
    for name, value in (("LEAST", dot_block.LEAST), ("MOST", dot_block.MOST)):
        assert f"#define ACC_{name} {value}u" in text
    assert f"#define COLUMNS {dot_block.COLUMNS}" in text


@pytest.mark.parametrize("name", dot_block.sources())
def test_guest_assembly_has_no_branch_in_a_delay_slot(name: str) -> None:
    """Every branch is followed by its slot, which is indented and is no branch."""
    branch = re.compile(r"  (b|j)[a-z]* ")
    lines = [
        line
        for line in dot_block.sources()[name].splitlines()
        if line.startswith("  ") and not line.startswith("  .")
    ]
    for line, following in itertools.pairwise(lines):
        slot = following.startswith("    ")
        assert slot == bool(branch.match(line)), (line, following)
        assert not branch.match(following[2:]) or not slot


def test_guest_softmax_constants_are_the_native_ones() -> None:
    """The words of exponential.c, by name; the polynomial from the highest power."""
    text = (FOLDER / "exponential.c").read_text()
    names = ("LOG2_E", "ROUNDER", "LN2_HIGH", "LN2_LOW", "OVERFLOW", "UNDERFLOW")
    for name in names:
        found = re.search(rf"#define {name} (0x[0-9a-f]+)u", text)
        assert found is not None
        assert int(found.group(1), 16) == getattr(coefficients, name)
    body = re.search(r"terms\[\] = \{(.*?)\}", text, re.DOTALL)
    assert body is not None
    words = [int(word, 16) for word in re.findall(r"0x[0-9a-f]+", body.group(1))]
    assert words == list(coefficients.EXP)


def siblings(memory: Memory, address: int) -> int:
    """Of the proof of an instruction: how many are sent, since zeros are not."""
    proof = memory.prove(address, PROGRAM.depth)
    return sum(sibling != ZERO[level] for level, sibling in enumerate(proof.siblings))


def test_guest_proofs_of_near_code_are_short() -> None:
    """Of sums of products: 10 siblings, where 64 KiB in one part would have 11; each is
    1,280 gas of a step. What is far has 12 while that is at most 64 KiB, and 13 now;
    what is near keeps its proofs."""
    memory = guest.machine().memory
    near, far = guest.program().segments
    assert (near.address, far.address) == (0, 0x20000)
    most = [
        max(
            siblings(memory, address)
            for address in range(part.address, part.address + len(part.data), 32)
        )
        for part in (near, far)
    ]
    assert most == [10, 13]


@pytest.mark.toolchain
def test_guest_rebuild_gives_the_committed_bytes() -> None:
    pytest.importorskip("ziglang")
    guest_build.check()
    assert guest_build.main(["--check"]) == 0


@pytest.mark.toolchain
def test_guest_rebuild_from_another_folder_gives_the_same_bytes(tmp_path: Path) -> None:
    pytest.importorskip("ziglang")
    for source in FOLDER.rglob("*.[ch]"):
        copied = tmp_path / source.relative_to(FOLDER)
        copied.parent.mkdir(exist_ok=True)
        shutil.copy(source, copied)
    built = guest_build.build_from(tmp_path, tmp_path / "guest.elf")
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
@pytest.mark.parametrize(
    ("build", "name"),
    [
        ("build", "softfloat_ops.elf"),
        ("build_dot", "dot_ops.elf"),
        ("build_tokens", "tokens_ops.elf"),
    ],
)
def test_exerciser_rebuild_gives_the_committed_bytes(
    build: str, name: str, tmp_path: Path
) -> None:
    pytest.importorskip("ziglang")
    programs = runpy.run_path(str(PROGRAMS / "build.py"))
    built = programs[build](tmp_path / name)
    assert built.read_bytes() == (PROGRAMS / name).read_bytes()


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
