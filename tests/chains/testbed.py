"""Everybody's accounts, contracts and homes on one chain, and what the chain tells."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from chains.commands import Commands
from chains.process import ChainProcess
from eth_utils.address import to_checksum_address
from load.testbed import LoadTestbed
from web3.exceptions import Web3RPCError

import tinynn
from oracle.chain import events
from oracle.chain.chain import Chain
from oracle.chain.deployments import Placed, read_deployments
from oracle.chain.local.accounts import development_accounts
from oracle.chain.local.known import CHAIN_ID
from oracle.chain.providers.failover import FailoverEndpoint
from oracle.record.record import Record, Status
from oracle.sending.sender import Sender
from solidity import artifact
from solidity.deployment import create_address
from tinynn import models

ETHER = 10**18
PUBLISHER, ASKER, WORKER, LIAR, CHALLENGER, MANY, PUSHY = range(7)
POOR = 12
"""Has an account, and nothing in it."""
K, CLOCK_SECONDS, WINDOW_SECONDS = 32, 600, 300
"""The window is the shortest that the oracle takes: on most chains it is waited for."""
PATIENCE_SECONDS = 3600
FEE_WEI = ETHER // 100
MODEL = "mnist"
FILLING_TIP = 100
"""Wei a gas unit: out of the reach of what is raised by a wei, a few times."""


@dataclass
class ChainTestbed(LoadTestbed):
    """`sent`: the signed requests of the crowd, for when a chain forgets them."""

    sent: list[bytes] = field(default_factory=list)

    @classmethod
    def opened(cls, folder: Path, process: ChainProcess) -> "ChainTestbed":
        """After the contracts were deployed and the model registered, by commands."""
        deployed = read_deployments(folder, CHAIN_ID)
        endpoint = FailoverEndpoint([process.url], CHAIN_ID)
        chain = Chain(endpoint)
        image = models.path(MODEL)
        size = sum(spec.size for spec in tinynn.load(image).inputs)
        record = Record(chain, deployed.contracts)
        identity = deployed.models[MODEL]
        return cls(folder, image, chain, deployed.contracts, identity, size, record)

    def place_reader(self) -> None:
        """A contract that asks, where commands find it by its name."""
        asker = self.sender(ASKER)
        code = artifact("DigitReader")
        address = create_address("0x" + asker.address.hex(), asker.nonce)
        reader = self._contract("DigitReader", bytes.fromhex(address[2:]))
        oracle = to_checksum_address(self.contracts.oracle.address)
        arguments = (oracle, self.model_id, WINDOW_SECONDS)
        receipt = asker.deploy(reader, reader.abi.creation(code.bytecode, arguments))
        known = read_deployments(self.folder, CHAIN_ID)
        place = Placed(
            "DigitReader", reader.address, receipt.block, receipt.transaction
        )
        placed = {**known.placed, place.name: place}
        type(known)(known.chain_id, placed, known.models).write(self.folder)

    @property
    def reader(self) -> Any:
        return read_deployments(self.folder, CHAIN_ID).contract("DigitReader")

    def crowd(self, count: int) -> None:
        """So many requests of one account, signed beforehand and sent at once."""
        account = development_accounts(MANY + 1)[MANY]
        oracle, chain = self.contracts.oracle, self.chain
        nonce = chain.count(bytes.fromhex(account.address[2:]), "latest")
        fields: dict[str, Any] = {
            "to": to_checksum_address(oracle.address),
            "value": FEE_WEI,
            "chainId": CHAIN_ID,
            "maxFeePerGas": 3 * chain.base_fee(),
            "maxPriorityFeePerGas": chain.tip(),
        }
        fields["maxFeePerGas"] += fields["maxPriorityFeePerGas"]
        deadline, gas = chain.now() + PATIENCE_SECONDS, 0
        for place in range(count):
            data = self.rng.randbytes(self.input_bytes)
            terms = (
                *(self.model_id, data, 0, deadline, WINDOW_SECONDS, 0),
                account.address,
            )
            call = oracle.abi.calldata("request", terms)
            if not gas:
                asked = {"from": account.address, "data": call}
                asked |= {name: fields[name] for name in ("to", "value")}
                eth = chain.endpoint.web3.eth
                gas = eth.estimate_gas(asked) * 5 // 4  # type: ignore[arg-type]
            whole = fields | {"data": call, "gas": gas, "nonce": nonce + place}
            signed = account.sign_transaction(whole)
            self.sent.append(bytes(signed.raw_transaction))
        self.offer()

    def fill(self, blocks: int, gas: int) -> None:
        """So many blocks with nothing in them but one transaction, that offers more
        than others do and asks for all of a block's gas."""
        account = development_accounts(PUSHY + 1)[PUSHY]
        own = bytes.fromhex(account.address[2:])
        first, fee = self.chain.count(own, "latest"), self.chain.tip() + FILLING_TIP
        fields: dict[str, Any] = {
            "to": account.address,
            "value": 0,
            "gas": gas,
            "chainId": CHAIN_ID,
            "maxFeePerGas": self.chain.base_fee() + fee,
            "maxPriorityFeePerGas": fee,
        }
        for nonce in range(first, first + blocks):
            signed = account.sign_transaction(fields | {"nonce": nonce})
            self.sent.append(bytes(signed.raw_transaction))
            eth = self.chain.endpoint.web3.eth
            eth.send_raw_transaction(signed.raw_transaction)

    def offer(self) -> None:
        """What a node that went back may have forgotten; it says so where it hasn't."""
        eth = self.chain.endpoint.web3.eth
        for raw in self.sent:
            try:
                eth.send_raw_transaction(raw)
            except Web3RPCError:
                continue

    def status(self, request: int) -> Status:
        self.record.refresh()
        asked = self.record.tables.requests.get(request)
        return Status.NONE if asked is None else asked.status

    def count(self, *statuses: Status) -> int:
        """Requests that stand there now."""
        self.record.refresh()
        requests = self.record.tables.requests.values()
        return sum(asked.status in statuses for asked in requests)

    def told(self, *kinds: type[events.Event]) -> list[events.Event]:
        contracts = self.contracts
        found = self.chain.events(contracts.telling, contracts.block, self.chain.height)
        return [event for event in found if isinstance(event, kinds)]

    def free_and_locked(self, index: int) -> tuple[int, int]:
        """Wei at stake."""
        staking = self.contracts.staking
        free, locked = self.chain.call(staking, "balanceOf", self.address(index))
        return int(free), int(locked)

    @staticmethod
    def _contract(name: str, address: bytes) -> Any:
        from oracle.chain.chain import contract_of

        return contract_of(artifact(name), address)

    def sender(self, index: int) -> Sender:
        return Sender(self.chain, development_accounts(index + 1)[index])


def commands_on(folder: Path, process: ChainProcess) -> Commands:
    return Commands(folder, process.url)
