"""`make mutants`: each guard changed by one operator at a time, and tests that see.

Works in a copy of the tree. Prints each survivor, and a table at the end. The exit
status is 1 if a survivor is not explained, or if what is explained does not survive.
"""

import argparse
import random
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from mutants.compiler import Compiler
from mutants.ledger import INVALID, KILLED, SAME, SURVIVED, Ledger, Verdict
from mutants.sites import Site, python_sites, rule_site, solidity_sites
from mutants.targets import EXPLAINED, TARGETS, Target
from mutants.trial import OUTPUT, load_third_parties
from mutants.workplace import Copy

ROOT = Path(__file__).parents[2]
LEDGER = ROOT / "build" / "mutants.jsonl"


@dataclass(slots=True)
class Count:
    """Of one target. `unexplained`: survivors without an explanation, and killed
    mutants with one."""

    name: str
    sites: int
    of: dict[str, int] = field(
        default_factory=lambda: dict.fromkeys((KILLED, INVALID, SAME, SURVIVED), 0)
    )
    unexplained: int = 0
    seconds: float = 0.0


def sites_of(target: Target) -> list[Site]:
    source = (ROOT / target.source).read_text()
    if target.contracts:
        left_out = [rule_site(source, *rule) for rule in target.rules]
        return left_out + solidity_sites(source)
    sites = python_sites(source, target.function)
    return [site for site in sites if target.only in site.before]


def explanation(target: Target, site: Site) -> str:
    """Why that mutant changes nothing; empty if nobody has said."""
    line = (ROOT / target.source).read_text().splitlines()[site.line - 1].strip()
    return EXPLAINED.get((target.source, line, site.after.strip()), "")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("targets", nargs="*", choices=[*TARGETS, []], metavar="TARGET")
    parser.add_argument("--sample", type=int, help="so many of each target, at random")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--resume", action="store_true", help="killed is killed")
    options = parser.parse_args()
    load_third_parties()
    ledger, compiler = Ledger(LEDGER, options.resume), Compiler(ROOT)
    counts = []
    for name in options.targets or TARGETS:
        sites = sites_of(TARGETS[name])
        if options.sample is not None and options.sample < len(sites):
            chosen = random.Random(options.seed).sample(sites, options.sample)
            sites = sorted(chosen, key=lambda site: site.offset)
        with tempfile.TemporaryDirectory() as folder:
            copy = Copy(ROOT, Path(folder), TARGETS[name], compiler)
            counts.append(campaign(copy, name, sites, ledger))
    compiler.close()
    return _report(counts)


def campaign(copy: Copy, name: str, sites: list[Site], ledger: Ledger) -> Count:
    """Every mutant of one target."""
    target, count = TARGETS[name], Count(name, len(sites))
    source = (ROOT / target.source).read_text()
    first = copy.unchanged()
    if first.what != SURVIVED:
        print((copy.folder / OUTPUT).read_text(), file=sys.stderr)
        raise SystemExit(f"{name}: expected unchanged sources to pass; see above")
    count.seconds += first.seconds
    for number, site in enumerate(sites, 1):
        verdict = ledger.known(source, site)
        if verdict is None:
            verdict = copy.verdict(site)
            ledger.add(source, site, verdict)
        count.of[verdict.what] += 1
        count.seconds += verdict.seconds
        place = f"[{number}/{len(sites)}] {target.source}:{site.line}"
        print(place, _shown(verdict), file=sys.stderr, flush=True)
        why = explanation(target, site)
        if verdict.what == SURVIVED:
            count.unexplained += not why
            _print_survivor(target, site, why)
        elif why:
            count.unexplained += 1
            print(f"{target.source}:{site.line}: explained, yet {verdict.what}: {why}")
    return count


def _shown(verdict: Verdict) -> str:
    by = f" by {verdict.killer}" if verdict.killer else ""
    return f"{verdict.what}{by} ({verdict.seconds:.1f} s)"


def _print_survivor(target: Target, site: Site, why: str) -> None:
    line = (ROOT / target.source).read_text().splitlines()[site.line - 1].strip()
    print(f"{target.source}:{site.line}: {site.before!r} -> {site.after!r}")
    print(f"    {line}\n    {why or 'NOT EXPLAINED'}", flush=True)


def _report(counts: list[Count]) -> int:
    """The table, and the exit status."""
    print(
        "| target | sites | killed | does not compile | same code | survived |", end=""
    )
    print(" unexplained | CPU seconds |\n" + "|---|" + "---:|" * 7)
    for count in counts:
        cells = [count.sites, *count.of.values(), count.unexplained]
        shown = " | ".join(map(str, cells))
        print(f"| {count.name} | {shown} | {count.seconds:.0f} |")
    return 1 if any(count.unexplained for count in counts) else 0


if __name__ == "__main__":
    sys.exit(main())
