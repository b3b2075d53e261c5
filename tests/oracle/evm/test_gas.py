"""What nets cost, as whole transactions with everything cold."""

from random import Random

import numpy as np
import pytest
from support.sources.byte_nets import mlp, odd

import tinynn
from converters.evm import Options, compiled
from oracle.bench.onchain import calldata_gas, gas_of, picture_gas
from oracle.demo.drawing import draw
from oracle.evm import rehearsal
from oracle.evm.errors import BitsDiffer
from tinynn import Model, models

FULL = np.random.default_rng(1).integers(1, 256, 784).astype(np.uint8).tobytes()


def test_small_net_costs_less_than_80_000_beside_its_calldata() -> None:
    assert gas_of(mlp(784, 20, 10), FULL) - calldata_gas(FULL) < 72_000


def test_middle_net_costs_less_than_350_000() -> None:
    assert gas_of(mlp(784, 128, 10), FULL) < 335_000


@pytest.mark.parametrize("digit", [1, 7, 8])
def test_digit_costs_less_than_190_000_where_zeros_are_skipped(digit: int) -> None:
    reader = tinynn.load(models.path("mnist-int8"))
    drawn = draw(digit, Random(digit)).tobytes()
    assert gas_of(reader, drawn, Options(skip_zeros=True)) < 190_000


@pytest.mark.parametrize(
    ("name", "most"),
    [
        pytest.param("hand", 900_000, marks=pytest.mark.slow),
        pytest.param("painter", 8_000_000, marks=pytest.mark.slow),
    ],
)
def test_picture_costs_less_than_the_chain_has(name: str, most: int) -> None:
    """A whole tokenURI."""
    assert picture_gas(name) < most


def test_rehearsal_sees_one_wrong_bit(monkeypatch: pytest.MonkeyPatch) -> None:
    """The model's answer and the net's differ in a bit: nothing would be paid."""
    model = odd()
    made = compiled(model, bytes(20))
    data = bytes(model.tables.input_bytes)
    right = model.answer(data)
    wrong = bytes([right[0] ^ 1]) + right[1:]
    monkeypatch.setattr(Model, "answer", lambda self, data: wrong)
    with pytest.raises(BitsDiffer, match="input 0"):
        rehearsal.rehearse(made, model, [data])
