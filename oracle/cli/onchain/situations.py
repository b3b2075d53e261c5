"""One request as the chain has it now, and what its commands do about it."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from oracle.chain.errors import Refused
from oracle.chain.reasons import read_abi
from oracle.config import Settings
from oracle.node.roles.node_config import NodeSettings
from oracle.record.record import Asked, Status
from oracle.record.site import Site
from oracle.requester.requests import Situation, situation_of
from oracle.sending.connection import sender_of


def situation(
    settings: Settings,
    place: Site,
    request_id: int,
    abi: Sequence[Path] | None = None,
) -> Situation:
    abis = [read_abi(path) for path in abi or ()]
    contracts = place.deployments.contracts
    about = (contracts, request_id, abis, settings.confirmations)
    if not isinstance(settings, NodeSettings):
        return situation_of(place.chain, *about)
    return situation_of(place.chain, *about, partial(sizes_known, settings))


def sizes_known(settings: NodeSettings, model_root: bytes) -> int:
    """Bytes of a model's answer, where its image is here; nothing of others."""
    store = settings.model_store
    if not store.holds(model_root):
        return 0
    return sum(spec.size for spec in store.load(model_root).outputs)


def bring(
    settings: Settings, place: Site, function: str, asked: Asked, due: Status
) -> None:
    """Has the oracle deliver the answer. Raises `Refused`, also if there is none."""
    if asked.claim is None:
        reason = {
            "requestId": asked.request.id,
            "expected": due.name.lower(),
            "actual": asked.status.name.lower(),
        }
        raise Refused(f"InferenceOracle.{function}", "WrongStatus", reason, b"")
    arguments = (asked.request, asked.claim, asked.output)
    sender = sender_of(settings, place.chain)
    sender.send(place.deployments.contracts.oracle, function, *arguments)
