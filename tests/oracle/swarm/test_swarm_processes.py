"""Ten agents as processes on a devnet, killed while they play."""

import signal
import subprocess
import sys
import time
from pathlib import Path
from random import Random
from typing import Any

import pytest
from support.programs.command import in_a_process
from support.testbeds.devnet import DevnetTestbed

PROGRAM = Path(__file__).with_name("number_agent.py")
AGENTS = 10
PATIENCE_SECONDS = 1500
FIRST = 2  # dev:0 deploys, dev:1 asks


class Village:
    """Processes by their numbers, and what they had to say."""

    def __init__(self, testbed: DevnetTestbed, folder: Path) -> None:
        self._testbed, self._folder = testbed, folder
        self.running: dict[int, subprocess.Popen[bytes]] = {}

    def start(self, number: int) -> None:
        command = in_a_process(
            [
                *("swarm", "join", "--account", f"dev:{FIRST + number}", "--poll", 0.5),
                *("--program", f"{sys.executable} {PROGRAM} {number}", "--round", 1),
                *self._testbed.shared,
            ]
        )
        with (self._folder / f"{number}.log").open("ab") as log:
            self.running[number] = subprocess.Popen(command, stderr=log, stdout=log)

    def kill(self, number: int) -> None:
        self.running[number].send_signal(signal.SIGKILL)
        self.running[number].wait()

    def stop(self) -> None:
        for process in self.running.values():
            process.kill()
            process.wait()


@pytest.mark.heavy
def test_ten_processes_play_a_round_and_survive_being_killed(
    testbed: DevnetTestbed, tmp_path: Path
) -> None:
    rng = Random(5)
    testbed.json("swarm", "deploy", account=0)
    asked = testbed.json("swarm", "ask", "a number?", "--reward", "0.1ether")
    village = Village(testbed, tmp_path)

    def state() -> Any:
        """Asked again where the machine is too busy to answer in time."""
        while True:
            told = testbed.plumb("swarm", "status", asked["round"], "--json")
            if not told.status:
                return told.json()
            assert "no answer within" in told.err, told.err

    done = {
        "entry": lambda s: s["agents"] == AGENTS,
        "reveal": lambda s: s["revealed"] == AGENTS,
        "show": lambda s: s["rankings"] == AGENTS,
    }
    try:
        for number in range(AGENTS):
            village.start(number)
        deadline, kills = time.monotonic() + PATIENCE_SECONDS, 0
        while (found := state())["phase"] != "over":
            assert time.monotonic() < deadline, found
            if kills < 6 and found["phase"] in (*done, "seal") and rng.random() < 0.3:
                victim = rng.randrange(AGENTS)
                village.kill(victim)
                village.start(victim)
                kills += 1
            if found["phase"] == "seal":
                if rankings_sealed(testbed) == AGENTS:
                    testbed.travel(600)
            elif found["phase"] in done and done[found["phase"]](found):
                testbed.travel(600)
            time.sleep(0.5)
        for process in village.running.values():
            process.wait(timeout=300)
    finally:
        village.stop()
    assert kills > 0
    assert found["revealed"] == found["rankings"] == AGENTS
    best = found["answers"][0]
    assert best["won"] and best["score"] == 1.0
    scores = {answer["answer"]: answer["score"] for answer in found["answers"]}
    assert (scores["9"], scores["0"]) == (1.0, 0.0)


def rankings_sealed(testbed: DevnetTestbed) -> int:
    """How many rankings are sealed, as the chain has them."""
    from oracle.chain.deployments import read_deployments
    from oracle.swarm.place import Place
    from oracle.swarm.reader import Reader

    folder = testbed.shared[3]
    assert isinstance(folder, Path)
    place = Place.of(testbed.chain, read_deployments(folder, 31337), folder)
    reader = Reader(place.chain, place.swarm, place.since)
    reader.look()
    return len(reader.rounds.by_id[1].ranking_seals)
