"""Nets on anvil, a node that is not ours: the same addresses, gas and bits."""

from pathlib import Path

import pytest
from support.anvil import anvil
from support.byte_nets import mlp, odd
from support.command import plumb_in

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
