"""What became of each mutant, kept in a file, so that a run can be continued."""

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path

from mutants.sites import Site

KILLED, SURVIVED = "killed", "survived"
INVALID, SAME = "does not compile", "same code"


@dataclass(frozen=True, slots=True)
class Verdict:
    """`what`: one of the above. `killer`: the test that failed. `seconds`: of CPU."""

    what: str
    killer: str = ""
    seconds: float = 0.0


class Ledger:
    """Lines of JSON; the last one about a mutant counts.

    A mutant is the whole text that it makes, so a changed source is another mutant.
    """

    def __init__(self, path: Path, resume: bool) -> None:
        self.path = path
        self._known: dict[str, Verdict] = {}
        if not resume:
            path.unlink(missing_ok=True)
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists():
            for line in path.read_text().splitlines():
                fields = json.loads(line)
                mutant = fields.pop("mutant")
                self._known[mutant] = Verdict(**fields)

    def known(self, source: str, site: Site) -> Verdict | None:
        """Survivors are tried again: there may be a new test."""
        verdict = self._known.get(_name(source, site))
        return None if verdict and verdict.what == SURVIVED else verdict

    def add(self, source: str, site: Site, verdict: Verdict) -> None:
        fields = {"mutant": _name(source, site), **asdict(verdict)}
        with self.path.open("a") as file:
            file.write(json.dumps(fields) + "\n")


def _name(source: str, site: Site) -> str:
    return hashlib.sha256(site.applied(source).encode()).hexdigest()
