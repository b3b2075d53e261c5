"""A changed version: its code is not looked for under the name of another's."""

from pathlib import Path

import llvmlite
import pytest
from llvmlite import binding
from support.machine.compiling import forget, run

from mips_vm import sources
from mips_vm.compiled import native
from mips_vm.translate import unit

DOUBLE = "define i64 @double(i64 %x) {\n  %y = shl i64 %x, 1\n  ret i64 %y\n}\n"


OURS = {"FINGERPRINT": "other", "host_fingerprint": lambda: "another host"}
"""What an entry's name says of who made it, each of another maker."""


@pytest.mark.parametrize("name", OURS)
def test_cache_unit_of_another_version_or_host_is_compiled_again(
    folder: Path, compiled: list[str], name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    run()
    monkeypatch.setattr(unit, name, OURS[name])
    for _ in range(2):
        forget(monkeypatch)
        run()
        assert len(compiled) == 2


@pytest.mark.parametrize("name", OURS)
@pytest.mark.parametrize(
    "load",
    [
        lambda: native.load_ir(DOUBLE),
        lambda: native.load_own("double", ["double"], lambda: DOUBLE),
    ],
    ids=["load_ir", "load_own"],
)
def test_cache_module_of_another_version_or_host_is_compiled_again(
    folder: Path, load, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    load()
    monkeypatch.setattr(native, name, OURS[name])
    for _ in range(2):
        load()
        assert len(list(folder.iterdir())) == 2


FEATURES = binding.targets.FeatureMap(avx9=True)
HOST = {
    "llvmlite's version": (llvmlite, "__version__", "0.0.0"),
    "LLVM's version": (binding, "llvm_version_info", (1, 2, 3)),
    "triple": (binding, "get_process_triple", lambda: "vax-dec-ultrix"),
    "processor": (binding, "get_host_cpu_name", lambda: "vax"),
    "features": (binding, "get_host_cpu_features", lambda: FEATURES),
}


@pytest.mark.parametrize("part", HOST)
def test_host_fingerprint_changes_with_each_of_its_parts(
    part: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = native.host_fingerprint()
    native.host_fingerprint.cache_clear()
    try:
        monkeypatch.setattr(*HOST[part])
        assert native.host_fingerprint() != known
    finally:
        native.host_fingerprint.cache_clear()


def test_fingerprint_of_a_folder_changes_with_any_source(tmp_path: Path) -> None:
    (tmp_path / "below").mkdir()
    seen = {sources.fingerprint(tmp_path)}
    for name, text in [("a.py", "1"), ("below/b.py", "1"), ("below/b.py", "2")]:
        (tmp_path / name).write_text(text)
        seen.add(sources.fingerprint(tmp_path))
    assert len(seen) == 4
