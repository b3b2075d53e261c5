"""One request's life on a `support.chains.evm.Chain`, a step a call; all is kept.

story = Story(Chain(verifier="TableVerifier"))
story.request(); story.accept(); story.submit(); story.finalize()
"""

import re
from pathlib import Path
from typing import Any

from support.chains.evm import ETHER, GWEI, Chain, Receipt

import solidity

IMAGE = bytes(range(256)) * 3 + bytes(16)  # as long as an MNIST picture
OUTPUT = bytes(range(44))
STAKE = 10 * ETHER
FEE = ETHER // 10
WINDOW = 3600
TIME = 7200  # from the request to its deadline
ROYALTY_BPS = 500

MAX_IO = 96 * 1024
BOND = 37_000_000 * GWEI  # the worker's, at the least price of gas
MAX_LEASE, MIN_LEASE = 1800, 300
MIN_OPEN = 60  # before, a request can't be cancelled
ANY_BOND = 2**96 - 1
ZERO_ADDRESS = "0x" + "00" * 20

REQUEST = "(uint256,bytes32,address,uint96,bytes32,uint32,uint32,uint40,uint96,address)"
LEASE = "(bytes32,uint32,address,uint40,uint96,uint96)"
CLAIM = "(uint256,bytes32,bytes32,bytes32,bytes32,address,uint32,uint40,uint96,uint96)"

OPEN, ACCEPTED, CLAIMED, FINAL, CANCELLED, UNSEEDED = 1, 2, 3, 4, 5, 6  # Status
WORK = (0, 0, 2**20, 44, 0)  # of a model whose answer is as long as OUTPUT


def tariffs() -> dict[str, int]:
    """The constants of Tariff.sol, in gas units."""
    path = Path(solidity.__file__).parent / "src" / "libraries" / "Tariff.sol"
    found = re.findall(r"constant (\w+) = ([\d_]+);", path.read_text())
    return {name: int(value) for name, value in found}


