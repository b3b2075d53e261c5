"""Callbacks that fail, from the command line."""

import json
from pathlib import Path

import pytest
from support.testbeds.devnet import SEVEN, DevnetTestbed
from web3.types import RPCEndpoint

from mips_vm.hashing.keccak import keccak256
from oracle.chain.local.accounts import development_accounts


def reverting(data: bytes) -> str:
    """Code that reverts with these bytes."""
    length = len(data).to_bytes(2).hex()
    return f"0x61{length}600e60003961{length}6000fd" + data.hex()


REVERTS = [
    (bytes.fromhex("4e487b71") + (0x11).to_bytes(32), (), "arithmetic overflow"),
    (
        bytes.fromhex("08c379a0")
        + b"".join(n.to_bytes(32) for n in (32, 9))
        + b"no thanks".ljust(32, b"\0"),
        (),
        "'no thanks'",
    ),
    (keccak256(b"Closed(uint256)")[:4] + (5).to_bytes(32), ("--abi", "my.json"), ""),
    (b"", (), "no reason given"),
]


@pytest.mark.parametrize(
    "data, options, told", REVERTS, ids=["panic", "text", "own", "silent"]
)
def test_request_callback_that_fails_is_explained_and_retried(
    testbed: DevnetTestbed,
    data: bytes,
    options: tuple[str, ...],
    told: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The requester becomes a contract that reverts, and later one that doesn't."""
    monkeypatch.chdir(tmp_path)
    entry = {"name": "hour", "type": "uint256"}
    abi = [{"type": "error", "name": "Closed", "inputs": [entry]}]
    Path("my.json").write_text(json.dumps({"abi": abi}))
    told = told or "Closed(hour 5)"
    account = development_accounts(8)[7].address
    sent = testbed.json(
        "request", "send", "mnist", SEVEN, "--callback-gas", 50_000, account=7
    )
    request = sent["request_id"]
    testbed.json("worker", "stake", "0.1ether", account=2)
    worker = testbed.worker(2)
    testbed.work(worker)
    testbed.travel(600)
    ask = testbed.chain.endpoint.web3.manager.request_blocking
    ask(RPCEndpoint("anvil_setCode"), [account, reverting(data)])
    testbed.work(worker)
    ended = testbed.plumb("request", "wait", request, *options)
    assert ended.status == 1
    assert f"The callback failed: {told}" in " ".join(ended.out.split())
    again = testbed.plumb("request", "retry-callback", request, *options)
    assert (again.status, told in " ".join(again.err.split())) == (1, True)
    ask(RPCEndpoint("anvil_setCode"), [account, "0x00"])
    done = testbed.json("request", "retry-callback", request)
    assert done["callback_failed"] is False
    ask(RPCEndpoint("anvil_setCode"), [account, "0x"])
