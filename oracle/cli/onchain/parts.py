"""What goes with a net: its parts' relay, and the token of its pictures."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from oracle.cli.common.output import hexadecimal, stage
from oracle.cli.onchain.nets import factory_of, rehearsal_data

if TYPE_CHECKING:
    from converters.evm import Compiled
    from oracle.chain.chain import Chain
    from oracle.config import Settings
    from oracle.evm.checking import Checked
    from oracle.sending.sender import Sender
    from tinynn import Model

Requests = Callable[[], Sequence[bytes]]
"""Draws inputs, or reads them."""


def deployed_in_parts(
    settings: "Settings",
    model: "Model",
    count: int,
    inputs: Path | None,
    samples: int,
    given: str | None,
    dry_run: bool,
) -> dict[str, Any]:
    """Parts of a net and their relay: what was foretold, and what was paid."""
    from dataclasses import replace

    from converters.evm.split import split
    from oracle.cli.inputs.samples import requests_of
    from oracle.evm import parts as relays
    from oracle.evm import publish
    from oracle.evm.places import read_places
    from oracle.sending.connection import connected, sender_of

    split(model, bytes(20), count)  # what is outside is told before a chain is dialled
    requests = requests_of(model, inputs, samples)
    chain = connected(settings)
    places = read_places(settings.deployments, chain.endpoint.chain_id)
    sender = sender_of(settings, chain)
    with stage(f"rehearsing {model.name}"):
        contract, new = factory_of(chain, sender, places, given)
        made = split(model, contract.address, count)
        there = frozenset[bytes]().union(*(publish.present(chain, p) for p in made))
        played, gas = relays.rehearse_parts(made, model, requests, there, new)
    told = rehearsal_data(played, max(part.memory_bytes for part in made))
    del told["net"]
    told |= {"parts": count, "part_gas_most": list(gas)}
    if dry_run:
        return told | {"sent": False}
    replace(places, factory=contract.address).write(settings.deployments)
    with stage(f"deploying {model.name}") as tell:
        sent = publish.publish(sender, contract, played, tell)
        relay, gas_used = places.relays.get(model.model_root), 0
        if relay is None or [*relays.check_parts(chain, relay, made, model)]:
            created = publish.next_contract(sender, relays.RELAY)
            code = relays.creation_of(made, model)
            relay, gas_used = created.address, sender.deploy(created, code).gas_used
    known = {**places.relays, model.model_root: relay}
    noted = replace(places, factory=contract.address, relays=known)
    return told | {
        "sent": True,
        "gas_used": sum(step.receipt.gas_used for step in sent if step.receipt),
        "relay": hexadecimal(relay),
        "relay_gas": gas_used,
        "written_to": str(noted.write(settings.deployments)),
    }


def checked_parts(
    chain: "Chain", relay: bytes, model: "Model", count: int, requests: "Requests"
) -> "tuple[Checked, int]":
    """The relay and all that it leads to; and if that is good, how many inputs were
    compared, which are only then drawn. The factory is as the first part says.

    Raises BitsDiffer.
    """
    from converters.evm.contract import trailer_of
    from converters.evm.split import split
    from oracle.chain.chain import contract_of
    from oracle.evm import parts as relays
    from oracle.evm.checking import Checked
    from solidity import artifact

    contract = contract_of(artifact(relays.RELAY), relay)
    with stage(f"deriving {model.name}") as tell:
        if not chain.code(relay) or chain.call(contract, "count") != count:
            return Checked(None, ()), 0
        first = bytes(chain.call(contract, "part", 0)[0])
        made = split(model, trailer_of(chain.code(first))[1], count)
        differences = tuple(relays.check_parts(chain, relay, made, model))
        found = Checked(made[-1], differences)
        given = requests() if found.good else []
        for number, data in enumerate(given):
            tell(f"comparing input {number + 1} of {len(given)}")
            relays.compare(chain, made, model, number, data)
    return found, len(given)


def with_pictures(
    settings: "Settings",
    chain: "Chain",
    sender: "Sender",
    model: "Model",
    made: "Compiled",
) -> dict[str, Any]:
    """The token of the model's pictures, which is created if there is none."""
    from dataclasses import replace

    from oracle.evm import pictures as drawing
    from oracle.evm import publish
    from oracle.evm.places import read_places

    places = read_places(settings.deployments, chain.endpoint.chain_id)
    name = drawing.check(model)
    token = places.pictures.get(name)
    gas_used = 0
    if token is None or not chain.code(token):
        contract = publish.next_contract(sender, drawing.TOKENS[name])
        gas_used = drawing.create_token(sender, contract, made, model).gas_used
        token = contract.address
        known = {**places.pictures, name: token}
        replace(places, pictures=known).write(settings.deployments)
    return {"pictures": hexadecimal(token), "pictures_gas": gas_used}
