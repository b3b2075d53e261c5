"""`eth_simulateV1`: calls played one after the other, and taken back.

Of what may be overridden it knows balances only; all calls are of one block.
"""

from collections.abc import Mapping

from eth.abc import ComputationAPI
from eth.exceptions import Revert
from eth_utils.address import to_checksum_address
from eth_utils.exceptions import ValidationError

from mips_vm.json_text import JsonObject
from oracle.chain.local.asked import BalanceOverride, CallFields, Simulation
from oracle.chain.local.embedded import Call, EmbeddedChain
from oracle.chain.local.known import TRANSACTION_GAS
from oracle.chain.local.shapes import hexed, unhexed

REVERTED, OUT_OF_GAS = 3, -32015
REFUND_SHARE = 5


def read_call(call: CallFields) -> Call:
    return Call(
        sender=unhexed(call.get("from", "0x" + "00" * 20)),
        to=unhexed(call.get("to") or "0x"),
        data=unhexed(call.get("data") or call.get("input") or "0x"),
        value=int(call.get("value", "0x0"), 16),
        gas=min(TRANSACTION_GAS, int(call.get("gas", hex(TRANSACTION_GAS)), 16)),
    )


def simulated(chain: EmbeddedChain, wanted: Simulation) -> list[JsonObject]:
    """The block that would come about."""
    blocks = wanted["blockStateCalls"]
    if len(blocks) != 1:
        raise ValidationError(f"blockStateCalls: expected 1, got {len(blocks)}")
    calls = [read_call(call) for call in blocks[0].get("calls", ())]
    played = chain.rehearse(calls, _balances(blocks[0].get("stateOverrides") or {}))
    results = [_result(call, end) for call, end in zip(calls, played, strict=True)]
    return [{"number": hex(chain.head.block_number + 1), "calls": results}]


def _balances(overrides: Mapping[str, BalanceOverride]) -> dict[bytes, int]:
    for address, changes in overrides.items():
        if unknown := set(changes) - {"balance"}:
            raise ValidationError(f"{address}: expected balance, got {unknown}")
    return {unhexed(a): int(c["balance"], 16) for a, c in overrides.items() if c}


def _result(call: Call, end: ComputationAPI) -> JsonObject:
    used = call.gas - end.get_gas_remaining()
    used -= min(end.get_gas_refund(), used // REFUND_SHARE)
    result: JsonObject = {
        "status": hex(end.is_success),
        "gasUsed": hex(used),
        "returnData": hexed(bytes(end.output)),
        "logs": [_log(*entry) for entry in end.get_log_entries()],
    }
    if end.is_error and isinstance(end.error, Revert):
        data = hexed(bytes(end.output))
        message = "execution reverted"
        result["error"] = {"code": REVERTED, "message": message, "data": data}
    elif end.is_error:
        result["error"] = {"code": OUT_OF_GAS, "message": str(end.error)}
    return result


def _log(address: bytes, topics: tuple[int, ...], data: bytes) -> JsonObject:
    return {
        "address": to_checksum_address(address),
        "topics": [hexed(topic.to_bytes(32)) for topic in topics],
        "data": hexed(bytes(data)),
    }
