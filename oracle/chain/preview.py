"""Calls played on a copy of the state, one after the other (`eth_simulateV1`)."""

from typing import Any

from eth_utils.address import to_checksum_address
from web3.exceptions import Web3RPCError
from web3.types import RPCEndpoint

from oracle.chain.chain import Chain

RICH_WEI = 10**24
SUCCESS = 1


def call_of(sender: bytes, to: bytes, data: bytes, value: int = 0) -> dict[str, str]:
    return {
        "from": to_checksum_address(sender),
        "to": to_checksum_address(to),
        "input": f"0x{data.hex()}",
        "value": hex(value),
    }


def played(chain: Chain, calls: list[dict[str, str]]) -> list[Any] | None:
    """What each call came to, as if its sender were rich; None if the node doesn't do
    that. Nothing is sent."""
    rich = {call["from"]: {"balance": hex(RICH_WEI)} for call in calls}
    wanted = {
        "blockStateCalls": [{"stateOverrides": rich, "calls": calls}],
        "validation": False,
    }
    manager = chain.endpoint.web3.manager
    try:
        (block,) = manager.request_blocking(
            RPCEndpoint("eth_simulateV1"), [wanted, "latest"]
        )
    except Web3RPCError:
        return None
    return list(block["calls"])


def succeeded(end: Any) -> bool:
    return int(end["status"], 16) == SUCCESS


def revert_data(end: Any) -> bytes:
    error = end.get("error") or {}
    text = error.get("data") or end.get("returnData") or "0x"
    return bytes.fromhex(text[2:])
