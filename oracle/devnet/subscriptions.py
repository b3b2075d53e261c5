"""`eth_subscribe` on one connection: filters that are looked after for the client."""

from collections.abc import Callable
from typing import Any

from eth_utils.exceptions import ValidationError

from mips_vm.json_text import JsonObject

Ask = Callable[[str, list[Any]], Any]
"""Answers a method as JSON-RPC does: an object with a result or an error."""

FILTERS = {
    "newHeads": "eth_newBlockFilter",
    "logs": "eth_newFilter",
    "newPendingTransactions": "eth_newPendingTransactionFilter",
}


class Subscriber:
    """One client. What it asks goes through `ask`, but for its subscriptions."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask
        self._kinds: dict[str, str] = {}

    def ask(self, method: str, params: list[Any]) -> Any:
        if method == "eth_subscribe":
            return self._subscribe(*params)
        if method == "eth_unsubscribe":
            (identity,) = params
            self._kinds.pop(identity, None)
            return self._ask("eth_uninstallFilter", [identity])
        return self._ask(method, params)

    def news(self) -> list[JsonObject]:
        """A message for each thing that came to pass since the last time."""
        return [
            {
                "jsonrpc": "2.0",
                "method": "eth_subscription",
                "params": {"subscription": identity, "result": result},
            }
            for identity, kind in self._kinds.items()
            for result in self._results(identity, kind)
        ]

    def close(self) -> None:
        """The client is gone."""
        for identity in self._kinds:
            self._ask("eth_uninstallFilter", [identity])

    def _subscribe(self, kind: str, wanted: JsonObject | None = None) -> Any:
        if kind not in FILTERS:
            known = ", ".join(FILTERS)
            raise ValidationError(f"subscription: expected {known}, got {kind}")
        answer = self._ask(FILTERS[kind], [wanted or {}] if kind == "logs" else [])
        if "result" in answer:
            self._kinds[answer["result"]] = kind
        return answer

    def _results(self, identity: str, kind: str) -> list[Any]:
        found = self._ask("eth_getFilterChanges", [identity]).get("result", [])
        if kind != "newHeads":
            return list(found)
        blocks = [self._ask("eth_getBlockByHash", [hash])["result"] for hash in found]
        return [block for block in blocks if block is not None]
