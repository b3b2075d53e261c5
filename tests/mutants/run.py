"""`make mutants`: each guard changed by one operator at a time, and tests that see.

Works in a copy of the tree. Prints each survivor; ends with 1 if one is not explained.
"""

import argparse
import os
import random
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from mutants.sites import Site, python_sites, solidity_sites
from mutants.targets import EXPLAINED, TARGETS, Target

ROOT = Path(__file__).parents[2]
TEST_SECONDS = 600
KILLED, SURVIVED, INVALID = "killed", "survived", "does not compile"


class Copy:
    """The tracked files, to be changed and changed back."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        listed = subprocess.run(
            ["git", "ls-files", "-co", "--exclude-standard", "-z"],
            cwd=ROOT,
            capture_output=True,
            check=True,
        )
        for name in filter(None, listed.stdout.decode().split("\0")):
            if (ROOT / name).is_file():
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(ROOT / name, folder / name)
        if (ROOT / "build").is_dir():
            (folder / "build").symlink_to(ROOT / "build")

    def verdict(self, target: Target, site: Site) -> str:
        """What became of one mutant."""
        path = self.folder / target.source
        source = path.read_text()
        artifacts = self.folder / "solidity" / "artifacts"
        kept = {path: path.read_text() for path in artifacts.glob("*.json")}
        path.write_text(site.applied(source))
        try:
            return self.judged(target)
        finally:
            path.write_text(source)
            for artifact, text in kept.items():
                if artifact.read_text() != text:
                    artifact.write_text(text)

    def judged(self, target: Target) -> str:
        """As the sources are now."""
        if target.contracts and self._run("solidity.build", *target.contracts):
            return INVALID
        tests = ("-q", "-x", "-p", "no:cacheprovider", *target.tests)
        return KILLED if self._run("pytest", *tests) else SURVIVED

    def _run(self, module: str, *arguments: str) -> int:
        """The exit status; a mutant that runs for ever fails, too."""
        command = [sys.executable, "-B", "-m", module, *arguments]
        environment = os.environ | {"PYTHONPATH": str(self.folder)}
        try:
            done = subprocess.run(
                command,
                cwd=self.folder,
                env=environment,
                capture_output=True,
                timeout=TEST_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return 1
        return done.returncode


def sites_of(target: Target) -> list[Site]:
    source = (ROOT / target.source).read_text()
    return (solidity_sites if target.contracts else python_sites)(source)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("targets", nargs="*", choices=[*TARGETS, []], metavar="TARGET")
    parser.add_argument("--sample", type=int, help="so many of each target, at random")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    unexplained = 0
    with tempfile.TemporaryDirectory() as folder:
        copy = Copy(Path(folder))
        for name in options.targets or TARGETS:
            unexplained += campaign(copy, name, options.sample, options.seed)
    print(f"{unexplained} survivors without an explanation")
    return 1 if unexplained else 0


def campaign(copy: Copy, name: str, sample: int | None, seed: int) -> int:
    """Survivors of one target that nobody has explained."""
    target, sites = TARGETS[name], sites_of(TARGETS[name])
    if (unchanged := copy.judged(target)) != SURVIVED:
        raise SystemExit(f"{name}: expected unchanged sources to pass, got {unchanged}")
    if sample is not None and sample < len(sites):
        sites = sorted(
            random.Random(seed).sample(sites, sample), key=lambda site: site.offset
        )
    lines = (ROOT / target.source).read_text().splitlines()
    count = dict.fromkeys((KILLED, SURVIVED, INVALID), 0)
    unexplained = 0
    for number, site in enumerate(sites, 1):
        verdict = copy.verdict(target, site)
        count[verdict] += 1
        where = f"{target.source}:{site.line}"
        print(
            f"[{number}/{len(sites)}] {verdict}: {where}", file=sys.stderr, flush=True
        )
        if verdict == SURVIVED:
            line = lines[site.line - 1].strip()
            why = EXPLAINED.get((target.source, line, site.after.strip()), "")
            unexplained += not why
            print(f"{where}: {site.before!r} -> {site.after!r}\n    {line}\n    {why}")
    print(f"{name}: " + ", ".join(f"{n} {verdict}" for verdict, n in count.items()))
    return unexplained


if __name__ == "__main__":
    sys.exit(main())
