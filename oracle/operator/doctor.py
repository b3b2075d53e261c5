"""What a worker needs in order to work, looked at one by one, each with its cure."""

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

import tinynn
from challenge import tariff
from challenge.trace import MachineExecution
from mips_vm import Status
from mips_vm.json_text import JsonObject
from oracle.amounts import brief_wei, written_wei
from oracle.chain.chain import Chain
from oracle.compute.task import Task
from oracle.errors import OracleError
from oracle.models.models import STORE
from oracle.node.honest import CROSS_CHECK_STEPS
from oracle.node.roles.roles import Place, WorkerSettings
from oracle.pricing.guard import FIXED_GAS
from oracle.pricing.leases import MAX_LEASE
from oracle.pricing.market import HASTE, SUBMIT_BLOCKS
from oracle.sending import keys
from oracle.sending.connection import connected, deployed_on, store_of
from oracle.sending.sender import Sender
from tinynn import models

TEST_MODEL = "mnist"
MOST_SKEW_SECONDS = 120


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. `cure` is empty if it is well."""

    subject: str
    told: str
    cure: str = ""

    @property
    def well(self) -> bool:
        return not self.cure

    def as_json(self) -> JsonObject:
        return {
            "subject": self.subject,
            "well": self.well,
            "told": self.told,
            "cure": self.cure or None,
        }


def examine(settings: WorkerSettings) -> Iterator[Finding]:
    """Everything; what depends on something that is ill is left out."""
    yield determinism()
    yield home(settings)
    try:
        chain = connected(settings)
    except (OracleError, OSError) as error:
        cure = "start the node, or correct --rpc-url and --chain-id"
        yield Finding("chain", str(error), cure)
        return
    head = f"chain {chain.endpoint.chain_id}, block {chain.height}"
    yield Finding("chain", head)
    yield clock(chain)
    try:
        place = Place(chain, deployed_on(settings, chain))
    except OracleError as error:
        cure = "name the folder with --deployments, or `plumb deploy`"
        yield Finding("contracts", str(error), cure)
        return
    yield Finding("contracts", "all six hold the code that this plumb knows")
    yield attempted("database", lambda: database(settings, chain), "see --database")
    yield from money(settings, place)
    yield attempted("models", lambda: held(settings, place), "name models with --model")
    yield attempted("speed", lambda: speed(settings, place), "name other models")


def determinism() -> Finding:
    """Native kernels and the machine must give the same bits on this processor."""
    model = tinynn.load(models.path(TEST_MODEL))
    rng = np.random.default_rng(0)
    size = sum(spec.size for spec in model.inputs)
    data = rng.integers(0, 256, size, np.uint8).tobytes()
    execution = MachineExecution(model.machine(data))
    while execution.advance() is Status.YIELDED:
        pass
    if model.answer(data) == execution.machine.output():
        return Finding("determinism", "native and machine give the same bits")
    return Finding(
        "determinism",
        "native and machine give different bits",
        "do not run a worker here; report the processor and this version",
    )


def home(settings: WorkerSettings) -> Finding:
    folder = settings.home
    while not folder.exists():
        folder = folder.parent
    if os.access(folder, os.W_OK):
        return Finding("home", f"{settings.home} can be written")
    cure = f"make {folder} writable, or choose another --home"
    return Finding("home", f"{settings.home} cannot be written", cure)


def clock(chain: Chain) -> Finding:
    """Only told of: nodes go by block time, but a chain that stands still is no use."""
    behind = int(time.time()) - chain.now()
    if behind <= MOST_SKEW_SECONDS:
        ahead = f"{-behind} seconds ahead of" if behind < 0 else f"{behind} behind"
        return Finding("clock", f"the latest block is {ahead} this machine's clock")
    cure = "see whether the node is still syncing, or this machine's clock is wrong"
    return Finding("clock", f"the latest block is {behind} seconds old", cure)


def database(settings: WorkerSettings, chain: Chain) -> Finding:
    store = store_of(settings, chain)
    store.close()
    return Finding("database", store.where)


def money(settings: WorkerSettings, place: Place) -> Iterator[Finding]:
    """The account, its balance, its stake."""
    chain, contracts = place.chain, place.deployments.contracts
    try:
        account = keys.account(settings, chain.endpoint.chain_id)
    except (OracleError, OSError) as error:
        cure = "make one: `plumb worker init --account NAME --password-file FILE`"
        yield Finding("account", str(error), cure)
        return
    yield Finding("account", account.address)
    address = bytes.fromhex(account.address.removeprefix("0x"))
    balance = chain.balance(address)
    chain.head()
    gas = FIXED_GAS + tariff.max_worker_due(chain.call(contracts.game, "k"))
    sender = Sender(chain, account, settings.max_fee)
    yield fee(sender)
    needed = gas * sender.worst_price()
    told = f"{brief_wei(balance)}; a claim that is challenged costs {brief_wei(needed)}"
    cure = "" if balance > needed else f"send ether to {account.address}"
    yield Finding("balance", told, cure)
    free, locked = chain.call(contracts.staking, "balanceOf", address)
    bond, _ = chain.call(contracts.oracle, "bondFor", 0)
    amounts = f"{brief_wei(free)} free, {brief_wei(locked)} locked"
    told = f"{amounts}; a bond: {brief_wei(bond)}"
    enough = free >= bond or locked
    cure = "" if enough else f"`plumb worker stake {written_wei(2 * bond)}`"
    yield Finding("stake", told, cure)


def fee(sender: Sender) -> Finding:
    """Whether what the chain asks for now is what the user pays at most."""
    if (too_dear := sender.too_dear()) is not None:
        return Finding("fee", f"waits: {too_dear}", "raise --max-fee, or wait")
    return Finding("fee", f"{brief_wei(sender.chain.latest.base_fee)} a gas unit")


def held(settings: WorkerSettings, place: Place) -> Finding:
    """Loads every image, and with it checks its root; fetches none."""
    library, missing = place.at_hand(settings)
    if missing:
        names = ", ".join(named.name for named in missing)
        cure = f"`plumb model fetch {missing[0].name}`, or let `start` fetch it"
        return Finding("models", f"not here yet: {names}", cure)
    if not library.served:
        told = f"none is served, {len(library)} held"
        return Finding("models", told, f"name some with --model, or --model {STORE}")
    told = f"{library.served} served, {len(library)} held"
    return Finding("models", f"{told}, each with the root that it should have")


def speed(settings: WorkerSettings, place: Place) -> Finding:
    """Times an answer of each model: it must come within a lease, with room to spare.

    One that the machine checks is computed twice, as when it is claimed.
    """
    place.chain.head()
    blocks = SUBMIT_BLOCKS * place.chain.block_seconds()
    told, slow = [], []
    for model in place.library(settings):
        task = Task(model, bytes(model.tables.input_bytes), CROSS_CHECK_STEPS)
        begun = time.perf_counter()
        task.compute()
        seconds = time.perf_counter() - begun
        told.append(f"{model.name} {seconds:.3g} s")
        if blocks + HASTE * seconds > MAX_LEASE:
            slow.append(model.name)
    room = f"a lease lasts {MAX_LEASE} s at most, of which {blocks:.0f} are for blocks"
    names = ", ".join(slow)
    cure = f"leave out {names}: no request of it will be accepted" if slow else ""
    return Finding("speed", f"{', '.join(told) or 'nothing to time'}; {room}", cure)


def attempted(subject: str, look: Callable[[], Finding], cure: str) -> Finding:
    """What `look` finds; its error, with this cure, if it can't."""
    try:
        return look()
    except (OracleError, OSError) as error:
        return Finding(subject, str(error), cure)
