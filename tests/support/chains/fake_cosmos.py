"""A node of a chain of CosmWasm in this process: contracts in wasmtime, a block a
transaction, and the signatures checked. What it reads and writes is protobuf by the
official library's rules, as far as tests need it."""

import base64
import gzip
import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from coincurve import PublicKey

from oracle.cosmos.address import address_of, bech32
from oracle.cosmos.protobuf import Fields, decoded, encoded, one_bytes, one_number
from tinynn.cosmwasm.host import Coin, Contract
from tinynn.errors import ContractRefused

CHAIN_ID = "fake-1"
PREFIX = "wasm"
GAS = 123_456
N = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141


class NodeError(Exception):
    """The node says no."""


@dataclass
class Place:
    """A contract, and which code it has."""

    code_id: int
    creator: str
    contract: Contract


@dataclass
class FakeNode:
    """The whole chain. `fails_after`: the transaction from which on it is gone."""

    codes: list[bytes] = field(default_factory=list)
    places: dict[str, Place] = field(default_factory=dict)
    sequences: dict[str, int] = field(default_factory=dict)
    blocks: dict[str, Any] = field(default_factory=dict)
    paid: list[int] = field(default_factory=list)
    fails_after: int | None = None

    def answer(self, method: str, given: dict[str, Any]) -> Any:
        if method == "status":
            height = {"latest_block_height": str(len(self.blocks) + 1)}
            return {"node_info": {"network": CHAIN_ID}, "sync_info": height}
        if method == "broadcast_tx_sync":
            return self.broadcast(base64.b64decode(given["tx"]))
        if method == "tx":
            name = base64.b64decode(given["hash"]).hex().upper()
            if name not in self.blocks:
                raise NodeError("tx not found")
            return self.blocks[name]
        assert method == "abci_query"
        try:
            value = self.query(given["path"], bytes.fromhex(given["data"]))
        except (ContractRefused, KeyError, NodeError) as error:
            return {"response": {"code": 18, "log": f"{error}: query failed"}}
        return {"response": {"code": 0, "value": base64.b64encode(value).decode()}}

    def query(self, path: str, request: bytes) -> bytes:
        given = decoded(request)
        match path.rsplit("/", 1)[1]:
            case "Account":
                address = one_bytes(given, 1).decode()
                sequence = self.sequences.get(address, 0)
                base = encoded((1, address), (3, 7), (4, sequence))
                return encoded((1, encoded((1, "/base"), (2, base))))
            case "Simulate":
                before = {a: dict(p.contract.store) for a, p in self.places.items()}
                counts = len(self.codes), set(self.places)
                self.played(one_bytes(given, 2))
                del self.codes[counts[0] :]
                self.places = {a: self.places[a] for a in counts[1]}
                for address, store in before.items():
                    self.places[address].contract.store = store
                return encoded((1, encoded((1, GAS), (2, GAS))))
            case "SmartContractState":
                place = self.places[one_bytes(given, 1).decode()]
                told = place.contract.query(json.loads(one_bytes(given, 2)))
                return encoded((1, json.dumps(told)))
            case "ContractInfo":
                place = self.places[one_bytes(given, 1).decode()]
                return encoded((2, encoded((1, place.code_id), (2, place.creator))))
            case "Code":
                return encoded((2, self.codes[one_number(given, 1) - 1]))
        raise NodeError("unknown query path")

    def broadcast(self, raw: bytes) -> Any:
        name = hashlib.sha256(raw).hexdigest().upper()
        if self.fails_after is not None and len(self.blocks) >= self.fails_after:
            return {"code": 19, "log": "the mempool is full", "hash": name}
        try:
            result = self.delivered(raw)
        except NodeError as error:
            return {"code": 4, "log": str(error), "hash": name}
        self.blocks[name] = {"height": str(len(self.blocks) + 1), "tx_result": result}
        return {"code": 0, "log": "", "hash": name}

    def delivered(self, raw: bytes) -> Any:
        sender = self.checked(raw)
        self.sequences[sender] = self.sequences.get(sender, 0) + 1
        auth = decoded(one_bytes(decoded(raw), 2))
        fee = decoded(one_bytes(auth, 2))
        limit = one_number(fee, 2)
        assert limit >= GAS, "a simulation's gas, and more"
        self.paid.append(int(one_bytes(decoded(one_bytes(fee, 1)), 2) or b"0"))
        told = {"gas_used": str(GAS), "gas_wanted": str(limit), "events": []}
        try:
            responses, events = self.played(raw)
        except ContractRefused as refused:
            return {**told, "code": 5, "log": f"{refused}: execute wasm", "data": None}
        data = base64.b64encode(encoded((2, responses))).decode()
        return {**told, "code": 0, "log": "", "data": data, "events": events}

    def checked(self, raw: bytes) -> str:
        """Who signed it."""
        fields = decoded(raw)
        body, auth = one_bytes(fields, 1), one_bytes(fields, 2)
        signer = decoded(one_bytes(decoded(auth), 1))
        key = one_bytes(decoded(one_bytes(decoded(one_bytes(signer, 1)), 2)), 1)
        sender = address_of(key, PREFIX)
        if one_number(signer, 3) != self.sequences.get(sender, 0):
            raise NodeError("account sequence mismatch")
        signed = encoded((1, body), (2, auth), (3, CHAIN_ID), (4, 7))
        signature = one_bytes(fields, 3)
        r, s = (int.from_bytes(signature[i : i + 32]) for i in (0, 32))
        assert len(signature) == 64 and s <= N // 2, "low s, or chains refuse it"
        der = der_of(r, s)
        if not PublicKey(key).verify(der, hashlib.sha256(signed).digest(), hasher=None):
            raise NodeError("signature verification failed")
        return sender

    def played(self, raw: bytes) -> tuple[list[bytes], list[Any]]:
        body = decoded(one_bytes(decoded(raw), 1))
        responses, events = [], []
        for message in body[1]:
            assert isinstance(message, bytes)
            kind = one_bytes(decoded(message), 1).decode().rsplit(".", 1)[1]
            given = decoded(one_bytes(decoded(message), 2))
            value, event = getattr(self, kind)(given)
            responses.append(encoded((1, "/response"), (2, value)))
            events += event
        return responses, events

    def MsgStoreCode(self, given: Fields) -> tuple[bytes, list[Any]]:
        self.codes.append(gzip.decompress(one_bytes(given, 2)))
        return encoded((1, len(self.codes))), []

    def MsgInstantiateContract(self, given: Fields) -> tuple[bytes, list[Any]]:
        assert 2 not in given, "no admin"
        code_id, sender = one_number(given, 3), one_bytes(given, 1).decode()
        place = Place(code_id, sender, Contract(self.codes[code_id - 1]))
        place.contract.instantiate(json.loads(one_bytes(given, 5)), sender)
        number = len(self.places) + 1
        address = bech32(PREFIX, number.to_bytes(32))
        self.places[address] = place
        return encoded((1, address)), []

    def MsgExecuteContract(self, given: Fields) -> tuple[bytes, list[Any]]:
        place = self.places[one_bytes(given, 2).decode()]
        coins = [decoded(coin) for coin in given.get(5, []) if isinstance(coin, bytes)]
        funds = [Coin(one_bytes(c, 1).decode(), int(one_bytes(c, 2))) for c in coins]
        message, sender = json.loads(one_bytes(given, 3)), one_bytes(given, 1).decode()
        response = place.contract.execute(message, sender, funds)
        pairs = [{"key": k, "value": v} for k, v in response.event.items()]
        return encoded((1, response.data)), [
            {"type": "wasm-plumb", "attributes": pairs}
        ]


def der_of(r: int, s: int) -> bytes:
    """A signature as coincurve reads it."""
    parts = b""
    for number in (r, s):
        data = number.to_bytes(number.bit_length() // 8 + 1)
        parts += bytes([2, len(data)]) + data
    return bytes([0x30, len(parts)]) + parts


@contextmanager
def served(node: FakeNode) -> Iterator[str]:
    """Its URL."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            size = int(self.headers["Content-Length"])
            asked = json.loads(self.rfile.read(size))
            told = {"jsonrpc": "2.0", "id": asked["id"]}
            try:
                told["result"] = node.answer(asked["method"], asked["params"])
            except NodeError as error:
                told["error"] = {"code": -32603, "message": "no", "data": str(error)}
            body = json.dumps(told).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
