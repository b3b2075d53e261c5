"""`make boundaries COUNT=n`: native states beside the guest's, at every boundary of
random tiny language models' runs, until there were so many.

Tells how far it is on standard error, and prints JSON last. A case that differs is an
error that names it; SEED plays the same cases again.
"""

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path
from random import Random

from support.language.random_language import compared, random_case

from tinynn.builder import planner

TOLD_SECONDS = 10.0


def campaign(count: int, seed: int) -> dict[str, object]:
    """Cases and boundaries that were the same."""
    rng = Random(seed)
    cases = boundaries = 0
    begin = told = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="plumb-boundaries-") as folder:
        while boundaries < count:
            planner.SEGMENT_INSTRUCTIONS = rng.choice((2_000, 20_000, 400_000))  # type: ignore[misc]
            boundaries += compared(random_case(rng, Path(folder)))
            cases += 1
            if time.monotonic() - told > TOLD_SECONDS:
                told = time.monotonic()
                print(f"{boundaries:,} of {count:,} boundaries", file=sys.stderr)
    seconds = round(time.monotonic() - begin)
    return {"boundaries": boundaries, "runs": cases, "seed": seed, "seconds": seconds}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    print(json.dumps(campaign(options.count, options.seed), indent=2))


if __name__ == "__main__":
    main()
