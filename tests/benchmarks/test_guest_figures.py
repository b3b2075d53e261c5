"""The guest's instruction counts depend on no computer, so they are held here."""

import pytest

from oracle.bench.figure import Figure
from oracle.bench.guest import figures

MOST = {
    "guest.instructions_per_silu": 1000,
    "guest.instructions_per_softmax": 1000,
    "guest.instructions_per_mac": 45,
    "guest.instructions_per_mac_mnist": 12,
    "guest.opml_net_instructions": 400_000,
    "guest.instructions_per_int8_mac": 3,
    "guest.instructions_per_tree_node": 12,
    "guest.instructions_per_block_mac": 6.5,
    "guest.instructions_per_long_block_mac": 3,
}


@pytest.fixture(scope="module")
def measured() -> dict[str, Figure]:
    return {figure.name: figure for figure in figures()}


@pytest.mark.parametrize("name", MOST)
def test_guest_figure_is_within_its_bound(
    measured: dict[str, Figure], name: str
) -> None:
    assert 0 < measured[name].value <= MOST[name]


def test_guest_figures_are_no_others(measured: dict[str, Figure]) -> None:
    assert set(measured) == set(MOST)
