"""A node's RPC (CometBFT's JSON-RPC over HTTP): queries, transactions, blocks."""

import base64
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import requests

from oracle.cosmos.errors import NodeRefused, NodeUnreachable, NotIncluded, Refused
from oracle.cosmos.messages import document
from oracle.cosmos.protobuf import Fields, decoded, encoded, one_bytes, one_number

TIMEOUT_SECONDS: Final = 30.0
MOST_BYTES: Final = 1 << 26
INCLUSION_SECONDS: Final = 60.0
LOOK_SECONDS: Final = 0.25

Events = tuple[tuple[str, dict[str, str]], ...]


@dataclass(frozen=True, slots=True)
class Receipt:
    """A transaction in a block. `responses` are the messages' answers, as fields."""

    transaction: str
    height: int
    gas_used: int
    gas_limit: int
    responses: tuple[Fields, ...]
    events: Events

    def event(self, kind: str) -> dict[str, str]:
        """The attributes of the first event of that type; KeyError if there is none."""
        for name, attributes in self.events:
            if name == kind:
                return attributes
        raise KeyError(kind)


class Node:
    """One URL, as `http://127.0.0.1:26657`."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._session = requests.Session()

    def call(self, method: str, **parameters: Any) -> Any:
        """A method's result. Raises `NodeUnreachable`, `NodeRefused`."""
        body: Any = {"jsonrpc": "2.0", "id": 1, "method": method, "params": parameters}
        try:
            answer = self._session.post(self.url, json=body, timeout=TIMEOUT_SECONDS)
            found = answer.json()
        except requests.exceptions.JSONDecodeError:
            raise NodeUnreachable(self.url, f"HTTP {answer.status_code}") from None
        except requests.RequestException as error:
            raise NodeUnreachable(self.url, type(error).__name__) from None
        if not isinstance(found, dict) or "result" not in found:
            said = found.get("error", {}) if isinstance(found, dict) else {}
            told = f"{said.get('message', found)} {said.get('data', '')}".strip()
            raise NodeRefused(method, told)
        return found["result"]

    def chain_id(self) -> str:
        return str(self.call("status")["node_info"]["network"])

    def height(self) -> int:
        return int(self.call("status")["sync_info"]["latest_block_height"])

    def query(self, path: str, request: bytes) -> Fields:
        """A gRPC query's answer. Raises `NodeRefused`."""
        found = self.call("abci_query", path=path, data=request.hex())["response"]
        if found.get("code"):
            raise NodeRefused(path.rsplit("/", 1)[1], str(found.get("log")))
        return decoded(base64.b64decode(found.get("value") or ""))

    def account(self, address: str) -> tuple[int, int]:
        """Its number and its next sequence."""
        path = "/cosmos.auth.v1beta1.Query/Account"
        found = self.query(path, encoded((1, address)))
        base = decoded(one_bytes(decoded(one_bytes(found, 1)), 2))
        return one_number(base, 3), one_number(base, 4)

    def simulate(self, transaction: bytes) -> int:
        """The gas that it would take. Raises `Refused` where it would fail."""
        path = "/cosmos.tx.v1beta1.Service/Simulate"
        try:
            found = self.query(path, encoded((2, transaction)))
        except NodeRefused as error:
            if "unknown query path" in str(error):  # gRPC is off in its app.toml
                raise
            raise Refused(0, str(error)) from None
        return one_number(decoded(one_bytes(found, 1)), 2)

    def send(self, transaction: bytes, seconds: float = INCLUSION_SECONDS) -> Receipt:
        """Waits for its block. Raises `Refused`, `NotIncluded`."""
        sent = self.call("broadcast_tx_sync", tx=base64.b64encode(transaction).decode())
        if sent["code"]:
            raise Refused(int(sent["code"]), str(sent["log"]))
        return self.included(sent["hash"], seconds)

    def included(self, transaction: str, seconds: float) -> Receipt:
        """A hash's transaction, once it is in a block."""
        name = base64.b64encode(bytes.fromhex(transaction)).decode()
        end = time.monotonic() + seconds
        while True:
            try:
                found = self.call("tx", hash=name)
            except NodeRefused:
                if time.monotonic() > end:
                    raise NotIncluded(transaction, seconds) from None
                time.sleep(LOOK_SECONDS)
                continue
            return receipt_of(transaction, found)

    def smart_query(self, contract: str, message: Mapping[str, Any]) -> bytes:
        """What a contract answers: a JSON document. Raises `NodeRefused`."""
        path = "/cosmwasm.wasm.v1.Query/SmartContractState"
        request = encoded((1, contract), (2, document(message)))
        return one_bytes(self.query(path, request), 1)

    def contract_info(self, contract: str) -> Fields:
        """1: the code's id, 2: who made it, 3: who may change it, 4: the label."""
        path = "/cosmwasm.wasm.v1.Query/ContractInfo"
        return decoded(one_bytes(self.query(path, encoded((1, contract))), 2))

    def code(self, code_id: int) -> bytes:
        """The module, as it was stored."""
        path = "/cosmwasm.wasm.v1.Query/Code"
        return one_bytes(self.query(path, encoded((1, code_id))), 2)


def receipt_of(transaction: str, found: Mapping[str, Any]) -> Receipt:
    """Of what the node tells about a transaction. Raises `Refused` if it failed."""
    result = found["tx_result"]
    if result["code"]:
        raise Refused(int(result["code"]), str(result["log"]))
    data = decoded(base64.b64decode(result["data"] or ""))
    responses = [one for one in data.get(2, []) if isinstance(one, bytes)]
    return Receipt(
        transaction=transaction,
        height=int(found["height"]),
        gas_used=int(result["gas_used"]),
        gas_limit=int(result["gas_wanted"]),
        responses=tuple(decoded(one_bytes(decoded(one), 2)) for one in responses),
        events=tuple(
            (
                event["type"],
                {pair["key"]: pair["value"] for pair in event["attributes"]},
            )
            for event in result["events"]
        ),
    )
