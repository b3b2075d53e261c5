"""`plumb swarm` as its users type it."""

import json
import sys
from pathlib import Path

import pytest
from support.testbeds.devnet import DevnetTestbed

PROGRAM = Path(__file__).with_name("number_agent.py")


@pytest.fixture
def swarm(testbed: DevnetTestbed) -> DevnetTestbed:
    placed = testbed.json("swarm", "deploy", account=0)
    assert set(placed["contracts"]) == {"Swarm", "SwarmStaking"}
    return testbed


def test_round_is_asked_for_and_told(swarm: DevnetTestbed) -> None:
    told = swarm.json("swarm", "ask", "why?", "--reward", "0.1ether", "--agents", 20)
    assert told["round"] == 1
    assert told["ticket_wei"] >= 200_000 * 10**9
    found = swarm.json("swarm", "status", 1)
    assert (found["prompt"], found["phase"], found["agents"]) == ("why?", "entry", 0)
    assert found["reward_wei"] == 10**17 and found["answers"] == []
    listed = swarm.json("swarm", "status")
    assert [r["round"] for r in listed["rounds"]] == [1]
    shown = swarm.plumb("swarm", "status", 1).out
    assert "why?" in shown and "0.1 ether" in shown
    assert "ranking" in swarm.plumb("swarm", "status").out


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("status", 3), "expected a round from 1 to 0, got 3"),
        (("ask", "x", "--rule", "best"), "expected ranking, majority, stake, got best"),
        (("ask", "x", "--ticket", "1wei"), "OutOfRange"),
        (("ask", ""), "OutOfRange"),
        (("ask", "x", "--reward", "1"), "expected a unit"),
        (("join",), "expected one of --model and --program"),
        (("join", "--model", "a", "--program", "b"), "expected one of --model"),
        (("join", "--model", "mnist"), "expected a language model"),
    ],
)
def test_bad_input_is_told_in_a_line(swarm, arguments, complaint) -> None:
    ended = swarm.plumb("swarm", *arguments)
    assert ended.status != 0
    assert complaint in " ".join(ended.err.replace("│", " ").split())
    assert "Traceback" not in ended.err


def test_chain_without_a_swarm_says_how_to_get_one(testbed: DevnetTestbed) -> None:
    ended = testbed.plumb("swarm", "status")
    assert ended.status == 1 and "plumb swarm deploy" in ended.err


@pytest.mark.parametrize(
    ("code", "complaint"),
    [
        ("print('no json')", "expected one JSON object"),
        ("print('{}')", "answer"),
        ("raise SystemExit(3)", "exit status 0, got 3"),
        ("print('{\"answer\": 5}')", "text"),
    ],
)
def test_program_that_misbehaves_is_told(tmp_path, code, complaint) -> None:
    from oracle.swarm.errors import BadMind
    from oracle.swarm.mind import Program

    file = tmp_path / "mind.py"
    file.write_text(code)
    with pytest.raises(BadMind, match=complaint):
        Program((sys.executable, str(file))).answer(b"?")


def test_program_answers_and_marks() -> None:
    from oracle.swarm.errors import BadMind
    from oracle.swarm.mind import Program

    mind = Program((sys.executable, str(PROGRAM), "7"))
    assert mind.answer(b"?") == b"7"
    assert mind.marks(b"?", [b"3", b"x", b"12"]) == [3.0, -1.0, 12.0]
    with pytest.raises(BadMind, match="an end within"):
        Program((sys.executable, "-c", "input(); input()"), 0.0).answer(b"?")
    answer = json.dumps({"marks": [1]})
    with pytest.raises(BadMind, match="2 numbers"):
        code = f"print({answer!r})"
        Program((sys.executable, "-c", code)).marks(b"?", [b"a", b"b"])
