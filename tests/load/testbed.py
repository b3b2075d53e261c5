"""A chain that many use at once: anvil, contracts, a model, and everyone's money."""

from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from eth_utils.address import to_checksum_address
from support.testbeds.embedded import tiny_image
from web3.types import RPCEndpoint

import tinynn
from oracle.chain.chain import Chain
from oracle.chain.contracts import Contracts
from oracle.chain.deployments import Deployments, Placed
from oracle.chain.events import ModelRegistered
from oracle.chain.local.accounts import development_accounts
from oracle.chain.providers.failover import FailoverEndpoint
from oracle.record.record import Record, Status
from oracle.sending.deploy import deploy
from oracle.sending.sender import Sender
from solidity.deployment import Parameters
from tinynn import models

ETHER = 10**18
K, CLOCK_SECONDS, WINDOW_SECONDS = 32, 3600, 1800
PATIENCE_SECONDS = 24 * 3600
FEE_WEI, STAKE_WEI = ETHER // 100, 5000 * ETHER
ACCOUNTS = 20
PUBLISHER, ASKER, FIRST_NODE = 0, 1, 2
POLL_SECONDS = 0.05
NOBODY = bytes(20)
"""Anvil pays the tips to this address, and the contracts burn there."""


def image_of(model: str, folder: Path) -> Path:
    """The file of a bundled model, or of one with a few weights (`tiny`)."""
    if model != "tiny":
        return models.path(model)
    path = folder / "tiny.plumb"
    path.write_bytes(tiny_image())
    return path


@dataclass
class LoadTestbed:
    """`record` is what the chain has told; `input_bytes` what the model takes."""

    folder: Path
    image: Path
    chain: Chain
    contracts: Contracts
    model_id: bytes
    input_bytes: int
    record: Record
    rng: Random = field(default_factory=lambda: Random(1))

    @property
    def endpoint(self) -> FailoverEndpoint:
        """The driver's and the liars' own."""
        assert isinstance(self.chain.endpoint, FailoverEndpoint)
        return self.chain.endpoint

    @classmethod
    def founded(cls, folder: Path, url: str, model: str) -> "LoadTestbed":
        """Deploys everything; from then on, blocks come when `tick` says."""
        endpoint = FailoverEndpoint([url])
        endpoint.poll_seconds = POLL_SECONDS  # type: ignore[misc]
        chain = Chain(endpoint)
        publisher = Sender(chain, development_accounts(1)[PUBLISHER])
        deployed = deploy(publisher, Parameters(K, CLOCK_SECONDS))
        contracts = deployed.contracts
        image = image_of(model, folder)
        loaded = tinynn.load(image)
        identity = (loaded.model_root, loaded.program_root, 0, [])
        receipt = publisher.send(contracts.registry, "register", *identity)
        (told,) = (e for e in receipt.events if isinstance(e, ModelRegistered))
        placed = {
            name: Placed(name, r.contract, r.block, r.transaction)
            for name, r in zip(deployed.names, deployed.receipts, strict=True)
        }
        Deployments(endpoint.chain_id, placed, {}).write(folder)
        size = sum(spec.size for spec in loaded.inputs)
        record = Record(chain, contracts)
        return cls(folder, image, chain, contracts, told.model_id, size, record)

    def tick(self, seconds: int) -> None:
        """A block every so many seconds; 0: one a transaction, at once."""
        if seconds:
            self.rpc("evm_setIntervalMining", seconds)
        else:
            self.rpc("evm_setAutomine", True)

    def rpc(self, method: str, *params: Any) -> Any:
        manager = self.chain.endpoint.web3.manager
        return manager.request_blocking(RPCEndpoint(method), list(params))

    def travel(self, seconds: int) -> None:
        self.rpc("evm_increaseTime", seconds)
        self.rpc("evm_mine")

    def sender(self, index: int) -> Sender:
        return Sender(self.chain, development_accounts(index + 1)[index])

    def address(self, index: int) -> bytes:
        return self.sender(index).address

    def stake(self, index: int, wei: int = STAKE_WEI) -> None:
        sender = self.sender(index)
        staking = self.contracts.staking
        sender.send(staking, "deposit", sender.address, value=wei)

    @property
    def bond_wei(self) -> int:
        """What is locked for an answer that is accepted now."""
        return int(self.chain.call(self.contracts.oracle, "bondFor", 0)[0])

    def ask(self, count: int) -> list[int]:
        """So many requests, signed beforehand and sent at once; their ids."""
        account = development_accounts(ASKER + 1)[ASKER]
        eth = self.chain.endpoint.web3.eth
        oracle = self.contracts.oracle
        last = int(self.chain.call(oracle, "lastRequestId"))
        nonce = eth.get_transaction_count(account.address)
        fields: dict[str, Any] = {
            "to": to_checksum_address(oracle.address),
            "value": FEE_WEI,
            "chainId": self.chain.endpoint.chain_id,
            "maxFeePerGas": 100 * 10**9,
            "maxPriorityFeePerGas": 10**9,
        }
        deadline = self.chain.now() + PATIENCE_SECONDS
        gas = 0
        for place in range(count):
            data = self.rng.randbytes(self.input_bytes)
            whom = account.address
            terms = (self.model_id, data, 0, deadline, WINDOW_SECONDS, 0, whom)
            call = oracle.abi.calldata("request", terms)
            if not gas:
                asked = {"from": account.address, "data": call}
                asked |= {name: fields[name] for name in ("to", "value")}
                gas = eth.estimate_gas(asked) * 5 // 4  # type: ignore[arg-type]
            whole = fields | {"data": call, "gas": gas, "nonce": nonce + place}
            eth.send_raw_transaction(account.sign_transaction(whole).raw_transaction)
        return list(range(last + 1, last + 1 + count))

    def open_games(self) -> int:
        return sum(1 for _ in self.record.games())

    def final(self) -> int:
        return len(self.record.requests(Status.FINAL))

    def wealth(self, address: bytes) -> int:
        """Balance and stake, free and locked, in wei."""
        staking = self.contracts.staking
        stake = self.chain.call(staking, "balanceOf", address)
        return self.chain.balance(address) + sum(map(int, stake))

    def staked(self) -> int:
        """What the bank owes to all who can have anything there, in wei."""
        people = map(self.address, range(ACCOUNTS))
        return sum(self.wealth(who) - self.chain.balance(who) for who in people)

    def all_money(self) -> int:
        """Wei of everyone, contracts and burned included, and of all base fees."""
        people = [self.address(index) for index in range(ACCOUNTS)]
        everyone = [*people, *(c.address for c in self.contracts.all), NOBODY]
        held = sum(map(self.chain.balance, everyone))
        return held + self.chain.burned_fees(self.chain.height)
