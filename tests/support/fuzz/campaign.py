"""Fuzzing as long as one likes: `python -m support.fuzz.campaign --help`.

Cases that reach something new are kept, and changed further. One on which the machines
disagree is minimised and written to a file, which the tests replay from then on.
"""

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import pytest
from support.chains.verifier import Verifier
from support.fuzz import generate, judge
from support.fuzz.case import Case
from support.fuzz.coverage import Coverage
from support.fuzz.judge import Verdict
from support.fuzz.minimise import minimised
from support.machine.c_judge import native_judge

CASES = Path(__file__).parents[2] / "fuzz" / "cases"

STARTS, STEPS = 40, 200
CHAIN_STARTS, CHAIN_STEPS = 6, 40
CHAIN_EVERY = 4
"""So many rounds for one on-chain."""

KEPT = 500
FRESH_SHARE = 0.4

Judge = Callable[[Case], Verdict]


@dataclass(slots=True)
class Tally:
    """What a campaign came to."""

    rounds: int = 0
    translated_steps: int = 0
    on_chain_steps: int = 0
    c_steps: int = 0
    failures: list[Path] = field(default_factory=list)


class Campaign:
    """Rounds of one case each. Equal seeds give equal campaigns."""

    def __init__(self, seed: int, folder: Path = CASES) -> None:
        self.seed, self.folder = seed, folder
        self.tally = Tally()
        self.coverage = Coverage()
        self._rng = random.Random(seed)
        self._verifier = Verifier()
        self._kept: list[Case] = []

    def translated_round(self) -> None:
        """One case for the translated engine."""
        self.coverage.begin()
        case = self.next()
        verdict = judge.translated(case, self.coverage.watch)
        if self.coverage.fresh:
            self._keep(case)
        self.tally.translated_steps += verdict.steps
        self._close(case, verdict, judge.translated)

    def on_chain_round(self) -> None:
        """One case for the contract."""
        case = generate.case(self._rng, CHAIN_STARTS, CHAIN_STEPS)

        def on_chain(case: Case) -> Verdict:
            return judge.on_chain(self._verifier, case)

        verdict = on_chain(case)
        self.tally.on_chain_steps += verdict.steps
        self._close(case, verdict, on_chain)

    def in_c_round(self) -> None:
        """One case for the judge in C."""
        case = generate.case(self._rng, STARTS, STEPS)

        def in_c(case: Case) -> Verdict:
            return judge.on_chain(native_judge(), case)

        verdict = in_c(case)
        self.tally.c_steps += verdict.steps
        self._close(case, verdict, in_c)

    def next(self) -> Case:
        """A new case, or an old one changed."""
        if not self._kept or self._rng.random() < FRESH_SHARE:
            return generate.case(self._rng, STARTS, STEPS)
        return generate.mutated(self._rng.choice(self._kept), self._rng)

    def _keep(self, case: Case) -> None:
        if len(self._kept) < KEPT:
            self._kept.append(case)
        else:
            self._kept[self._rng.randrange(KEPT)] = case

    def _close(self, case: Case, verdict: Verdict, judged: Judge) -> None:
        self.tally.rounds += 1
        if not verdict.disagreement:
            return
        small = minimised(case, lambda case: bool(judged(case).disagreement))
        path = self.folder / f"{self.seed}-{self.tally.rounds}.json"
        small.save(path)
        self.tally.failures.append(path)
        print(f"{path}: {judged(small).disagreement}", file=sys.stderr)


def main() -> int:
    """Exit status 1 if a case failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=float("inf"))
    parser.add_argument("--rounds", type=int, default=sys.maxsize)
    parser.add_argument("--seed", type=int, default=time.time_ns() % 10**9)
    parser.add_argument("--c-steps", type=int, help="only in C, so many steps")
    options = parser.parse_args()
    campaign, begin, told = Campaign(options.seed), time.monotonic(), 0.0
    print(f"seed {options.seed}; Ctrl-C ends it", file=sys.stderr)
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        # Random programs stay out of the user's cache.
        patch.setenv("PLUMB_CACHE", folder)
        try:
            for number in count(1):
                if options.c_steps:
                    campaign.in_c_round()
                elif number % CHAIN_EVERY:
                    campaign.translated_round()
                else:
                    campaign.on_chain_round()
                seconds = time.monotonic() - begin
                if seconds - told > 10:
                    told = seconds
                    print(_line(campaign, seconds), file=sys.stderr)
                if number >= options.rounds or seconds >= options.seconds:
                    break
                if options.c_steps and campaign.tally.c_steps >= options.c_steps:
                    break
        except KeyboardInterrupt:
            pass
    print(_line(campaign, time.monotonic() - begin))
    return 1 if campaign.tally.failures else 0


def _line(campaign: Campaign, seconds: float) -> str:
    tally = campaign.tally
    return (
        f"{seconds:,.0f} s, {tally.rounds:,} rounds: "
        f"{tally.translated_steps:,} steps translated, "
        f"{tally.on_chain_steps:,} on-chain, {tally.c_steps:,} in C, "
        f"{len(campaign.coverage.seen):,} features, {len(tally.failures)} failures"
    )


if __name__ == "__main__":
    sys.exit(main())
