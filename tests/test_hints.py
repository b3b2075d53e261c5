"""What we tell people to install is what we mean.

On PyPI `plumbline` is somebody else's: whoever follows a hint that names it runs a
stranger's code. Ours is called `plumbline-oracle`, and isn't there yet: who names it
gives it to whoever comes first. It is installed from its folder: `pip install -e
'.[extra]'`.
"""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
KINDS = {".py", ".md", ".toml", ".service", ".yml", ".yaml", ".sh", ""}
FOREIGN = re.compile(
    r"pip3? install[^\n;|&`]*(?<![\w./-])plumbline(?:-oracle)?(?![\w/-])"
    r"|(?<![\w./-])plumbline(?:-oracle)?\[",
    re.IGNORECASE,
)
OWN = re.compile(r"\.\[([a-z,]+)\]'")
SELF = re.compile(
    r'^ .*?"plumbline-oracle\[[a-z,]+\]",?$'
    r'|, "plumbline-oracle\[[a-z,]+\]"\]$'
    r'|^\w+ = \["plumbline-oracle\[[a-z,]+\]"\]$',
    re.M,
)
"""In pyproject.toml, an extra made of others: there it means the project itself."""


def texts() -> dict[str, str]:
    """Everything that people read or run, by its path; not what was built."""
    ours = [p for p in ROOT.iterdir() if not p.name.startswith(".")]
    files = [p for p in ours if p.is_file()]
    for folder in ("docs", "mips_vm", "tinynn", "converters", "challenge", "oracle"):
        files += (ROOT / folder).rglob("*")
    files += (ROOT / "solidity").glob("*.*")
    files += (ROOT / "tests").rglob("*.py")
    return {
        str(path.relative_to(ROOT)): path.read_text()
        for path in files
        if path.is_file() and path.suffix in KINDS and path != Path(__file__)
    }


def test_hints_never_name_what_somebody_else_registered() -> None:
    read = texts()
    read["pyproject.toml"] = SELF.sub("", read["pyproject.toml"])
    found = {name: FOREIGN.findall(text) for name, text in read.items()}
    assert len(read) > 300
    assert {name: hints for name, hints in found.items() if hints} == {}


def test_hints_name_extras_that_there_are() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    named = {
        extra
        for text in texts().values()
        for extras in OWN.findall(text)
        for extra in extras.split(",")
    }
    assert {"cluster", "postgres", "train"} <= named
    assert named <= project["optional-dependencies"].keys()


@pytest.mark.parametrize(
    "hint, foreign",
    [
        ("pip install 'plumbline[convert]'", True),
        ("pip install plumbline", True),
        ("pip install plumbline-oracle", True),
        ("pip install --upgrade plumbline==1.0", True),
        ("postgresql://... with plumbline[postgres]", True),
        ("pip install -e '.[convert]'; Plumbline is not on PyPI", False),
        ('pip install "/tmp/plumbline[postgres]"', False),
        ("podman build -t plumbline .", False),
    ],
)
def test_hints_that_are_foreign_are_told_from_ours(hint: str, foreign: bool) -> None:
    assert bool(FOREIGN.search(hint)) is foreign
