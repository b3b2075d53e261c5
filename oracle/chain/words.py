"""What nodes complain of, in their own many words."""

from web3.exceptions import ContractLogicError, Web3RPCError

NO_FUNDS = (
    "insufficient funds",
    "insufficient balance",
    "insufficientfunds",
    "enough funds",
    "enough balance",
    "lack of funds",
    "lackoffund",
    "exceeds account balance",
    "exceeds transaction sender account balance",
)
"""How nodes say it, in part."""


def lacks_funds(error: Exception) -> bool:
    """Whether a node complains that the account cannot pay."""
    said = str(error).lower()
    return any(sign in said for sign in NO_FUNDS)


def said(error: Exception) -> str:
    """What the node said, without what web3 wraps it in."""
    response = getattr(error, "rpc_response", None) or {}
    details = response.get("error")
    return str(details.get("message", details) if isinstance(details, dict) else error)


def revert_data(error: ContractLogicError | Web3RPCError) -> bytes | None:
    """The reason's bytes; None if the node's complaint was no revert."""
    if isinstance(error, Web3RPCError) and not isinstance(error, ContractLogicError):
        return None
    data = getattr(error, "data", None)
    if isinstance(data, str) and data.startswith("0x"):
        return bytes.fromhex(data[2:])
    return b""
