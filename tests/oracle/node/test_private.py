"""A model whose image is never published is answered for its owner alone."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from support.testbeds.embedded import EmbeddedTestbed

import tinynn
from oracle.chain.events import ModelRegistered
from oracle.errors import SettingsError
from oracle.node.honest import Honest
from oracle.node.roles.roles import Place, WorkerSettings
from oracle.node.worker.private import Owned, Private
from oracle.node.worker.worker import Worker
from oracle.record.record import Status


def private_worker(world: EmbeddedTestbed, *owners: bytes) -> Worker:
    sender = world.senders[2]
    world.stake(sender)
    root = tinynn.load(world.image).model_root
    private = Private({root: frozenset(owners)})
    return Worker(sender, world.contracts, world.honest(), private=private)


def test_private_model_is_answered_for_its_owner(world: EmbeddedTestbed) -> None:
    request = world.ask()
    worker = private_worker(world, world.senders[1].address)
    while worker.step() is not None:
        pass
    assert world.record().tables.requests[request].status is Status.CLAIMED


def test_private_model_is_declined_to_anybody_else(world: EmbeddedTestbed) -> None:
    request = world.ask()
    owner = world.senders[5].address
    worker = private_worker(world, owner)
    assert worker.step() is None
    asker = world.senders[1].address
    assert worker.declined[request] == (
        f"private: expected a request of 0x{owner.hex()}, got one of 0x{asker.hex()}"
    )
    assert world.record().tables.requests[request].status is Status.OPEN


def test_private_model_under_another_id_is_still_private(
    world: EmbeddedTestbed,
) -> None:
    """Anyone may register a root that anyone can read."""
    model = tinynn.load(world.image)
    identity = (model.model_root, model.program_root, 0, [])
    receipt = world.senders[4].send(world.contracts.registry, "register", *identity)
    (told,) = (e for e in receipt.events if isinstance(e, ModelRegistered))
    assert told.model_id != world.model_id
    world.model_id = told.model_id
    request = world.ask()
    worker = private_worker(world, world.senders[5].address)
    assert worker.step() is None
    assert worker.declined[request].startswith("private: ")


def test_settings_name_private_models_and_owners(
    world: EmbeddedTestbed, tmp_path: Path
) -> None:
    """The image comes into the store, is served, and only to these."""
    owners = [sender.address for sender in world.senders[4:6]]
    settings = WorkerSettings.read(
        home=tmp_path / "home",
        private=[f"{world.image}=0x{owner.hex()}" for owner in owners],
    )
    deployments = cast(Any, SimpleNamespace(contracts=world.contracts, models={}))
    place = Place(world.chain, deployments)
    library, missing = place.at_hand(settings)
    assert settings.models == () and library.served == 1 and not missing
    worker = place.worker(settings, world.senders[2], Honest(library))
    world.stake(world.senders[2])
    request = world.ask()
    assert worker.step() is None
    assert f"0x{owners[0].hex()} or 0x{owners[1].hex()}" in worker.declined[request]
    world.senders[1], world.senders[4] = world.senders[4], world.senders[1]
    mine = world.ask()
    done = worker.step()
    assert done is not None and done.action.request_id == mine


@pytest.mark.parametrize(
    "text", ["secret.plumb", "secret.plumb=0x12", "=0x" + "12" * 20, "a=" + "zz" * 20]
)
def test_private_setting_of_another_shape_is_refused(text: str) -> None:
    with pytest.raises(SettingsError, match="expected MODEL=ADDRESS"):
        WorkerSettings.read(private=[text])


def test_owned_name_may_have_an_equals_sign() -> None:
    owner = "0x" + "ab" * 20
    assert Owned.parsed(f"a=b.plumb={owner}").name == "a=b.plumb"
