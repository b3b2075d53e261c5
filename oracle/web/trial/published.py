"""Models of somebody's own, and a swarm, on a devnet that nobody has seen yet."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import tinynn
from oracle.chain.chain import Chain
from oracle.chain.events import ModelRegistered
from oracle.chain.local.accounts import development_accounts
from oracle.chain.local.endpoint import EmbeddedEndpoint
from oracle.devnet.setup import Ready
from oracle.sending.sender import Sender
from oracle.swarm import place


def seated(ready: Ready) -> Ready:
    """With a swarm and its bank, by the first account."""
    sender = Sender(
        Chain(EmbeddedEndpoint.over(ready.devnet.chain)), development_accounts(1)[0]
    )
    placed = place.deploy(sender)
    return replace(ready, deployments=place.with_swarm(ready.deployments, placed))


def published(ready: Ready, images: Sequence[Path]) -> Ready:
    """Each by the first account, under its file's name; without a royalty."""
    sender = Sender(
        Chain(EmbeddedEndpoint.over(ready.devnet.chain)), development_accounts(1)[0]
    )
    registry = ready.deployments.contracts.registry
    named = dict(ready.deployments.models)
    for path in images:
        model = tinynn.load(path)
        uris = [path.resolve().as_uri()]
        receipt = sender.send(
            registry, "register", model.model_root, model.program_root, 0, uris
        )
        (told,) = (e for e in receipt.events if isinstance(e, ModelRegistered))
        named[path.stem] = told.model_id
    return replace(ready, deployments=replace(ready.deployments, models=named))
