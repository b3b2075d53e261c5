"""Random tiny language models, prompts, stops and ways to pick: the native run is the
guest's at every boundary. `make boundaries` plays more of them."""

from pathlib import Path
from random import Random

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from support.language.random_language import compared, random_case

pytest.importorskip("gguf", reason="the package gguf is absent (extra dev)")


@settings(max_examples=2, deadline=None, phases=[Phase.generate])
@given(seed=st.integers(0, 1 << 32))
def test_native_run_is_the_guests_at_every_boundary(
    tmp_path_factory: pytest.TempPathFactory, seed: int
) -> None:
    folder: Path = tmp_path_factory.mktemp("random")
    assert compared(random_case(Random(seed), folder, most=2)) > 1