class Story:
    """A model, its publisher, a requester and a staked worker."""

    def __init__(
        self,
        chain: Chain,
        model_root: bytes = b"\x4d" * 32,
        program_root: bytes = b"\x50" * 32,
    ) -> None:
        self.chain = chain
        self.model_root, self.program_root = model_root, program_root
        self.publisher = chain.account("publisher")
        self.requester = chain.account("requester")
        self.worker = chain.account("worker")
        self.stranger = chain.account("stranger")
        registered = chain.send(
            "ModelRegistry",
            "register",
            model_root,
            program_root,
            ROYALTY_BPS,
            ["ipfs://model"],
            sender=self.publisher,
        )
        self.model_id: bytes = registered.result
        self.state_work(WORK)
        self.stake(self.worker)
        self.r: Any = None  # Request
        self.lease: Any = None
        self.claim: Any = None
        self.claim_hash = b""
        self.output = b""

    def state_work(self, work: tuple[int, ...]) -> Receipt:
        """By the publisher: prologue, body, epilogue, bytes, bytes a pass."""
        sent = ("stateWork", self.model_id, work)
        return self.chain.send("ModelRegistry", *sent, sender=self.publisher)

    def stake(self, account: str, amount: int = STAKE) -> None:
        self.chain.send("Staking", "deposit", account, sender=account, value=amount)

    def terms(self, **changes: Any) -> tuple[Any, ...]:
        """Arguments of `request`."""
        terms = {
            "model_id": self.model_id,
            "input": IMAGE,
            "callback_gas": 100_000,
            "deadline": self.chain.now + TIME,
            "window": WINDOW,
            "min_bond": 0,
            "refund_to": ZERO_ADDRESS,
        }
        assert changes.keys() <= terms.keys()
        return tuple({**terms, **changes}.values())

    def request_metered(
        self,
        *,
        pass_price: int = 0,
        max_passes: int = 0,
        from_block: bool = False,
        value: int = FEE,
        by: "Puppet | None" = None,
        **changes: Any,
    ) -> Receipt:
        terms = (*self.terms(**changes), pass_price, max_passes, from_block)
        call = ("requestMetered", *terms)
        if by is None:
            sent = self._oracle(*call, sender=self.requester, value=value)
        else:
            sent = by.do("InferenceOracle", *call, value=value)
        self.r = sent.event("Requested").request
        return sent

    def request(
        self, *, value: int = FEE, by: "Puppet | None" = None, **changes: Any
    ) -> Receipt:
        terms = self.terms(**changes)
        if by is None:
            sent = self._oracle("request", *terms, sender=self.requester, value=value)
        else:
            sent = by.do("InferenceOracle", "request", *terms, value=value)
        self.r = sent.event("Requested").request
        return sent

    def accept(self, worker: str | None = None, **options: Any) -> Receipt:
        options = {"sender": worker or self.worker, **options}
        receipt = self._oracle("accept", *self.acceptance(), **options)
        self.lease = receipt.result
        return receipt

    def acceptance(self) -> tuple[Any, ...]:
        """Arguments of `accept`, for whatever lease and bond it is now."""
        return (self.r, self.state().attempt, 0, ANY_BOND)

    def submit(self, output: bytes = OUTPUT) -> Receipt:
        worker = self.lease.worker
        receipt = self._oracle("submit", self.r, self.lease, output, sender=worker)
        self.claim = receipt.event("Claimed").claim
        self.claim_hash = receipt.result
        self.output = output
        return receipt

    def finalize(self, **options: Any) -> Receipt:
        """After the window has passed."""
        chain = self.chain
        chain.travel_to(max(chain.now, self.claim.windowEnd))
        args = (self.r, self.claim, self.output)
        return self._oracle("finalize", *args, sender=self.stranger, **options)

    def cancel(self, sender: str | None = None) -> Receipt:
        """As soon as it can be."""
        chain = self.chain
        chain.travel_to(max(chain.now, self.state().changedAt + MIN_OPEN))
        return self._oracle("cancel", self.r, sender=sender or self.requester)

    def claimed(self, output: bytes = OUTPUT, **changes: Any) -> "Story":
        """Requests, accepts and submits."""
        self.request(**changes)
        self.accept()
        self.submit(output)
        return self

    def state(self) -> Any:
        return self.chain.call("InferenceOracle", "getRequest", self.r.id)

    def free(self, account: str) -> int:
        return int(self.chain.call("Staking", "balanceOf", account).free)

    def locked(self, account: str) -> int:
        return int(self.chain.call("Staking", "balanceOf", account).locked)

    def _oracle(self, function: str, *args: Any, **options: Any) -> Receipt:
        return self.chain.send("InferenceOracle", function, *args, **options)


class Puppet:
    """A `Hostile` contract that acts where an account could."""

    def __init__(self, chain: Chain, label: str = "puppet", funds: int = ETHER) -> None:
        self.chain = chain
        self.contract = chain.deploy("Hostile", label=label)
        self.address = self.contract.address
        if funds:
            self.give(funds)

    def give(self, wei: int) -> None:
        """Ether, whatever its mood says about that."""
        chain = self.chain
        chain.evm.set_balance(self.address, chain.balance(self.address) + wei)
        chain.minted += wei

    def do(
        self, contract: str, function: str, *args: Any, value: int = 0, **options: Any
    ) -> Receipt:
        """The call, made by the contract; `result` is that of `execute`."""
        target = self.chain.contracts[contract]
        data = target.abi.encode_call(function, args)
        sender = self.chain.account("puppeteer")
        execute = ("execute", target.address, value, data)
        return self.chain.send(self.contract, *execute, sender=sender, **options)

    def mood(self, mood: int) -> None:
        sender = self.chain.account("puppeteer")
        self.chain.send(self.contract, "setMood", mood, sender=sender)

    def reenter(self, contract: str, function: str, *args: Any, value: int = 0) -> None:
        """From now on, makes this call whenever it is called."""
        target = self.chain.contracts[contract]
        data = target.abi.encode_call(function, args)
        sender = self.chain.account("puppeteer")
        arguments = (target.address, value, data)
        self.chain.send(self.contract, "setReentry", *arguments, sender=sender)

    def ask(self, name: str) -> Any:
        return self.chain.call(self.contract, name)


POLITE, REVERTING, GAS_EATING, RETURN_BOMBING, REVERT_BOMBING, REENTERING = range(6)
