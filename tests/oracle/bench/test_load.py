"""The cost of a request, on a devnet of this test's, and what it is counted from."""

import pytest

from oracle.bench.load import Spent, figures, total

PAGE = """\
# HELP plumb_rpc_calls_total calls
# TYPE plumb_rpc_calls_total counter
plumb_rpc_calls_total{method="eth_call"} 3.0
plumb_rpc_calls_total{method="eth_getBlockByNumber"} 4.0
plumb_rpc_calls_total_created{method="eth_call"} 1.7e+09
plumb_rpc_requests_total 2.0
"""


def test_total_is_over_all_labels_and_of_no_other_metric() -> None:
    assert total(PAGE, "plumb_rpc_calls_total") == 7
    assert total(PAGE, "plumb_rpc_requests_total") == 2
    assert total(PAGE, "plumb_rpc") == 0


def test_cost_is_a_share_of_what_was_spent_meanwhile() -> None:
    before, after = Spent(1.5, 10, 5, 1000), Spent(3.5, 50, 25, 5000)
    assert after.since(before, 4) == {
        "cpu_seconds": 0.5,
        "rpc_calls": 10,
        "http_requests": 5,
        "gas": 1000,
    }


@pytest.mark.heavy
def test_figures_compare_each_size_with_the_first() -> None:
    found = {figure.name: figure for figure in figures([2, 4])}
    assert len(found) == 8
    assert all(figure.value and figure.value > 0 for figure in found.values())
    assert found["load.gas_2"].peer is None
    assert found["load.gas_4"].peer_value == found["load.gas_2"].value
    # accept, submit and finalize of a digit's forty bytes
    assert 120_000 < (found["load.gas_4"].value or 0) < 400_000
