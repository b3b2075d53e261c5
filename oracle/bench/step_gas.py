"""What the judge charges: gas of single steps, sampled from a real run of a machine.

Every sampled step is mined as a transaction of its own, and its post-state compared
with the reference machine's; the gas is the receipt's, so EIP-7623's floor is in it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from statistics import median
from typing import Final

from eth_account import Account

from mips_vm import Machine, Status, Witness
from mips_vm.isa.decode import Kind, decode
from oracle.bench.errors import JudgeDisagrees
from oracle.chain.local.embedded import Call, EmbeddedChain
from oracle.chain.local.known import CHAIN_ID
from solidity import artifact

SAMPLES: Final = 160
SEED: Final = 1

_GAS_LIMIT: Final = 2**24
_SENDER: Final = Account.from_key(b"\1" * 32)


@dataclass(frozen=True, slots=True)
class StepGas:
    """One step's instruction, and what proving it cost as a transaction."""

    mnemonic: str
    kind: Kind
    gas: int

    @property
    def touches_memory(self) -> bool:
        """Whether its witness has a second proof, of data."""
        return self.kind in (Kind.LOAD, Kind.STORE)


@dataclass(frozen=True, slots=True)
class StepGasSummary:
    """Gas of a sampled run; medians are over the samples of that sort."""

    alu: int
    load_store: int
    worst: int
    worst_mnemonic: str
    samples: int


class Judge:
    """A verifier on an embedded chain of its own."""

    def __init__(self) -> None:
        self._chain = EmbeddedChain({_address(): 10**24})
        self._nonce = 0
        self._contract = b""
        deployed = self._send(b"", artifact("MipsVerifier").bytecode)
        self._contract = self._chain.by_hash[deployed].contract

    def gas(self, witness: Witness) -> tuple[int, bytes]:
        """What the step costs as a transaction, and its post-root."""
        data = witness.calldata()
        call = Call(sender=_address(), to=self._contract, data=data)
        post_root = self._chain.call(call)
        mined = self._chain.by_hash[self._send(self._contract, data)]
        return mined.gas_used, post_root

    def _send(self, to: bytes, data: bytes) -> bytes:
        fee = 2 * self._chain.next_base_fee
        fields = {
            "type": 2,
            "chainId": CHAIN_ID,
            "nonce": self._nonce,
            "maxFeePerGas": fee,
            "maxPriorityFeePerGas": 0,
            "gas": _GAS_LIMIT,
            "to": to,
            "value": 0,
            "data": data,
        }
        self._nonce += 1
        signed = _SENDER.sign_transaction(fields)
        return self._chain.send(bytes(signed.raw_transaction))


def sample(
    machine: Machine, samples: int = SAMPLES, seed: int = SEED
) -> Iterator[StepGas]:
    """Gas of random steps of the machine's run, and of the last step of each segment.

    `machine` is running or yielded, and is run to its end.
    """
    judge = Judge()
    rng = Random(seed)
    lengths = _segment_lengths(machine)
    total = sum(lengths)
    for length in lengths:
        if machine.status is Status.YIELDED:
            machine.resume()
        share = samples * length // total
        chosen = {rng.randrange(length) for _ in range(share)} | {length - 1}
        position = 0
        for index in sorted(chosen):
            machine.run(index - position)
            yield _step(judge, machine)
            position = index + 1


def summarise(samples: list[StepGas]) -> StepGasSummary:
    """Medians and the worst of at least one step of either sort."""
    worst = max(samples, key=lambda step: step.gas)
    return StepGasSummary(
        alu=round(median(s.gas for s in samples if not s.touches_memory)),
        load_store=round(median(s.gas for s in samples if s.touches_memory)),
        worst=worst.gas,
        worst_mnemonic=worst.mnemonic,
        samples=len(samples),
    )


def _segment_lengths(machine: Machine) -> list[int]:
    """Steps of each segment up to the end of the run; the machine stays where it is."""
    start = machine.snapshot()
    lengths = []
    while machine.status in (Status.RUNNING, Status.YIELDED):
        if machine.status is Status.YIELDED:
            machine.resume()
        lengths.append(machine.run())
    machine.restore(start)
    return lengths


def _step(judge: Judge, machine: Machine) -> StepGas:
    """Take one step on both sides."""
    decoded = decode(machine.memory.load_word(machine.pc))
    assert decoded is not None, "a run that faults on no instruction"
    mnemonic = decoded.instruction.mnemonic
    gas, post_root = judge.gas(machine.witness())
    machine.step()
    if post_root != machine.state_root():
        raise JudgeDisagrees(mnemonic, machine.state_root(), post_root)
    return StepGas(mnemonic, decoded.instruction.kind, gas)


def _address() -> bytes:
    return bytes.fromhex(_SENDER.address[2:])
