"""Contracts in `@oraichain/cw-simulate`: another's VM and bank, in Node."""

import base64
import json
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from support.programs.npm import installed

PACKAGE = "@oraichain/cw-simulate@2.8.108"
SCRIPT = Path(__file__).with_name("simulated.cjs")

OWNER, BOB, CAROL = (
    "orai1g4h64yjt0fvzv5v2j8tyfnpe5kmnetejvfgs7g",
    "orai12zyu8w93h0q2lcnt50g3fn0w3yqnhy4fvawaqz",
    "orai18cgs9nka6hn9p3hyeve2ez4pwtjhlys5nqkgme",
)
DENOM = "stake"


class Refused(Exception):
    """In the simulator's words, with the contract's."""


class Simulated:
    """A chain for one test; not for two at once."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def ask(self, action: str, **given: Any) -> Any:
        send, tell = self._process.stdin, self._process.stdout
        assert send is not None and tell is not None
        send.write(json.dumps({"action": action, **given}) + "\n")
        send.flush()
        line = tell.readline()
        assert line, "the simulator answers"
        told = json.loads(line)
        if "error" in told:
            raise Refused(told["error"])
        return told["ok"]

    def fund(self, address: str, amount: int) -> None:
        self.ask("fund", address=address, amount=amount)

    def balance(self, address: str) -> int:
        return int(self.ask("balance", address=address)["amount"])

    def deploy(self, code: bytes, message: Any, sender: str = OWNER) -> str:
        text = base64.b64encode(code).decode()
        stored = self.ask("upload", sender=sender, code=text)["codeId"]
        given = {"sender": sender, "codeId": stored, "message": message, "funds": []}
        return str(self.ask("instantiate", **given)["address"])

    def execute(
        self, contract: str, message: Any, sender: str = OWNER, amount: int = 0
    ) -> Any:
        """What it told: `data`, `events`, and the `gas` of the meter."""
        funds: Sequence[Any] = (
            [{"denom": DENOM, "amount": str(amount)}] if amount else []
        )
        told = self.ask(
            "execute", sender=sender, contract=contract, message=message, funds=funds
        )
        told["data"] = base64.b64decode(told["data"] or "")
        return told

    def query(self, contract: str, message: Any) -> Any:
        return self.ask("query", contract=contract, message=message)["answer"]


@contextmanager
def simulated() -> Iterator[Simulated]:
    """The test is skipped if npm can't bring it."""
    modules = installed("cw-simulate", PACKAGE)
    process = subprocess.Popen(
        ["node", str(SCRIPT), str(modules)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        yield Simulated(process)
    finally:
        process.kill()
        process.communicate()
