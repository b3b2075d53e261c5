"""Audits at the command line, in the API and on the page: everyone is told."""

import asyncio
import json

import httpx
import pytest
from support.testbeds.devnet import SEVEN, DevnetTestbed

from oracle.models.library import Library
from oracle.web.scene.onlooker import Onlooker
from oracle.web.server.application import application

WORKER, CHALLENGER = 2, 3


async def fetched(onlooker: Onlooker, *paths: str) -> list[str]:
    app = application(onlooker, {"test"}, ["/rpc"])
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        return [(await client.get(path)).text for path in paths]


def test_what_may_be_a_test_is_told_everywhere(testbed: DevnetTestbed) -> None:
    testbed.plumb("worker", "stake", "1ether", account=WORKER)
    told = testbed.json(
        *("worker", "audits", "join", "--deposit", "0.05ether", "--rate", "1"),
        account=WORKER,
    )
    assert (told["audited"], told["rate_bps"], told["open"]) == (True, 100, 0)
    assert told["pool_wei"] == 5 * 10**16
    request = testbed.send("--audits", "--window", 300)
    worker = testbed.worker(WORKER)
    testbed.work(worker)
    testbed.travel(12)
    testbed.work(worker)

    status = testbed.json("request", "status", request)
    assert status["may_be_test"]
    assert "may be a test" in status["explanation"]
    (earns,) = testbed.json("challenger", "status", account=CHALLENGER)["audits"]
    assert (earns["rate_bps"], earns["claims"]) == (100, 1)
    assert earns["income_alone_wei"] > earns["income_wei"] > 0
    shown = testbed.plumb("challenger", "status", account=CHALLENGER).out
    assert "What checking earns" in shown
    audits = testbed.json("worker", "audits", "status", account=WORKER)
    assert (audits["leases"], audits["open"], audits["silences"]) == (1, 1, 0)

    onlooker = Onlooker(testbed.place, Library())
    onlooker.look()
    paths = (f"/api/v1/requests/{request}", f"/requests/{request}", "/", "/workers")
    data, page, rows, workers = asyncio.run(fetched(onlooker, *paths))
    assert json.loads(data)["request"]["may_be_test"]
    assert "This may be a test" in page and "may be a test" in rows
    assert "1 %" in workers

    testbed.travel(300)
    testbed.work(worker)
    found = testbed.json("request", "status", request)
    assert not found["may_be_test"]
    left = testbed.json("worker", "audits", "leave", account=WORKER)
    assert not left["audited"]


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (("--prize", "3700000"), "walking away would pay"),
        (("--rate", "60"), "challenging blindly would pay"),
        (("--prize", "700000"), "checking wouldn't pay"),
        (("--rate", "0"), "expected 0.01 % to 99.99 %"),
    ],
)
def test_rates_that_the_contract_refuses_are_told_before(
    testbed: DevnetTestbed, options: tuple[str, ...], reason: str
) -> None:
    ended = testbed.plumb(
        *("worker", "audits", "join", "--deposit", "0.1ether", *options), account=WORKER
    )
    assert ended.status == 1 and reason in ended.err


def test_audits_through_a_contract_are_refused(testbed: DevnetTestbed) -> None:
    ended = testbed.plumb(
        *("request", "send", "mnist", SEVEN, "--audits"),
        *("--through", "DigitReader"),
    )
    assert ended.status != 0 and "terms of its own" in ended.err


def test_window_too_long_for_audits_is_told(testbed: DevnetTestbed) -> None:
    ended = testbed.plumb(
        *("request", "send", "mnist", SEVEN, "--audits", "--window", "600")
    )
    assert ended.status == 0 and "No worker is audited" in ended.err
