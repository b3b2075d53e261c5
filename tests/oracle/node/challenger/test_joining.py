"""Of a crowd that points rightly one more is not needed, while it can still join."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from support.testbeds.embedded import CLOCK, WINDOW, EmbeddedTestbed

from challenge.lies import FALSE_CHALLENGERS, LIES
from challenge.whatif import shortfall_wei
from oracle.node.challenger import joining
from oracle.node.challenger.challenger import Challenger
from oracle.node.challenger.joining import enough_for, terms_of
from oracle.node.honest import Honest
from oracle.node.node import Node
from oracle.node.worker.liars import LyingChallenger, LyingWorker
from oracle.node.worker.worker import Worker
from oracle.record.record import Answered
from oracle.record.views import view_of

K = 8
LIAR, OURS, FIRST = 2, 3, 4
FEW = 3


class Disputed:
    """A lie about one request, and accounts that have challenged it."""

    def __init__(
        self,
        world: EmbeddedTestbed,
        challengers: int,
        make: Callable[..., Node],
        selecting: int | None = None,
    ) -> None:
        self.world = world
        bond, _ = world.chain.call(world.contracts.oracle, "bondFor", 0)
        world.stake(world.senders[LIAR], int(bond))
        world.ask(window=WINDOW + 12 * 2 * challengers)  # a block a move
        liar = LyingWorker(world.honest(), LIES["activation"], K, seed=1)
        self.liar = Worker(world.senders[LIAR], world.contracts, liar)
        while self.liar.step() is not None:
            pass
        strategy = world.honest()
        self.others = [make(world, FIRST + n, strategy) for n in range(challengers)]
        for other in self.others:
            assert other.step() is not None
        assert self.liar.step() is not None
        for other in self.others[:selecting]:
            other.step()
        self.ours = Challenger(world.senders[OURS], world.contracts, world.honest())

    @property
    def answered(self) -> Answered:
        (found,) = self.world.record().tables.claims.values()
        return found

    @property
    def has_joined(self) -> bool:
        return self.ours.open_challenges > 0


def rightly(world: EmbeddedTestbed, index: int, strategy: Honest) -> Node:
    return Challenger(world.senders[index], world.contracts, strategy)


def wrongly(manner: str) -> Callable[..., Node]:
    def make(world: EmbeddedTestbed, index: int, strategy: Honest) -> Node:
        kind, belief = FALSE_CHALLENGERS[manner], LIES["activation"]
        liar = LyingChallenger(strategy, kind, belief, K, seed=index)
        return Challenger(world.senders[index], world.contracts, liar)

    return make


@pytest.fixture
def world(tmp_path: Path) -> EmbeddedTestbed:
    return EmbeddedTestbed.made(tmp_path, accounts=10)


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(joining, "ENOUGH", FEW)


def test_joining_thirty_that_point_rightly_are_enough(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """And what a further one may lack is told before."""
    caplog.set_level("INFO")
    disputed = Disputed(EmbeddedTestbed.made(tmp_path, accounts=34), 30, rightly)
    caplog.clear()
    assert disputed.ours.step() is None
    assert list(disputed.ours.verdicts.values()) == [False]
    (told,) = (r for r in caplog.records if r.message == "one more of many")
    assert vars(told)["open_games"] == 30 and vars(told)["may_lack"] > 0


@pytest.mark.usefixtures("few")
def test_joining_one_too_few_is_one_more(world: EmbeddedTestbed) -> None:
    disputed = Disputed(world, FEW - 1, rightly)
    done = disputed.ours.step()
    assert done is not None and done.action.function == "challenge"


@pytest.mark.usefixtures("few")
@pytest.mark.parametrize("manner", ["first", "last"])
def test_joining_those_that_point_wrongly_do_not_count(
    world: EmbeddedTestbed, manner: str
) -> None:
    """At what ends truly, and at what begins falsely."""
    disputed = Disputed(world, FEW + 1, wrongly(manner))
    done = disputed.ours.step()
    assert done is not None and done.action.function == "challenge"


@pytest.mark.usefixtures("few")
def test_joining_those_that_have_pointed_at_nothing_do_not_count(
    world: EmbeddedTestbed,
) -> None:
    """What the liar shows first ends falsely whoever challenges."""
    disputed = Disputed(world, FEW, rightly, selecting=FEW - 1)
    done = disputed.ours.step()
    assert done is not None and done.action.function == "challenge"


@pytest.mark.usefixtures("few")
def test_joining_when_one_is_silent_for_a_tenth_of_its_clock(
    world: EmbeddedTestbed,
) -> None:
    disputed = Disputed(world, FEW, rightly)
    assert disputed.ours.step() is None
    world.travel(CLOCK // 10)
    assert disputed.ours.step() is None, "it is the liar who is silent"
    assert disputed.liar.step() is not None
    assert disputed.ours.step() is None
    world.travel(CLOCK // 10)
    done = disputed.ours.step()
    assert done is not None and done.action.function == "challenge"


@pytest.mark.usefixtures("few")
def test_joining_at_the_last_call_whoever_else_has(world: EmbeddedTestbed) -> None:
    """They may be the liar's own, there to lose when the window is over."""
    disputed = Disputed(world, FEW, rightly)
    assert disputed.ours.step() is None
    left = disputed.answered.claim.window_end - world.chain.now()
    assert left > joining.LAST_CALL_SECONDS
    world.travel(left - joining.LAST_CALL_SECONDS)
    done = disputed.ours.step()
    assert done is not None and done.action.function == "challenge"
    assert world.chain.now() < disputed.answered.claim.window_end
    assert WINDOW > joining.LAST_CALL_SECONDS


def test_joining_enough_grows_with_what_the_bond_pays(world: EmbeddedTestbed) -> None:
    disputed = Disputed(world, 1, rightly)
    view = view_of(world.record(), disputed.answered, disputed.ours.address)
    assert enough_for(view) == 30
    dear = replace(view, claim=replace(view.claim, bond=7 * view.claim.bond))
    assert enough_for(dear) == 210


@pytest.mark.parametrize(
    ("others", "lacks_gas"),
    [(0, 0), (15, 0), (16, 14_625), (40, 667_050), (1000, 1_084_602)],
)
def test_joining_what_a_late_one_may_lack(
    world: EmbeddedTestbed, others: int, lacks_gas: int
) -> None:
    """At K = 32 a longest game is due 1,102,000 units; the bond keeps 18,500,000."""
    disputed = Disputed(world, 1, rightly)
    view = view_of(world.record(), disputed.answered, disputed.ours.address)
    lacks = shortfall_wei(replace(view, k=32), others) // view.claim.gas_price
    assert lacks == lacks_gas


def test_joining_terms_are_those_of_the_contract(world: EmbeddedTestbed) -> None:
    disputed = Disputed(world, 1, rightly)
    record = world.record()
    view = view_of(record, disputed.answered, disputed.ours.address)
    terms = terms_of(record, view)
    bond, price, rent = world.chain.call(
        world.contracts.game, "challengerBond", view.claim.bond
    )
    assert (terms.bond_wei, terms.price_wei, terms.rent_wei) == (bond, price, rent)
    assert terms.open_games == 1 and rent > 0
