"""Asking a devnet by the names of its methods."""

from typing import Any

from web3 import Web3
from web3.types import RPCEndpoint


def rpc(web3: Web3, method: str, *params: Any) -> Any:
    return web3.manager.request_blocking(RPCEndpoint(method), list(params))
