"""One contract without state on pyrevm: call it, read its answer, error and gas."""

import re
from typing import Any

import pyrevm
from eth_abi import decode, encode
from eth_utils import keccak

from solidity import artifact

CALLER = "0x" + "11" * 20
REVERT = re.compile(r"Revert \{ gas_used: (\d+), output: 0x([0-9a-f]*) \}")


class ContractReverted(Exception):
    """A custom error, decoded: `name` and `args` as the ABI has them."""

    def __init__(self, name: str, args: tuple[Any, ...]) -> None:
        super().__init__(f"{name}{args}")
        self.name = name
        self.arguments = args


class Contract:
    """A freshly deployed `artifact(name)` on a chain of its own."""

    def __init__(self, name: str) -> None:
        self.abi = artifact(name).abi
        self.evm = pyrevm.EVM(spec_id="CANCUN")
        self.evm.set_balance(CALLER, 10**18)
        self.address = self.evm.deploy(CALLER, artifact(name).bytecode)
        self._functions = {e["name"]: e for e in self.abi if e["type"] == "function"}
        self._errors = {_selector(e): e for e in self.abi if e["type"] == "error"}

    def calldata(self, function: str, *args: Any) -> bytes:
        """Selector and ABI-encoded arguments."""
        entry = self._functions[function]
        return _selector(entry) + encode(_types(entry["inputs"]), args)

    def call(self, function: str, *args: Any) -> Any:
        """The one value that `function` returns, or ContractReverted."""
        output = self.send(self.calldata(function, *args))
        return decode(_types(self._functions[function]["outputs"]), output)[0]

    def send(self, calldata: bytes) -> bytes:
        """What the contract returns on these bytes, or ContractReverted."""
        try:
            return bytes(
                self.evm.message_call(
                    CALLER, self.address, calldata=calldata, is_static=True
                )
            )
        except RuntimeError as error:
            match = REVERT.fullmatch(str(error))
            if match is None:
                raise
            raise self._reverted(bytes.fromhex(match[2])) from None

    @property
    def gas_used(self) -> int:
        """Of the last call as a transaction, without EIP-7623."""
        return int(self.evm.result.gas_used)

    def _reverted(self, output: bytes) -> ContractReverted:
        entry = self._errors.get(output[:4])
        if entry is None:
            return ContractReverted("unknown", (output,))
        args = decode(_types(entry["inputs"]), output[4:])
        return ContractReverted(entry["name"], args)


def _types(parameters: list[dict[str, Any]]) -> list[str]:
    return [_type(parameter) for parameter in parameters]


def _type(parameter: dict[str, Any]) -> str:
    kind = str(parameter["type"])
    if not kind.startswith("tuple"):
        return kind
    inner = ",".join(_types(parameter["components"]))
    return f"({inner}){kind[len('tuple') :]}"


def _selector(entry: dict[str, Any]) -> bytes:
    signature = f"{entry['name']}({','.join(_types(entry['inputs']))})"
    return bytes(keccak(text=signature)[:4])
