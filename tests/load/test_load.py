"""A small load ends well, and the figures are what they say."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from load.figures import percentiles, requests_in
from load.run import BAD, Size, TooManyLies, load

from oracle.bench.processes import cpu_seconds

SPIN = "import time\nwhile time.process_time() < 0.3: pass\ntime.sleep(60)"


def test_percentiles_are_of_the_sorted() -> None:
    found = percentiles(range(100, 0, -1))
    assert found == {"p50": 51, "p90": 91, "p99": 100, "max": 100}
    assert percentiles([]) == {}


def test_cpu_seconds_include_children() -> None:
    before = cpu_seconds(os.getpid())
    with subprocess.Popen([sys.executable, "-c", SPIN]) as child:
        try:
            while cpu_seconds(child.pid) < 0.2:
                assert child.poll() is None
            assert cpu_seconds(os.getpid()) >= before + 0.2
        finally:
            child.kill()
    assert cpu_seconds(child.pid) == 0


def test_requests_are_counted_by_method(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("Listening\n\neth_call\n    Gas used: 7\neth_call\neth_chainId\n")
    assert requests_in(log) == {"eth_call": 2, "eth_chainId": 1}


def test_size_lies_are_a_part_of_the_requests() -> None:
    assert [Size(count).lies for count in (10, 100, 1000)] == [2, 2, 25]
    assert Size(10, lies=7).lies == 7
    with pytest.raises(TooManyLies, match="expected at most 10, got 11"):
        Size(10, lies=11)


@pytest.mark.slow
@pytest.mark.toolchain
def test_load_with_liars_punishes_every_lie_and_pays_every_answer(
    tmp_path: Path,
) -> None:
    size = Size(16, lies=3, workers=2, block_seconds=0, model="tiny")
    found = load(tmp_path, size)
    assert {name: found[name] for name in BAD if found[name]} == {}
    assert found["most_games_at_once"] == 6
