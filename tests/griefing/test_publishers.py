"""A publisher who keeps its model to itself fools those who ask it anyway, alone."""

from collections.abc import Iterable, Iterator

import pytest
from griefing.testbed import ASKER, CHALLENGER, GRIEFER, WORKER, GriefersTestbed
from support.testbeds.embedded import FEE

from challenge.claim import Work
from oracle.node.actions import Action
from oracle.node.worker.worker import Worker
from oracle.pricing.work import NO_WORK
from oracle.record.record import Asked, Status
from oracle.sending.sender import Intent

ANYTHING = b"whatever its publisher likes"


class Insider:
    """The strategy of the one worker that is said to hold the model."""

    models = width = 1

    def can(self, asked: Asked) -> bool:
        return True

    def serves(self, asked: Asked) -> bool:
        return True

    def objection(self, asked: Asked) -> str:
        return ""

    def keep(self, asked: Asked) -> None:
        pass

    def ready(self, asked: Asked) -> bool:
        return True

    def answer(self, asked: Asked) -> bytes:
        return ANYTHING

    def seconds(self, asked: Asked) -> float:
        return 0.0

    def elsewhere(self, held: Iterable[Asked]) -> tuple[float, ...]:
        return ()

    def output_bytes(self, asked: Asked) -> int:
        return len(ANYTHING)

    def work(self, asked: Asked) -> Work:
        return NO_WORK

    def passes(self, asked: Asked) -> int:
        return 1

    def defender(self, answered: object) -> Iterator[Action]:
        raise AssertionError("nobody challenges")


def test_withheld_model_harms_its_requester_alone(testbed: GriefersTestbed) -> None:
    """What can't be cured: without the image, nobody can tell a lie from the truth."""
    world = testbed.world
    honest = [testbed.worker(), testbed.challenger()]
    world.senders[0].send(
        world.contracts.registry, "register", b"\1" * 32, b"\2" * 32, 0, []
    )
    (withheld,) = set(world.record().tables.models) - {world.model_id}
    world.model_id = withheld
    sender = world.senders[GRIEFER]
    world.stake(sender)
    insider = Worker(sender, world.contracts, Insider())  # type: ignore[arg-type]
    before = {who: testbed.wealth(who) for who in (ASKER, WORKER, CHALLENGER)}
    request = world.ask()
    testbed.live(insider, *honest, until=testbed.all_final)
    assert world.record().tables.requests[request].output == ANYTHING
    lost = {who: was - testbed.wealth(who) for who, was in before.items()}
    assert lost[WORKER] == lost[CHALLENGER] == 0
    assert FEE < lost[ASKER] < 2 * FEE, "the fee, and gas"


@pytest.mark.parametrize("place", [b"https://\xff\xfe", b"\xed\xa0\x80\0\x1b[2J", b""])
def test_publisher_whose_uri_is_no_text_blinds_no_node(
    testbed: GriefersTestbed, place: bytes
) -> None:
    """A `string` is bytes: contracts take any, and so must whoever reads the log."""
    world, worker, bystander = testbed.world, testbed.worker(), testbed.challenger()
    griefer, registry = testbed.griefing_challenger("last"), world.contracts.registry
    request = world.ask()
    word = "-" * len(place)
    identity = (b"\1" * 32, b"\2" * 32, 0, [word])
    data = registry.abi.calldata("register", identity)
    data = data.replace(word.encode(), place) if place else data
    call = Intent(registry, "register", data, to=registry.address)
    world.senders[GRIEFER]._transact(call, ())
    before = testbed.wealth(WORKER)
    testbed.live(worker, bystander, griefer, until=testbed.all_final)
    assert testbed.status(request) is Status.FINAL
    assert testbed.wealth(WORKER) > before, "it has answered, and won a game"
