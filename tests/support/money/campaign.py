"""Sequences of whatever anyone may do, as many as wanted: `make fuzz-money`.

Prints how often each action was taken and refused. A failure ends it with the shortest
sequence that hypothesis finds; the seed is printed first.
"""

import argparse
from collections import Counter

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test
from support.money.actors import REACHED, SELDOM, tally
from support.money.machine import Money

STEPS = 50
CHUNK = 250


def run(sequences: int, first_seed: int, shrink: bool = True) -> Counter[str]:
    """Raises what hypothesis raises when the machine finds a fault."""
    tally.clear()
    for begun in range(0, sequences, CHUNK):
        count = min(CHUNK, sequences - begun)
        chosen = settings(
            max_examples=count,
            stateful_step_count=STEPS,
            deadline=None,
            database=None,
            phases=[Phase.generate, *([Phase.shrink] if shrink else [])],
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
        )
        machine = type("Money", (Money,), {})
        run_state_machine_as_test(seed(first_seed + begun)(machine), settings=chosen)
        print(f"{begun + count:,} sequences, {tally.total():,} actions", flush=True)
    return tally


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sequences", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    print(f"seed {options.seed}", flush=True)
    counts = run(options.sequences, options.seed)
    for name, count in sorted(counts.items()):
        print(f"{count:8,}  {name}")
    missed = [name for name in (*REACHED, *SELDOM) if not counts[name]]
    if missed and options.sequences >= 1000:
        raise SystemExit(f"never came about: {', '.join(missed)}")


if __name__ == "__main__":
    main()
