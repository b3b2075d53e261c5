"""The API: what was asked, answered, refuted; and how fresh that is."""

import json
import time

import httpx
import numpy as np
import pytest

import tinynn
from mips_vm.hashing.keccak import keccak256
from oracle.web.trial.company import Up
from tinynn import models

MNIST = tinynn.load(models.path("mnist"))


def picture(seed: int) -> bytes:
    return np.random.default_rng(seed).integers(0, 256, 784, dtype=np.uint8).tobytes()


def test_requests_are_listed_newest_first_and_paged(client: httpx.Client) -> None:
    whole = client.get("/api/v1/requests").json()
    assert [row["id"] for row in whole["requests"]] == [2, 1]
    assert whole["next"] is None
    first = client.get("/api/v1/requests?limit=1").json()
    assert [row["id"] for row in first["requests"]] == [2] and first["next"] == 2
    second = client.get("/api/v1/requests?limit=1&before=2").json()
    assert [row["id"] for row in second["requests"]] == [1]
    assert second["next"] is None
    assert client.get("/api/v1/requests?limit=1000").status_code == 422


@pytest.mark.parametrize("number", [1, 2])
def test_request_has_what_the_model_makes_of_its_input(
    client: httpx.Client, number: int
) -> None:
    asked = client.get(f"/api/v1/requests/{number}").json()["request"]
    assert asked["input"] == f"0x{picture(number).hex()}"
    assert asked["output"] == f"0x{MNIST.answer(picture(number)).hex()}"
    assert asked["model"] == "mnist"
    assert asked["model_root"] == f"0x{MNIST.model_root.hex()}"


def test_request_claim_fields_hash_to_the_commitment(client: httpx.Client) -> None:
    """As a browser hashes them: each a word of 32 bytes, in order."""
    asked = client.get("/api/v1/requests/1").json()["request"]
    words = b""
    for value in asked["claim"].values():
        number = int(value, 16) if value.startswith("0x") else int(value)
        words += number.to_bytes(32)
    assert f"0x{keccak256(words).hex()}" == asked["commitment"]


def test_request_that_was_lied_about_tells_its_life(client: httpx.Client) -> None:
    asked = client.get("/api/v1/requests/2").json()["request"]
    names = [entry["name"] for entry in asked["timeline"]]
    assert names == [
        *("Requested", "Accepted", "Claimed", "Challenged", "WorkerLost"),
        *("ClaimKilled", "Accepted", "Claimed"),
    ]
    times = [entry["time"] for entry in asked["timeline"]]
    assert times == sorted(times) and times[0] > 0
    assert asked["lies"] == 1 and not asked["disputed"]


def test_dispute_narrows_to_the_first_instruction_that_differs(
    client: httpx.Client,
) -> None:
    (row,) = client.get("/api/v1/disputes").json()["disputes"]
    assert row["over"] and row["winner"] == "challenger" and row["request_id"] == 2
    game = client.get(f"/api/v1/disputes/{row['game']}").json()["dispute"]
    assert game["checked"]
    for level in game["levels"]:
        parts = level["parts"]
        assert [parts[0]["start"], parts[-1]["end"]] == [level["start"], level["end"]]
        (pointed,) = [i for i, part in enumerate(parts) if part["selected"]]
        verdicts = [part["verdict"] for part in parts]
        assert verdicts[:pointed] == ["true"] * pointed
        assert verdicts[pointed] == "false"
    last = game["levels"][-1]
    assert last["unit"] == "instructions"
    (pointed,) = [part for part in last["parts"] if part["selected"]]
    assert pointed["end"] - pointed["start"] == 1
    proof = game["proof"]
    assert proof["instruction"] and not proof["worker_was_right"]
    assert proof["worker_says"] != proof["verifier_says"]
    names = [move["name"] for move in game["moves"]]
    assert names[0] == "challenged" and names[-2:] == ["proved", "workerlost"]
    assert all(move["gas"] for move in game["moves"][:-1])


def test_workers_are_told_by_what_became_of_their_answers(
    client: httpx.Client,
) -> None:
    rows = client.get("/api/v1/workers").json()["workers"]
    found = {(row["answered"], row["slashed"]) for row in rows}
    assert found == {(2, 0), (1, 1)}


def test_image_is_the_registered_one(client: httpx.Client) -> None:
    (row,) = client.get("/api/v1/models").json()["models"]
    image = client.get(f"/api/v1/models/{row['model_id']}/image").content
    assert tinynn.load(image).model_root.hex() == row["model_root"][2:]


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/requests/3",
        "/api/v1/requests/0",
        "/api/v1/requests/-1",
        f"/api/v1/disputes/0x{bytes(32).hex()}",
        "/api/v1/disputes/0x12",
        "/api/v1/disputes/nothing",
        f"/api/v1/models/0x{bytes(32).hex()}/image",
        "/api/v1/models/../image",
        "/wasm/other.wasm",
        "/static/../company.py",
    ],
)
def test_what_is_not_there_is_told_so(client: httpx.Client, path: str) -> None:
    assert client.get(path).status_code == 404


def test_event_is_told_within_a_second_of_its_block(up: Up) -> None:
    with httpx.stream("GET", f"{up.url}/api/v1/events", timeout=20) as answer:
        lines = answer.iter_lines()
        for _ in range(2):  # the first tells what is
            told = next(line for line in lines if line.startswith("data: "))
        at = json.loads(told.removeprefix("data: "))
    assert at["block"] > 0 and not at["stale"]
    assert time.time() - at["time"] < 3


def test_status_is_fresh_and_counts(client: httpx.Client) -> None:
    status = client.get("/api/v1/status").json()
    assert status["requests"] == 2 and status["answered"] == 2
    assert status["disputes"] == 1 and status["disputes_open"] == 0
    assert status["as_of"]["chain_id"] == 31337 and not status["as_of"]["stale"]
    assert client.get("/healthz").json() == {"ok": True}
