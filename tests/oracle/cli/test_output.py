"""What strangers chose is printed as it is: no markup, no control characters."""

import logging
from collections.abc import Callable, Iterator
from pathlib import Path

import onnx
import pytest
from rich.console import RenderableType
from support.programs.command import plumb_in
from support.sources.onnx_nets import FLOAT, node, save_net

from oracle import logs
from oracle.cli import complain
from oracle.cli.common.output import (
    console,
    facts,
    grid,
    progress,
    remark,
    stage,
)
from oracle.legible import legible

CLEAR = "\x1b[2J"
HOSTILE = f"[a0000010]=7 [/nope] [link=x]y :smile: {CLEAR}\r\x9b\u202e"
SHOWN = "[a0000010]=7 [/nope] [link=x]y :smile: \\x1b[2J\\r\\x9b\\u202e"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("größe [1, 2]\nnext", "größe [1, 2]\nnext"),
        (HOSTILE, SHOWN),
        ("\0\t\x7f\u2028\udcff", "\\x00\\t\\x7f\\u2028\\udcff"),
    ],
    ids=["harmless", "hostile", "unprintable"],
)
def test_legible_text_has_unprintable_characters_by_number(
    text: str, shown: str
) -> None:
    assert legible(text) == shown


@pytest.mark.parametrize(
    "made",
    [
        lambda: HOSTILE,
        lambda: facts({"name": HOSTILE}),
        lambda: facts({HOSTILE: 7}),
        lambda: grid(None, ["name"], [[HOSTILE]]),
        lambda: grid(None, [HOSTILE], [[7]]),
        lambda: grid(HOSTILE, ["a column as wide as that title: " + "-" * 40], []),
    ],
    ids=["line", "fact", "name of a fact", "cell", "column", "title"],
)
def test_console_hostile_text_is_printed_as_it_is(
    made: Callable[[], RenderableType], capsys: pytest.CaptureFixture[str]
) -> None:
    console().print(made())
    assert SHOWN in capsys.readouterr().out


def test_remark_and_complaint_hostile_text_is_printed_as_it_is(
    capsys: pytest.CaptureFixture[str],
) -> None:
    remark(HOSTILE)
    complain(HOSTILE)
    assert capsys.readouterr().err == f"{SHOWN}\nplumb: {SHOWN}\n"


def drawn(capsys: pytest.CaptureFixture[str]) -> str:
    """What a terminal got, without what Rich itself sends it."""
    text = capsys.readouterr().err
    assert CLEAR not in text and "\x9b" not in text
    return text


def test_stage_hostile_text_is_drawn_as_it_is(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")  # rich takes it for a terminal
    monkeypatch.setenv("COLUMNS", "200")
    with stage(f"first {HOSTILE}"):
        pass
    with stage("harmless") as tell:
        tell(f"then {HOSTILE}")
    text = drawn(capsys)
    assert f"first {SHOWN}" in text and f"then {SHOWN}" in text


def test_progress_hostile_text_is_drawn_as_it_is(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "200")
    with progress(HOSTILE, 2, "steps") as show:
        show(2)
    assert SHOWN in drawn(capsys)


@pytest.fixture
def log_for_people() -> Iterator[None]:
    ours = logging.getLogger(logs.OURS)
    before = ours.handlers, ours.propagate, ours.level
    logs.configure(as_json=False)
    yield
    ours.handlers, ours.propagate = before[:2]
    ours.setLevel(before[2])


@pytest.mark.usefixtures("log_for_people")
@pytest.mark.parametrize("reason", [CLEAR, f"[/nope] {CLEAR}", "\x9b2J", "\u202e"])
def test_log_line_hostile_reason_is_escaped(
    reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    logs.logger("oracle.test").warning("reverted", reason=reason)
    (line,) = capsys.readouterr().err.splitlines()
    assert line.isprintable() and legible(reason).split()[-1] in line


def test_model_with_hostile_names_is_told_and_run(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    plumb = plumb_in(capsys)
    name, shown = f"[/nope]{CLEAR}", "[/nope]\\x1b[2J"
    source = save_net(
        tmp_path / "net.onnx", [node("Relu", "x", "y")], y=(FLOAT, (1, 4))
    )
    net = onnx.load(source)
    (relu,) = net.graph.node
    relu.input[0] = net.graph.input[0].name = f"x{name}"
    relu.output[0] = net.graph.output[0].name = f"y{name}"
    relu.name = name
    onnx.save(net, source)
    (tmp_path / "x.bin").write_bytes(bytes(16))
    assert f"takes x{shown}" in plumb("model", "inspect", source).out
    assert f"output y{shown}" in plumb("model", "convert", source).out
    ran = plumb("model", "run", tmp_path / "net.plumb", tmp_path / "x.bin")
    assert ran.out.startswith(f"y{shown}  0")
    relu.op_type = "RandomNormalLike"
    onnx.save(net, source)
    assert f"\n{shown}  RandomNormalLike" in plumb("model", "inspect", source).out
    assert f"node '{shown}'" in plumb("model", "convert", source).err
