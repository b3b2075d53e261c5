"""A copy of the tree, in which one source at a time is changed and changed back."""

import os
import shutil
import subprocess
from pathlib import Path

from mutants.compiler import Compiler
from mutants.ledger import INVALID, KILLED, SAME, SURVIVED, Verdict
from mutants.sites import Site
from mutants.targets import Target
from mutants.trial import Order, trial

from solidity import build


class Copy:
    """The tracked files of `root`, below `folder`, with one target's contracts compiled
    as `compiler` does."""

    def __init__(
        self, root: Path, folder: Path, target: Target, compiler: Compiler
    ) -> None:
        self.root, self.folder, self.target = root, folder, target
        self.compiler, self.order = compiler, Order()
        self._edits = 0
        _copy_tree(root, folder)
        self._unchanged = self._compiled(self._read())
        # Else every mutant would pass for one that doesn't compile.
        assert self._unchanged or not target.contracts, target.source

    def unchanged(self) -> Verdict:
        """The tests must pass as the source is; how long they take is learnt."""
        self._write_artifacts(self._unchanged)
        return self._judged()

    def verdict(self, site: Site) -> Verdict:
        """What became of one mutant."""
        source, before = self._read(), self.compiler.seconds
        changed = site.applied(source)
        self.order.line = source.splitlines()[site.line - 1]
        if self.target.contracts:
            files = self._compiled(changed)
            spent = self.compiler.seconds - before
            if not files:
                return Verdict(INVALID, seconds=spent)
            if files == self._unchanged:
                return Verdict(SAME, seconds=spent)
            self._write_artifacts(files)
        self._write(changed)
        try:
            judged = self._judged()
        finally:
            self._write(source)
            self._write_artifacts(self._unchanged)
        seconds = judged.seconds + self.compiler.seconds - before
        return Verdict(judged.what, judged.killer, seconds)

    def _judged(self) -> Verdict:
        """As the files are now."""
        outcome = trial(self.folder, self.target.tests, self.order, self.root)
        self.order.learn(outcome)
        what = SURVIVED if outcome.passed else KILLED
        return Verdict(what, outcome.killer, outcome.seconds)

    def _compiled(self, text: str) -> build.Files:
        if not self.target.contracts:
            return {}
        key = self.target.source.removeprefix("solidity/src/")
        sources = build.read_sources() | {key: text}
        return self.compiler.artifacts(sources, self.target.contracts)

    def _read(self) -> str:
        return (self.root / self.target.source).read_text()

    def _write(self, text: str) -> None:
        """With a time of its own: Python keeps bytecode by second and size."""
        path = self.folder / self.target.source
        path.write_text(text)
        self._edits += 1
        os.utime(path, (self._edits, self._edits))

    def _write_artifacts(self, files: build.Files) -> None:
        for name, text in files.items():
            (self.folder / "solidity" / "artifacts" / name).write_text(text)


def _copy_tree(root: Path, folder: Path) -> None:
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "-z"],
        cwd=root,
        capture_output=True,
        check=True,
    )
    for name in filter(None, listed.stdout.decode().split("\0")):
        if (root / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(root / name, folder / name)
    if (root / "build").is_dir():
        (folder / "build").symlink_to(root / "build")
