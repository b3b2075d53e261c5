"""Where tensors lie: those that live together apart, by first fit, in little time."""

from math import log2
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mips_vm.constants import ARENA
from tinynn.builder.graph import FOREVER
from tinynn.builder.placement import Lifetime, Ranges, place
from tinynn.image.image import ARENA_DATA, aligned

LIVES = st.lists(
    st.builds(
        lambda size, born, span: Lifetime(size, born, born + span),
        st.integers(1, 500),
        st.integers(0, 20),
        st.sampled_from([*range(20), FOREVER]),
    ),
    max_size=30,
)


def first_fit(tensors: list[Lifetime]) -> list[int]:
    """The rule, tensor by tensor against all that are placed."""
    placed: dict[int, int] = {}
    for index in sorted(range(len(tensors)), key=lambda i: -tensors[i].size):
        tensor, start = tensors[index], ARENA_DATA
        beside = [i for i in placed if tensors[i].overlaps(tensor)]
        for other in sorted(beside, key=lambda i: placed[i]):
            if start + tensor.size <= placed[other]:
                break
            start = max(start, aligned(placed[other] + tensors[other].size))
        placed[index] = start
    return [placed[index] for index in range(len(tensors))]


@given(LIVES)
def test_place_tensors_that_live_together_never_overlap(
    tensors: list[Lifetime],
) -> None:
    addresses = place(tensors)
    for i, (a, start) in enumerate(zip(tensors, addresses, strict=True)):
        assert start % 64 == 0 and start >= ARENA.base + 64
        for b, other in zip(tensors[:i], addresses, strict=False):
            apart = start + a.size <= other or other + b.size <= start
            assert apart or not a.overlaps(b)


@given(LIVES)
def test_place_any_lives_is_first_fit_the_largest_first(
    tensors: list[Lifetime],
) -> None:
    assert place(tensors) == first_fit(tensors)


@pytest.mark.parametrize("lasting", [0.0, 0.1])
def test_place_many_tensors_asks_a_few_nodes_each(
    lasting: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An unrolled net: most results are used soon, some at the end."""
    count, random, asked = 2000, Random(1), [0]
    plain = Ranges.free_from

    def counted(self: Ranges, start: int, size: int) -> int:
        asked[0] += 1
        return plain(self, start, size)

    monkeypatch.setattr(Ranges, "free_from", counted)
    tensors = [
        Lifetime(
            random.choice([128, 256, 512]),
            born,
            count if random.random() < lasting else born + random.randrange(1, 5),
        )
        for born in range(count)
    ]
    place(tensors)
    assert asked[0] < 4 * count * log2(count), "seed 1"
