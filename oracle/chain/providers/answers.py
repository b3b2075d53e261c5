"""What answers look like: of each method that we use, what its result must be.

Whatever else comes is a fault of the endpoint's, and another is asked. So nothing above
meets a `null` where a number should be.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

QUANTITY = re.compile(r"0x[0-9a-fA-F]+")
DATA = re.compile(r"0x([0-9a-fA-F]{2})*")
HASH = re.compile(r"0x[0-9a-fA-F]{64}")
ADDRESS = re.compile(r"0x[0-9a-fA-F]{40}")

MOST_SHOWN = 80
"""Characters of a result that is none."""

Check = Callable[[Any], bool]


def text(pattern: re.Pattern[str]) -> Check:
    return lambda value: isinstance(value, str) and bool(pattern.fullmatch(value))


def fields(**checks: Check) -> Check:
    """A mapping that has at least these."""
    return lambda value: (
        isinstance(value, Mapping)
        and all(check(value.get(name)) for name, check in checks.items())
    )


def every(check: Check) -> Check:
    return lambda value: isinstance(value, list) and all(map(check, value))


def perhaps(check: Check) -> Check:
    """Or nothing: there is no such thing."""
    return lambda value: value is None or check(value)


quantity, data, word = text(QUANTITY), text(DATA), text(HASH)
block = fields(
    number=quantity, hash=word, parentHash=word, timestamp=quantity,
    baseFeePerGas=perhaps(quantity), logsBloom=perhaps(data),
)  # fmt: skip
entry = fields(
    address=text(ADDRESS), topics=every(word), data=data, blockNumber=quantity,
    logIndex=quantity, transactionHash=word,
)  # fmt: skip
receipt = fields(
    transactionHash=word, blockHash=word, blockNumber=quantity, gasUsed=quantity,
    status=quantity, logs=every(entry),
)  # fmt: skip

CHECKS: Mapping[str, Check] = {
    "eth_blockNumber": quantity,
    "eth_call": data,
    "eth_chainId": quantity,
    "eth_estimateGas": quantity,
    "eth_gasPrice": quantity,
    "eth_getBalance": quantity,
    "eth_getBlockByHash": perhaps(block),
    "eth_getBlockByNumber": perhaps(block),
    "eth_getBlockReceipts": perhaps(every(receipt)),
    "eth_getCode": data,
    "eth_getLogs": every(entry),
    "eth_getTransactionCount": quantity,
    "eth_getTransactionReceipt": perhaps(receipt),
    "eth_maxPriorityFeePerGas": quantity,
    "eth_sendRawTransaction": word,
}


def oddity(method: str, result: Any) -> str:
    """What is wrong with a result, in short; empty if it is as it should be."""
    check = CHECKS.get(method)
    return "" if check is None or check(result) else repr(result)[:MOST_SHOWN]
