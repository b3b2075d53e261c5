"""Nets on anvil, a node that is not ours: the same addresses, gas and bits."""

from pathlib import Path

import numpy as np
import pytest
from support.chains.picture_tokens import seen
from support.programs.anvil import anvil
from support.programs.command import plumb_in
from support.sources.byte_nets import mlp, odd

import tinynn
from oracle.chain.chain import Chain, contract_of
from oracle.chain.local.known import CHAIN_ID
from oracle.sending.connection import endpoint_at
from solidity import artifact
from tinynn import models

pytestmark = pytest.mark.toolchain


def test_anvil_takes_nets_at_the_gas_that_was_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plumb = plumb_in(capsys)
    with anvil() as url:
        for number, model in enumerate((mlp(300, 80, 4, seed=9), odd())):
            path = tmp_path / f"{number}.plumb"
            path.write_bytes(bytes(model.image))
            shared = ("--rpc-url", url, "--account", "dev:0", "--home", tmp_path)
            given = (path, *shared, "--deployments", tmp_path, "--json")
            done = plumb("model", "deploy", "--evm", *given).json()
            assert done["gas_used"] == done["gas_to_send"] > 0
            checked = plumb("model", "check-evm", done["net"], *given).json()
            assert checked["good"] and checked["inputs_compared"] == 4


@pytest.mark.slow
def test_anvil_draws_the_models_picture(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plumb, model = plumb_in(capsys), tinynn.load(models.path("painter"))
    with anvil() as url:
        shared = ("--rpc-url", url, "--account", "dev:0", "--home", tmp_path)
        given = ("painter", "--samples", 1, *shared, "--deployments", tmp_path)
        done = plumb("model", "deploy", "--evm", *given, "--pictures", "--json").json()
        assert done["gas_used"] == done["gas_to_send"] > 0
        token = contract_of(artifact("PainterToken"), hexed(done["pictures"]))
        chain = Chain(endpoint_at((url,), CHAIN_ID))
        for seed in (1, 2**255 + 12345):
            pixels = np.frombuffer(model.answer(seed.to_bytes(32, "big")), np.uint8)
            shown = seen(chain.call(token, "draw", seed))
            assert np.array_equal(shown, pixels.reshape(3, 32, 32).transpose(1, 2, 0))


def hexed(text: str) -> bytes:
    return bytes.fromhex(text[2:])
