"""A chain in this process, on pyrevm: every contract deployed, every answer decoded.

    chain = Chain()                                   # deploys solidity.deployment.plan
    alice = chain.account("alice")                    # 1000 ether
    receipt = chain.send("Staking", "deposit", alice, sender=alice, value=5)
    chain.call("Staking", "balanceOf", alice).free
    with reverts("TooLate", expected, actual): ...

Each `send` is a block one second after the last. Nobody pays for gas: balances move by
the protocol's payments alone. pyrevm never cools what an earlier transaction
touched: `gas_used` is a lower bound here, and exact with `evm=PyEvm()`.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pyrevm
from eth_utils import keccak, to_checksum_address
from support.chains.abi import Abi
from support.chains.base_fee import readable, told

from solidity import artifact
from solidity.deployment import Parameters, create_address, plan

GENESIS_TIME = 1_700_000_000
MAX_GAS = 2**24  # a transaction's, EIP-7825
MAX_CODE = 24_576  # EIP-170
ETHER = 10**18
GWEI = 10**9


class Reverted(Exception):
    """A call ended in a custom error (or Panic, or Error)."""

    def __init__(self, name: str, args: tuple[Any, ...]) -> None:
        super().__init__(name, *args)
        self.name = name
        self.values = args


class OutOfGas(Exception):
    """A call used up its gas, or halted in another way than by reverting."""


@dataclass(frozen=True, slots=True)
class Contract:
    name: str
    address: str
    abi: Abi


@dataclass(frozen=True, slots=True)
class Event:
    contract: str
    name: str
    args: Any  # named tuple, in the order of the declaration

    def __getattr__(self, name: str) -> Any:
        return getattr(self.args, name)


@dataclass(frozen=True, slots=True)
class Receipt:
    result: Any
    gas_used: int
    data: bytes
    events: tuple[Event, ...]
    timestamp: int

    def event(self, name: str) -> Event:
        """The one event of that name."""
        (found,) = [event for event in self.events if event.name == name]
        return found

    def has(self, name: str) -> bool:
        return any(event.name == name for event in self.events)


class Chain:
    """Blocks, accounts and contracts; `contracts` by name, those of the plan first.

    `fees`: whether contracts on pyrevm are changed so that they read a base fee.
    """

    def __init__(
        self,
        parameters: Parameters | None = None,
        *,
        protocol: bool = True,
        verifier: str = "MipsVerifier",
        evm: Any = None,
        fees: bool = False,
    ) -> None:
        self.number = 1
        self.now = GENESIS_TIME
        self.basefee, self._fees = 0, fees
        self.prevrandao = bytes(32)  # as on a chain without a beacon
        self.contracts: dict[str, Contract] = {}
        self.accounts: dict[str, str] = {}
        self.minted = 0  # wei
        self._by_address: dict[str, Contract] = {}
        self.evm = evm or pyrevm.EVM(gas_limit=2**32, spec_id="CANCUN")
        self._set_block()
        self.deployer = self.account("deployer")
        if protocol:
            for step in plan(self.deployer, self.nonce(self.deployer), parameters):
                name = verifier if step.name == "MipsVerifier" else step.name
                contract = self.deploy(name, *step.args)
                assert contract.address == step.address, step

    def account(self, name: str, balance: int = 1000 * ETHER) -> str:
        """The address of that name, funded when first asked for."""
        if name not in self.accounts:
            self.accounts[name] = to_checksum_address(keccak(text=name)[12:])
            self.evm.set_balance(self.accounts[name], balance)
            self.minted += balance
        return self.accounts[name]

    def balance(self, address: str) -> int:
        return int(self.evm.get_balance(address))

    def nonce(self, address: str) -> int:
        return int(self.evm.basic(address).nonce)

    def address(self, name: str) -> str:
        return self.contracts[name].address

    def travel(self, seconds: int) -> None:
        """The next block comes `seconds` later."""
        self.now += seconds
        self._set_block()

    def travel_to(self, instant: int) -> None:
        """The next transaction sees this time."""
        assert instant >= self.now, (self.now, instant)
        self.travel(instant - self.now)

    def set_basefee(self, wei: int) -> None:
        """From the next block on. With pyrevm, only if `fees`: its calls see zero."""
        assert self._fees or not isinstance(self.evm, pyrevm.EVM)
        self.basefee = wei
        self._set_block()

    def deploy(
        self,
        name: str,
        *args: Any,
        sender: str | None = None,
        value: int = 0,
        label: str | None = None,
    ) -> Contract:
        """Creates the artifact `name`, known as `label` or its name from then on."""
        compiled = artifact(name)
        abi = Abi(compiled.abi)
        creator = sender or self.deployer
        address = create_address(creator, self.nonce(creator))
        creation = readable(compiled.bytecode) if self._fees else compiled.bytecode
        code = creation + abi.encode_constructor(args)
        with self._decoded(abi):
            self.evm.deploy(creator, code, value=value, gas=MAX_GAS)
        assert len(self.evm.get_code(address).rstrip(b"\0")) <= MAX_CODE, name
        self._mine()
        return self.adopt(label or name, name, address)

    def adopt(self, label: str, name: str, address: str) -> Contract:
        """A contract that another one created, known as `label` from then on."""
        contract = Contract(label, address, Abi(artifact(name).abi))
        self.contracts[label] = self._by_address[address] = contract
        return contract

    def send(
        self,
        contract: str | Contract,
        function: str,
        *args: Any,
        sender: str,
        value: int = 0,
        gas: int = MAX_GAS,
    ) -> Receipt:
        """A transaction in a block of its own; Reverted and OutOfGas change nothing."""
        target = self._contract(contract)
        data = target.abi.encode_call(function, args)
        mark = self.evm.snapshot()
        try:
            output = self._run(target, data, sender, value, gas)
        except (Reverted, OutOfGas):
            self.evm.revert(mark)
            raise
        self.evm.commit()
        outcome = self.evm.result
        receipt = Receipt(
            result=target.abi.decode_result(function, output),
            gas_used=max(outcome.gas_used, floor_gas(data)),
            data=data,
            events=tuple(filter(None, map(self._event, outcome.logs))),
            timestamp=self.now,
        )
        self._mine()
        return receipt

    def call(
        self,
        contract: str | Contract,
        function: str,
        *args: Any,
        sender: str | None = None,
        value: int = 0,
        gas: int = 2**28,
    ) -> Any:
        """The result of a call in the pending block; whatever it changes is undone."""
        target = self._contract(contract)
        data = target.abi.encode_call(function, args)
        mark = self.evm.snapshot()
        try:
            output = self._run(target, data, sender or self.deployer, value, gas)
        finally:
            self.evm.revert(mark)
        return target.abi.decode_result(function, output)

    @contextmanager
    def undone(self) -> Iterator[None]:
        """What happens inside never happened."""
        mark, time, number = self.evm.snapshot(), self.now, self.number
        try:
            yield
        finally:
            self.evm.revert(mark)
            self.now, self.number = time, number
            self._set_block()

    def _contract(self, contract: str | Contract) -> Contract:
        return self.contracts[contract] if isinstance(contract, str) else contract

    def _run(
        self, target: Contract, data: bytes, sender: str, value: int, gas: int
    ) -> bytes:
        with self._decoded(target.abi):
            output = self.evm.message_call(
                sender, target.address, data, value=value, gas=gas
            )
        return bytes(output)

    @contextmanager
    def _decoded(self, abi: Abi) -> Iterator[None]:
        """pyrevm's failures, which it gives as text, as Reverted or OutOfGas."""
        try:
            yield
        except RuntimeError as error:
            text = str(error)
            reverted = re.fullmatch(r"Revert \{ .*output: 0x([0-9a-f]*) \}", text)
            if reverted is None:
                raise OutOfGas(text) from None
            data = bytes.fromhex(reverted[1])
            raise Reverted(*self._decode_error(abi, data)) from None

    def _decode_error(self, abi: Abi, data: bytes) -> tuple[str, Any]:
        """By the callee's ABI, or that of a contract whose error it passed on."""
        others = [contract.abi for contract in self.contracts.values()]
        known = [a for a in (abi, *others) if a.has_error(data)]
        return (known or [abi])[0].decode_error(data)

    def _event(self, log: Any) -> Event | None:
        address = to_checksum_address(log.address)
        contract = self._by_address.get(address)
        if contract is None:
            return None
        topics = [bytes.fromhex(topic.removeprefix("0x")) for topic in log.topics]
        decoded = contract.abi.decode_event(topics, log.data[1])
        return None if decoded is None else Event(contract.name, *decoded)

    def _mine(self) -> None:
        self.number += 1
        self.travel(1)

    def _set_block(self) -> None:
        self.evm.set_block_env(
            pyrevm.BlockEnv(
                number=self.number,
                timestamp=self.now,
                basefee=0 if self._fees else self.basefee,
                coinbase=told(self.basefee) if self._fees else None,
                prevrandao=self.prevrandao,
                gas_limit=2**32,
            )
        )


def floor_gas(data: bytes) -> int:
    """The least that a transaction with this data pays, EIP-7623."""
    zeros = data.count(0)
    return 21_000 + 10 * zeros + 40 * (len(data) - zeros)


def calldata_gas(data: bytes) -> int:
    """What the data costs below that floor, EIP-2028."""
    zeros = data.count(0)
    return 4 * zeros + 16 * (len(data) - zeros)


@contextmanager
def reverts(name: str, *expected: Any) -> Iterator[None]:
    """The body must end in this error; `...` stands for any argument."""
    try:
        yield
    except Reverted as error:
        assert error.name == name, error
        assert len(error.values) == len(expected), error
        for want, actual in zip(expected, error.values, strict=True):
            assert want is ... or want == actual, (name, expected, error.values)
    else:
        raise AssertionError(f"expected {name}, got no revert")
