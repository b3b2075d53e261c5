"""Disputes as an onlooker sees them, and their money."""

import json
from collections.abc import Iterator

import pytest
from support.testbeds.devnet import DevnetTestbed

from oracle.chain.local.accounts import development_accounts
from oracle.models.library import Library
from oracle.node.actions import Action
from oracle.node.collector import Collector
from oracle.node.honest import Honest
from oracle.node.roles.roles import ChallengerSettings
from oracle.sending.sender import Sender
from tinynn import models


def test_dispute_is_foretold_listed_and_shown(testbed: DevnetTestbed) -> None:
    oracle = testbed.place.deployments.contracts.oracle
    bond, _ = testbed.chain.call(oracle, "bondFor", 0)
    testbed.json("worker", "stake", f"{bond}wei", account=3)
    request = testbed.send()
    liar = testbed.worker(3, lie="digit")
    testbed.work(liar)
    watched = testbed._plumb(
        "watch", "--once", "--json", "--model", "mnist", *testbed.shared
    )
    assert watched.status == 1 and '"true": false' in watched.out
    assert "false claim" in watched.err
    model = ("--model", "mnist")
    foretold = testbed.json("dispute", "whatif", request, *model, account=4)
    assert foretold["claim_is_true"] is False
    assert foretold["gain_wei"] > 0 and foretold["moves_left"] > 3
    price, rent = foretold["gas_price_wei"], foretold["rent_wei"]
    bond, *told = testbed.chain.call(
        testbed.contracts.game, "challengerBond", int(bond)
    )
    assert foretold["bond_at_risk_wei"] == bond and told == [price, rent]
    assert (foretold["open_games"], foretold["pointing_rightly"]) == (0, 0)
    assert foretold["may_lack_wei"] == 0
    advised = testbed.plumb("dispute", "whatif", request, *model, account=4)
    assert "`plumb challenger start` brings it down" in advised.out
    nobody = testbed.plumb("dispute", "show", request)
    assert "Nobody has challenged it." in nobody.out
    sender = Sender(testbed.chain, development_accounts(5)[4])
    strategy = Honest(Library([models.path("mnist")]))
    challenger = testbed.place.challenger(ChallengerSettings.read(), sender, strategy)
    for node in (challenger, liar, challenger, liar):
        assert node.step() is not None
    (listed,) = testbed.json("dispute", "list")["disputes"]
    assert listed["request_id"] == request and 0 < listed["seconds_left"] <= 600
    while challenger.step() is not None or liar.step() is not None:
        pass
    assert testbed.json("dispute", "list")["disputes"] == []
    assert "--all lists all" in testbed.plumb("dispute", "list").out
    assert str(request) in testbed.plumb("dispute", "list", "--all").out
    (shown,) = testbed.json("dispute", "show", request, "--wait")["disputes"]
    assert shown["stage"] == "over"
    assert shown["outcome"].startswith("The claim was false: of its bond 0.00")
    moves = shown["moves"]
    assert [move["shown"] for move in moves][:2] == ["opened", "selected"]
    assert moves[-1]["shown"] == "proved"
    assert moves[-1]["of"] == "the worker was wrong"
    for move in moves:
        receipt = testbed.chain.endpoint.web3.eth.get_transaction_receipt(
            move["transaction"]
        )
        assert (move["block"], move["gas_used"], move["by"]) == (
            receipt["blockNumber"],
            receipt["gasUsed"],
            receipt["from"].lower(),
        )
        assert move["clock_used"] >= 0
    proof = shown["proof"]
    assert proof["instruction"].startswith("sw ") and proof["pc"].startswith("0x")
    roots = {proof[name] for name in ("pre_root", "worker_says", "verifier_says")}
    assert len(roots) == 3
    told = testbed.plumb("dispute", "show", request).out
    assert proof["verifier_says"] in told and moves[0]["transaction"] in told
    status = testbed.json("worker", "status", *model, account=3)
    assert status["lost"] == 1
    assert "free stake" in status["declined"][str(request)]
    assert testbed.json("request", "cancel", request)["attempts"] == 1


def test_dispute_claim_ends_what_is_decided_and_brings_the_money(
    testbed: DevnetTestbed,
) -> None:
    """By somebody without the model: the challenger was killed, the liar is silent."""
    bond, _ = testbed.chain.call(
        testbed.place.deployments.contracts.oracle, "bondFor", 0
    )
    testbed.json("worker", "stake", f"{bond}wei", account=5)
    request = testbed.send()
    testbed.work(testbed.worker(5, lie="digit"))
    sender = Sender(testbed.chain, development_accounts(7)[6])
    strategy = Honest(Library([models.path("mnist")]))
    challenger = testbed.place.challenger(ChallengerSettings.read(), sender, strategy)
    assert challenger.step() is not None
    still = testbed.plumb("dispute", "claim", request, account=6)
    assert (still.status, "got 1 dispute still open" in still.err) == (1, True)
    nothing = testbed.json("dispute", "claim", account=6)
    assert (nothing["settled"], nothing["still_open"]) == (0, 1)
    testbed.travel(600)
    found = testbed.json("dispute", "claim", account=6)
    assert (found["settled"], found["still_open"]) == (1, 0)
    assert found["withdrawn_wei"] > 0 and challenger.stake() == (0, 0)
    assert testbed.json("dispute", "claim", request, account=6)["settled"] == 0
    (shown,) = testbed.json("dispute", "show", request)["disputes"]
    assert (shown["stage"], shown["proof"]) == ("over", None)
    assert shown["moves"][-1]["of"] == "a clock had run out"
    assert testbed.json("request", "cancel", request)["status"] == "cancelled"


def test_dispute_claim_that_fails_says_so(
    testbed: DevnetTestbed, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: Collector) -> Iterator[Action]:
        raise RuntimeError("the frobnicator is out")

    monkeypatch.setattr(Collector, "_withdrawal", broken)
    ended = testbed.plumb("dispute", "claim", "--json", account=7)
    assert ended.status == 1 and json.loads(ended.out)["settled"] == 0
    assert "Not all was done: RuntimeError: the frobnicator is out" in ended.err
