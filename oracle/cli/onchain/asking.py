"""What the commands that ask need: a contract to ask through, a model, words."""

import re
from pathlib import Path

from oracle.amounts import brief_wei
from oracle.chain.abi import Abi
from oracle.chain.chain import Contract
from oracle.chain.confirmations import BY_CHAIN
from oracle.chain.deployments import PROTOCOL
from oracle.cli.inputs.prompts import Question, drawn_question, question
from oracle.cli.inputs.tensors import read_input
from oracle.compute.work import work_of
from oracle.errors import UnknownConsumer, UnknownName
from oracle.models.models import id_of
from oracle.node.roles.node_config import NodeSettings
from oracle.node.roles.roles import Place
from oracle.requester.fees import Reckoned, Sizes
from oracle.requester.rehearsal import Rehearsal
from solidity import artifact
from tinynn import Model
from tinynn.asking import Asking, passes_at_most

SEQUENCER_WINDOW_SECONDS = 30 * 60
ADDRESS = re.compile(r"0x[0-9a-fA-F]{40}")


def consumer_of(place: Place, name: str) -> Contract:
    """A contract that asks for others, as `DigitReader` does.

    Of one that is named by its address nothing is known but what it must have: what it
    logs by itself is its own affair.
    """
    if ADDRESS.fullmatch(name):
        entries = [e for e in artifact("DigitReader").abi if e["type"] != "event"]
        return Contract(name, bytes.fromhex(name[2:]), Abi(name, entries))
    known = [n for n in place.deployments.placed if n not in PROTOCOL]
    if name not in known:
        raise UnknownConsumer(known, name)
    return place.deployments.contract(name)


def model_id_of(place: Place, name: str) -> bytes:
    model_id = id_of(place.deployments, name)
    if model_id is None:
        raise UnknownName(tuple(place.deployments.models), name)
    return model_id


def image_of(place: Place, settings: NodeSettings, name: str) -> Model:
    """The model itself: from the store, or fetched and checked now.

    So nobody pays for a request that no worker could answer.
    """
    model_id_of(place, name)
    provider = place.provider(settings)
    return settings.model_store.load(provider.bring(name))


def question_of(
    model: Model,
    data: Path | None,
    text: str | None,
    asking: Asking,
    seed: str,
    label: int | None,
) -> Question:
    """A request's bytes: from a file, of a text, or of what is to be drawn."""
    if text is not None:
        return question(model, text, asking, seed)
    if data is None:
        return drawn_question(model, label, seed)
    return Question(read_input(data, model.inputs, varies=model.tables.varies))


def sizes_of(
    model: Model,
    asked: Question,
    callback_gas: int,
    window: int,
    min_bond_wei: int,
    audits: bool = False,
) -> Sizes:
    """What the fee depends on, as a worker sees it."""
    work, passes = work_of(model.tables), passes_at_most(model.tables, asked.data)
    size = min(model.tables.output_bytes, work.bytes_of(passes))
    terms = (size, callback_gas, window, min_bond_wei)
    return Sizes(*terms, work, passes, asked.from_block, audits)


def window_advice(chain_id: int, window_seconds: int) -> str:
    """What to say of a window that an outage of the chain could use up; or nothing.

    Time goes on while one sequencer stands still, and nobody can challenge. The chains
    that we know by their ids have many who propose blocks, or are a devnet.
    """
    if chain_id in BY_CHAIN or window_seconds >= SEQUENCER_WINDOW_SECONDS:
        return ""
    return (
        f"A window of {window_seconds} s: if one sequencer makes this chain's blocks, "
        f"an outage could outlast it. Ask for {SEQUENCER_WINDOW_SECONDS} s or more."
    )


def audit_advice(place: Place, window_seconds: int) -> str:
    """What to say where no worker can be audited, though that is permitted: its clock
    would run out before it could confess."""
    chain, contracts = place.chain, place.deployments.contracts
    lease = int(chain.call(contracts.oracle, "minLease"))
    most = int(chain.call(contracts.game, "clockSeconds")) - lease
    if window_seconds <= most:
        return ""
    return f"No worker is audited with a window of more than {most} s here."


def told_callback(played: Rehearsal | None, given: int) -> str:
    """How the callback went, in a sentence."""
    if played is None:
        return f"gets {given:,} gas; this node can't rehearse it"
    if not played.succeeded:
        return f"would fail: {played.failure}"
    enough = "" if played.callback_gas <= given else ": not enough"
    return f"needs up to {played.callback_gas:,} gas and gets {given:,}{enough}"


def reckoned_json(guess: Reckoned) -> dict[str, int]:
    """What the fee that is offered by default was made of."""
    return {"reckoned_wei": guess.least_wei, "base_fee_wei": guess.base_fee_wei}


def reckoned_facts(guess: Reckoned) -> dict[str, object]:
    """The same for a person."""
    at = f"at a base fee of {brief_wei(guess.base_fee_wei)}"
    return {"reckoned": f"{brief_wei(guess.least_wei)} {at}; half more is offered"}
