"""What a requester is told of a window that is short for its chain."""

import pytest

from oracle.cli.onchain.asking import SEQUENCER_WINDOW_SECONDS, window_advice

ROLLUP = 42_161


@pytest.mark.parametrize("chain", [31_337, 1, 100, 11_155_111])
def test_window_on_a_chain_of_many_proposers_needs_no_advice(chain: int) -> None:
    assert window_advice(chain, 300) == ""


def test_window_that_one_sequencers_outage_could_outlast_is_told() -> None:
    short = SEQUENCER_WINDOW_SECONDS - 1
    assert "Ask for 1800 s or more" in window_advice(ROLLUP, short)
    assert window_advice(ROLLUP, SEQUENCER_WINDOW_SECONDS) == ""
