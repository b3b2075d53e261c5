"""The npm package's client, on a devnet, over ethers and over viem."""

import json
from collections.abc import Iterator

import pytest
from support.programs.kit import App
from support.testbeds.devnet import SEVEN, DevnetTestbed

from oracle.devnet.setup import Ready
from solidity import artifact

pytestmark = pytest.mark.toolchain

LIBRARIES = ("ethers", "viem")
WINDOW_SECONDS = 600  # the client's own default
BLOCKS_FEE_SHARE = 0.13  # a block changes the base fee by an eighth at most
WORD = 32


@pytest.fixture(scope="module")
def app(
    served: tuple[str, Ready], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[App]:
    """Its package knows the devnet's addresses."""
    folder = tmp_path_factory.mktemp("app")
    deployments = folder / "deployments"
    served[1].deployments.write(deployments)
    yield App.made(folder / "app", deployments)


def image() -> bytes:
    return bytes(sum(json.loads(SEVEN.read_text()), []))


def question(testbed: DevnetTestbed, passes: int = 0) -> dict[str, object]:
    """The model has no loop; with passes it is asked as if it had one."""
    (estimate,) = (
        entry
        for entry in artifact("InferenceOracle").abi
        if entry.get("name") == "estimateFee"
    )
    model_id = testbed.place.deployments.models["mnist"]
    return {
        "modelId": "0x" + model_id.hex(),
        "input": "0x" + image().hex(),
        estimate["inputs"][2]["name"]: passes,
    }


@pytest.mark.slow
@pytest.mark.parametrize("library", LIBRARIES)
def test_client_asks_waits_and_reads(
    library: str, testbed: DevnetTestbed, served: tuple[str, Ready], app: App
) -> None:
    url, asker = served[0], "0x" + testbed.address(5).hex()
    fee = testbed.json("request", "send", "mnist", SEVEN)["fee_wei"]
    asked = app.client(library, url, "ask", question(testbed))
    assert abs(int(asked["fee"]) / fee - 1) < BLOCKS_FEE_SHARE
    number = int(asked["requestId"])
    shown = testbed.json("request", "status", number)
    assert (shown["status"], shown["requester"].lower()) == ("open", asker)
    assert shown["fee_wei"] == int(asked["fee"]) > 0
    found = app.client(library, url, "read", number)
    assert (found["status"], found["final"], "output" in found) == (
        "Open",
        False,
        False,
    )
    testbed.json("worker", "stake", "1ether", account=2)
    testbed.work(testbed.worker(2))
    found = app.client(library, url, "wait", number, {"until": "Claimed", "seconds": 5})
    shown = testbed.json("request", "status", number)
    assert (found.get("status"), found.get("final")) == ("Claimed", False), (
        found,
        shown,
    )
    assert found["output"] == shown["output"]
    assert found["claim"]["windowEnd"] == shown["window_end"]
    later = app.client(library, url, "wait", number, {"seconds": 0})
    assert later["error"] == "WaitedTooLong" and "is Claimed" in later["message"]
    refuse_false_logs(app, library, url, number)
    testbed.travel(WINDOW_SECONDS)
    testbed.work(testbed.worker(2))
    final = app.client(library, url, "wait", number, {"seconds": 5})
    assert (final["status"], final["final"]) == ("Final", True)
    assert final["output"] == found["output"] and final["claim"] == found["claim"]


@pytest.mark.slow
@pytest.mark.parametrize("library", LIBRARIES)
def test_client_asks_by_passes(
    library: str, testbed: DevnetTestbed, served: tuple[str, Ready], app: App
) -> None:
    """Those that were named are what the fee pays for."""
    passes = 44
    asked = app.client(library, served[0], "ask", question(testbed, passes))
    chain, contracts = testbed.chain, testbed.place.deployments.contracts
    meter = chain.call(contracts.oracle, "getMeter", int(asked["requestId"]))
    assert (meter.max_passes, meter.seed_block) == (passes, 0)
    assert meter.pass_price == 0, "a pass of a model without a loop costs nothing"


def refuse_false_logs(app: App, library: str, url: str, number: int) -> None:
    """Ten words of the claim, offset and length of the output, then its bytes."""
    for byte, what in (
        (5 * WORD - 1, "claim's hash"),
        (12 * WORD + 43, "output's root"),
    ):
        false = app.client(library, url, "read", number, LIE=str(byte))
        assert false["error"] == "FalseLog" and what in false["message"]
    missing = app.client(library, url, "read", number, LIE="none")
    assert missing["error"] == "MissingLog"


@pytest.mark.parametrize("library", LIBRARIES)
def test_client_refuses_what_cannot_be_meant(
    library: str, testbed: DevnetTestbed, served: tuple[str, Ready], app: App
) -> None:
    url = served[0]
    asked = question(testbed)
    without = {k: v for k, v in asked.items() if k in ("modelId", "input")}
    for call, error, words in (
        (("read", 10**6), "UnknownRequest", "got id 1000000"),
        (("ask", without), "BadArgument", "to estimate it by"),
        (("ask", asked | {"input": "0x123"}), "BadArgument", "Uint8Array"),
        (("wait", 1, {"until": "Open"}), "BadArgument", "Claimed, Final"),
    ):
        got = app.client(library, url, *call)
        assert got["error"] == error and words in got["message"]


@pytest.mark.parametrize("library", LIBRARIES)
def test_client_ends_waiting_for_what_was_cancelled(
    library: str, testbed: DevnetTestbed, served: tuple[str, Ready], app: App
) -> None:
    url = served[0]
    number = int(app.client(library, url, "ask", question(testbed))["requestId"])
    testbed.travel(61)
    testbed.plumb("request", "cancel", number, account=5)
    got = app.client(library, url, "wait", number, {"seconds": 5})
    assert got["error"] == "RequestCancelled"
