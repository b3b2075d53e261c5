"""Ordinary C programs: their variables, library, arguments, end, and stack."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from mips_vm import Machine, Status
from mips_vm.debugging.faults import errors_of, exit_status, explain
from mips_vm.errors import BuildError
from mips_vm.toolchain.build import build_elf, build_program

Build = Callable[..., Path]
Qemu = Callable[[Path, bytes], bytes]

PROGRAMS = Path(__file__).parent / "programs"

pytestmark = [pytest.mark.toolchain, pytest.mark.usefixtures("build")]


def built(folder: Path, *sources: str, suffix: str = ".c", **options: object) -> Path:
    files = [folder / f"{index}{suffix}" for index in range(len(sources))]
    for file, source in zip(files, sources, strict=True):
        file.write_text(source)
    return build_program(files, folder / "out.elf", **options).elf  # type: ignore[arg-type]


def ran(elf: Path, data: bytes = b"") -> Machine:
    machine = Machine.from_elf(elf)
    machine.load_input(data)
    machine.run(1 << 18, engine="reference")
    return machine


OUT = """
#include "plumb.h"
#define OUT(x) (PLUMB_OUTPUT[PLUMB_OUTPUT_SIZE++] = (uint8_t)(x))
"""

PROGRAMS_AND_OUTPUTS = {
    "initialised variables": (
        OUT + 'int n = 5; static int s = 6; static const char *p[] = {"a", "b"};'
        "int main(void) { OUT(n++); OUT(n); OUT(++s); OUT(*p[1]); return 0; }",
        bytes([5, 6, 7, ord("b")]),
    ),
    "variables after a yield": (
        OUT + "static int n = 5; int main(void) { OUT(n); n = 9;"
        "if (PLUMB_OUTPUT_SIZE < 3) plumb_yield(); return 0; }",
        bytes([5, 5, 5]),
    ),
    "constructors and destructors": (
        OUT + "static int n = 1;"
        "__attribute__((constructor(102))) void b(void) { OUT(n = 2 * n + 1); }"
        "__attribute__((constructor(101))) void a(void) { OUT(n = 10 * n); }"
        "__attribute__((destructor)) void c(void) { OUT(n + 1); }"
        "int main(void) { OUT(n); return 0; }",
        bytes([10, 21, 21, 22]),
    ),
    "arguments": (
        OUT + "int main(int argc, char **argv, char **environment) {"
        "OUT(argc); OUT(*argv[0]); OUT(argv[1] == 0 && environment[0] == 0);"
        "return 0; }",
        bytes([1, ord("p"), 1]),
    ),
    "atomics": (
        OUT + "#include <stdatomic.h>\n"
        "atomic_int a; _Atomic short s = 3; _Atomic long long q = 5; atomic_flag f;"
        "int main(void) { int e = 3; atomic_fetch_add(&a, 3); s |= 4; q += 1;"
        "OUT(atomic_compare_exchange_strong(&a, &e, 8)); OUT(a); OUT(s); OUT(q);"
        "OUT(atomic_compare_exchange_weak(&a, &e, 9)); OUT(e);"
        "OUT(atomic_exchange(&q, 7)); OUT(__sync_fetch_and_sub(&e, 1)); OUT(e);"
        "OUT(atomic_flag_test_and_set(&f)); OUT(atomic_flag_test_and_set(&f));"
        "return 0; }",
        bytes([1, 8, 7, 6, 0, 8, 6, 8, 7, 0, 1]),
    ),
    "thread-local variables": (
        OUT + "_Thread_local int a = 3; static __thread int b;"
        "int main(void) { OUT(a++); OUT(a); OUT(b); return 0; }",
        bytes([3, 4, 0]),
    ),
    "alloca and arrays of any length": (
        OUT + "#include <alloca.h>\n#include <string.h>\n"
        "__attribute__((noinline)) int f(int n) { char v[n]; char *a = alloca(n + 1);"
        "memset(v, 1, n); memset(a, 2, n + 1); return v[n - 1] + a[n]; }"
        "int main(void) { OUT(f(9)); OUT(f(70000)); return 0; }",
        bytes([3, 3]),
    ),
    "a clock": (
        OUT + "#include <time.h>\nint main(void) { OUT(time(0)); OUT(time(0));"
        "OUT(clock() / CLOCKS_PER_SEC); return 0; }",
        bytes([0, 1, 2]),
    ),
    "old manners": (
        'f(x) { return x + 1; } main() { int unused; printf("%d", f(2)); return 0; }',
        b"3",
    ),
}


@pytest.mark.parametrize("case", PROGRAMS_AND_OUTPUTS)
def test_program_output_is_as_on_any_machine(case: str, tmp_path: Path) -> None:
    source, output = PROGRAMS_AND_OUTPUTS[case]
    machine = Machine.from_elf(built(tmp_path, source, standard="gnu17"))
    while machine.run(1 << 18, engine="reference"):
        if machine.status is Status.YIELDED:
            machine.resume()
    assert (machine.status, machine.output()) == (Status.HALTED, output)


ENDS = {
    "return 3;": ("exit status 3", 3, b""),
    "exit(300);": ("exit status 44", 44, b""),
    "abort();": ("abort", 134, b""),
    "assert(argc == 2);": ("abort", 134, b"Assertion failed: argc == 2 ("),
    "raise(6);": ("abort", 134, b""),
    "return 7 / (argc - 1);": ("a trap, as division by zero", None, b""),
}

FAILING = f"""
#include <assert.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
int main(int argc, char **argv) {{
  fputs("so far", stdout);
  fflush(stdout);
  switch (getchar()) {{
    {" break; ".join(f"case {i}: {statement}" for i, statement in enumerate(ENDS))}
  }}
  return 0;
}}
"""


def test_program_that_fails_faults_and_says_why(tmp_path: Path) -> None:
    elf = built(tmp_path, FAILING)
    for index, (reason, status, errors) in enumerate(ENDS.values()):
        machine = ran(elf, bytes([index]))
        assert (machine.status, machine.output()) == (Status.FAULTED, b"so far")
        assert (explain(machine), exit_status(machine)) == (reason, status)
        assert errors_of(machine).startswith(errors)
    assert ran(elf, bytes([len(ENDS)])).status is Status.HALTED


DEEP = """
#include "plumb.h"
__attribute__((noinline)) int f(uint32_t n) {
  volatile char b[SIZE];
  b[n % SIZE] = (char)n;
  return n ? f(n - 1) + b[n % SIZE] : 0;
}
int main(void) { return f(*(uint32_t *)PLUMB_INPUT) & 0; }
"""


@pytest.mark.parametrize(
    ("size", "fits", "too_deep"), [(65536, 4000, 4095), (60 << 20, 3, 4)]
)
def test_program_deeper_than_the_stack_faults(
    size: int, fits: int, too_deep: int, tmp_path: Path
) -> None:
    elf = built(tmp_path, DEEP, defines=[f"SIZE={size}"])
    for depth, reason in ((fits, ""), (too_deep, "the stack is full")):
        data = depth.to_bytes(4, "little")
        machine = ran(elf, data)
        assert (machine.status is Status.HALTED) == (not reason)
        assert explain(machine) == reason
        assert not any(machine.memory.read(0x2FFF_0000, 0x10000))
        other = Machine.from_elf(elf)
        other.load_input(data)
        other.run(engine="translated")
        assert other.state_root() == machine.state_root()


@pytest.mark.parametrize("how", ["char v[n]", "char *v = __builtin_alloca(n)"])
def test_program_with_an_array_larger_than_the_stack_faults(
    how: str, tmp_path: Path
) -> None:
    source = f"volatile unsigned n = 300 << 20; char c; int main(void) {{ {how};"
    source += "for (unsigned i = 0; i < n; i += 1 << 20) v[i] = 1; c = v[0]; return 0;}"
    assert explain(ran(built(tmp_path, source))) == "the stack is full"


def test_library_results_are_those_of_the_host(build: Build, tmp_path: Path) -> None:
    compiler = shutil.which("cc")
    if compiler is None:
        pytest.skip("the host has no C compiler")
    host = tmp_path / "host"
    command = [compiler, "-w", PROGRAMS / "library.c", "-o", host, "-lm"]
    subprocess.run(command, check=True, capture_output=True)
    data = b"17 rest\nsecond line\nlast"
    expected = subprocess.run([host], input=data, capture_output=True, check=True)
    machine = Machine.from_elf(build("library"))
    machine.load_input(data)
    machine.run(engine="reference")
    assert machine.output().decode() == expected.stdout.decode()
    assert machine.status is Status.HALTED


def test_heap_blocks_keep_their_bytes(build: Build) -> None:
    machine = Machine.from_elf(build("heap"))
    machine.run(engine="reference")
    assert machine.output() == b"1 1\n1 1\n1 1 1\n1\n"
    assert machine.status is Status.HALTED


def test_program_with_warnings_is_built_and_they_are_told(tmp_path: Path) -> None:
    (tmp_path / "w.c").write_text("int main(void) { int x; return 0; x = 0.5; }")
    done = build_program(
        [tmp_path / "w.c"],
        tmp_path / "w.elf",
        flags=["-Wconversion", "-Wliteral-range"],
    )
    assert "warning: implicit conversion" in done.warnings
    quiet = build_program([tmp_path / "w.c"], tmp_path / "w.elf", flags=["-w"])
    assert quiet.warnings == ""


def test_program_standard_is_what_one_asks_for(tmp_path: Path) -> None:
    source = OUT + "int main(void) { OUT(__STDC_VERSION__ / 100 % 100); return 0; }"
    outputs = {
        name: ran(built(tmp_path, source, standard=name)).output()
        for name in (None, "c99", "c11")
    }
    versions = {None: 201710, "c99": 199901, "c11": 201112}
    assert outputs == {k: bytes([v // 100 % 100]) for k, v in versions.items()}


def test_program_in_parts_objects_and_plus_plus(tmp_path: Path) -> None:
    (tmp_path / "main.c").write_text(
        OUT + "int part(int), twice(int);"
        "int main(void) { OUT(part(3)); OUT(twice(4)); return 0; }"
    )
    (tmp_path / "part.cpp").write_text(
        "struct Shape { virtual int area() = 0; virtual ~Shape() {} };"
        "struct Square : Shape { int side; Square(int s) : side(s) {}"
        "  int area() override { return side * side; } };"
        "static Square fixed(2);"
        'extern "C" int part(int n) { Shape *s = new Square(n);'
        "  int area = s->area() + fixed.area(); delete s; return area; }"
    )
    (tmp_path / "twice.S").write_text(
        ".globl twice\ntwice:\n.set noreorder\njr $ra\naddu $v0, $a0, $a0\n"
    )
    files = [tmp_path / name for name in ("main.c", "part.cpp", "twice.S")]
    assert ran(build_elf(files, tmp_path / "p.elf")).output() == bytes([13, 8])


@pytest.mark.parametrize("name", ["ll $v0, 0($a0)", "sc $v0, 0($a0)", "rdhwr $v0, $29"])
def test_program_with_an_instruction_that_is_absent_is_refused(
    name: str, tmp_path: Path
) -> None:
    (tmp_path / "f.S").write_text(f".globl main\nmain:\n{name}\njr $ra\nnop\n")
    with pytest.raises(BuildError, match=f"got {name.split()[0]} at 0x"):
        build_elf([tmp_path / "f.S"], tmp_path / "f.elf")
    assert not (tmp_path / "f.elf").exists()


def test_program_of_an_unknown_kind_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("int main(void) { return 0; }")
    with pytest.raises(BuildError, match=r"a\.txt: expected C \(\.c\), .* got '\.txt'"):
        build_elf([tmp_path / "a.txt"], tmp_path / "a.elf")


@pytest.mark.parametrize("name", ["library", "heap"])
def test_program_of_the_library_runs_alike_under_qemu(
    name: str, build: Build, qemu: Qemu
) -> None:
    data = b"17 rest\nsecond line\nlast"
    machine = Machine.from_elf(build(name))
    machine.load_input(data)
    machine.run(engine="reference")
    assert machine.output() == qemu(build(name, qemu=True), data)
