"""How a dispute grows with the answer and with the model.

`python -m oracle.bench.text.growth IMAGE:TOKENS[,TOKENS] ...` prints a row of JSON for
each: seconds are of one side's processor time, in a process of its own.
"""

import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from oracle.bench.text.dispute import measure

FURTHER = 2
"""Games about the same claim."""


def rows(wanted: Sequence[str]) -> Iterator[dict[str, Any]]:
    """One for each image and number of tokens."""
    for each in wanted:
        path, _, counts = each.rpartition(":")
        for count in map(int, counts.split(",")):
            told = measure(Path(path), count, FURTHER)
            yield {
                "image_bytes": Path(path).stat().st_size,
                "tokens": count,
                "passes": told.passes,
                "segments": told.segments,
                "answer_seconds": told.answer_seconds,
                "first_seconds": told.first_seconds,
                "further_seconds": max(told.further_seconds),
                "transactions": told.transactions,
                "gas": told.gas,
                "memory_bytes": told.memory_bytes,
                "anonymous_bytes": told.anonymous_bytes,
                "as_it_should": told.truth_stood and told.lie_fell,
            }


if __name__ == "__main__":
    for row in rows(sys.argv[1:]):
        print(json.dumps(row), flush=True)
