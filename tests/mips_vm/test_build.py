"""The build: the same bytes from any folder, and refusals that say why."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from mips_vm import Machine, Status
from mips_vm.errors import BuildError
from mips_vm.toolchain.build import RUNTIME, build_elf

Build = Callable[..., Path]

NAMED = """#include "plumb.h"
int main(void) {
  const char *file = __FILE__;
  for (uint32_t i = 0; file[i]; i++)
    PLUMB_OUTPUT[PLUMB_OUTPUT_SIZE++] = (uint8_t)file[i];
  return 0;
}
"""

pytestmark = pytest.mark.toolchain


@pytest.mark.usefixtures("build")
def test_build_from_two_folders_gives_the_same_bytes(tmp_path: Path) -> None:
    images = []
    for folder in (tmp_path / "here", tmp_path / "elsewhere" / "deeper"):
        folder.mkdir(parents=True)
        (folder / "named.c").write_text(NAMED)
        elf = build_elf([folder / "named.c"], folder / "named.elf")
        images.append(elf.read_bytes())
    assert images[0] == images[1]
    machine = Machine.from_elf(tmp_path / "here" / "named.elf")
    machine.run(engine="reference")
    assert (machine.status, machine.output()) == (Status.HALTED, b"named.c")


def test_build_copied_program_is_the_same_as_the_original(
    build: Build, tmp_path: Path
) -> None:
    source = Path(__file__).parent / "programs" / "sort.c"
    shutil.copy(source, tmp_path / "sort.c")
    copy = build_elf([tmp_path / "sort.c"], tmp_path / "sort.elf")
    assert copy.read_bytes() == build("sort").read_bytes()


@pytest.mark.usefixtures("build")
@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("int main(void) { return missing; }", "undeclared identifier 'missing'"),
        ("int f(void);\nint main(void) { return f(); }", "undefined symbol: f"),
        ("char v[0xfe00001]; int main(void) { return v[0]; }", "at most 266338304 b"),
        ("int main(int n) { volatile char v[1 << 28]; return v[n]; }", "stack frame"),
    ],
    ids=["compile error", "undefined symbol", "variables too large", "frame too large"],
)
def test_build_bad_source_is_refused(source: str, reason: str, tmp_path: Path) -> None:
    (tmp_path / "bad.c").write_text(source)
    with pytest.raises(BuildError, match=reason):
        build_elf([tmp_path / "bad.c"], tmp_path / "bad.elf")
    assert not (tmp_path / "bad.elf").exists()


@pytest.mark.usefixtures("build")
@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("int x = 5; int main(void) { return x++; }", "initialised variables"),
        ("int main(void) { int unused; return 0; }", "unused variable"),
    ],
)
def test_build_freestanding_code_is_held_to_more(
    source: str, reason: str, tmp_path: Path
) -> None:
    (tmp_path / "bad.c").write_text(source)
    with pytest.raises(BuildError, match=reason):
        build_elf([tmp_path / "bad.c"], tmp_path / "bad.elf", hosted=False)
    assert not (tmp_path / "bad.elf").exists()


@pytest.mark.usefixtures("build")
def test_build_defines_reach_the_source(tmp_path: Path) -> None:
    (tmp_path / "d.c").write_text(
        '#include "plumb.h"\n'
        "int main(void) { PLUMB_OUTPUT_SIZE = N; PLUMB_OUTPUT[0] = 'x'; return 0; }"
    )
    elf = build_elf([tmp_path / "d.c"], tmp_path / "d.elf", defines=["N=1"])
    machine = Machine.from_elf(elf)
    machine.run(engine="reference")
    assert machine.output() == b"x"


EMPTY = '#include "plumb.h"\nint main(void) { return 0; }\n'


@pytest.mark.parametrize(
    "name", ["start.S", "plumb.h", "link.ld", "new.elf", "a/b.elf"]
)
def test_build_into_the_runtime_folder_is_refused(name: str, tmp_path: Path) -> None:
    before = runtime_files()
    (tmp_path / "e.c").write_text(EMPTY)
    (tmp_path / "link").symlink_to(RUNTIME)
    for out in (RUNTIME / name, tmp_path / "link" / name):
        with pytest.raises(BuildError, match="expected a folder other than"):
            build_elf([tmp_path / "e.c"], out)
    assert runtime_files() == before


def runtime_files() -> dict[Path, bytes]:
    files = [file for file in RUNTIME.rglob("*") if file.is_file()]
    return {file: file.read_bytes() for file in files}


def test_build_over_an_included_header_is_refused(tmp_path: Path) -> None:
    header = tmp_path / "mine.h"
    header.write_text("#define MINE 1\n")
    (tmp_path / "e.c").write_text(f'#include "mine.h"\n{EMPTY}')
    (tmp_path / "link").symlink_to(header)
    for out in (header, tmp_path / "link"):
        with pytest.raises(BuildError, match="expected a program or no file there"):
            build_elf([tmp_path / "e.c"], out)
    assert header.read_text() == "#define MINE 1\n"


@pytest.mark.usefixtures("build")
def test_build_over_a_program_or_an_empty_file_is_allowed(tmp_path: Path) -> None:
    out = tmp_path / "e.elf"
    out.touch()
    for value in (1, 2):
        (tmp_path / "e.c").write_text(EMPTY.replace("0", str(value)))
        build_elf([tmp_path / "e.c"], out)
        assert Machine.from_elf(out).run(engine="reference")


@pytest.mark.parametrize("define", ["", "1=2", "=1", "-o"])
def test_build_macro_without_a_name_is_refused(define: str, tmp_path: Path) -> None:
    (tmp_path / "e.c").write_text(EMPTY)
    with pytest.raises(BuildError, match="expected NAME or NAME=VALUE"):
        build_elf([tmp_path / "e.c"], tmp_path / "e.elf", defines=[define, "A=1"])
