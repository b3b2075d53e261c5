"""`plumb ask`: what it prints is what the model answers."""

import os
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from support.language.small_llama import small, written
from support.programs.command import Plumb, in_a_process, plumb_in

import tinynn
from converters.language.conversion import Options, converted
from tinynn.asking import Asking
from tinynn.text import TextModel

TOKENS = 24


@pytest.fixture
def plumb(capsys: pytest.CaptureFixture[str]) -> Plumb:
    return plumb_in(capsys)


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("model")
    made = converted(written(folder, small()), Options(tokens=TOKENS))
    path = folder / "small.plumb"
    path.write_bytes(made.image)
    return path


def answer(image: Path, text: bytes, asking: Asking) -> str:
    model = TextModel.of(tinynn.load(image))
    assert model is not None
    output = model.model.answer(model.request(text, asking))
    return model.answer_of(output).decode()


def test_answer_is_the_models(plumb: Plumb, image: Path) -> None:
    ended = plumb("ask", image, "hello")
    assert ended.status == 0
    expected = answer(image, b"hello", Asking(TOKENS))
    assert ended.out == expected + "\n" and expected
    assert "tokens in" in ended.err and "prompt of about" in ended.err


def test_options_are_the_requests(plumb: Plumb, image: Path) -> None:
    options = ("--temperature", 1.5, "--top-k", 9, "--top-p", 0.9, "--penalty", 1.3)
    seed = ("--seed", "0xabcd")
    held = plumb("ask", image, "hi", *options, *seed, "--max-tokens", 7, "--json")
    asking = Asking(7, 1.5, 9, 0.9, 1.3, bytes.fromhex("abcd") + bytes(26))
    data = held.json()
    assert data["answer"] == answer(image, b"hi", asking)
    assert data["seed"] == asking.seed.hex()
    assert 0 < data["tokens"] <= 7 and data["seconds"] > 0


def test_seed_is_drawn_only_where_it_matters(plumb: Plumb, image: Path) -> None:
    def seeds(*options: object) -> set[str]:
        command = ("ask", image, "hi", *options, "--json")
        return {plumb(*command).json()["seed"] for _ in range(2)}

    assert seeds() == {bytes(28).hex()}
    assert len(seeds("--temperature", 1)) == 2


def test_text_of_standard_input(
    plumb: Plumb, image: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "in").write_bytes(b"a\xffb\n")
    with (tmp_path / "in").open() as file:
        monkeypatch.setattr(sys, "stdin", file)
        ended = plumb("ask", image, "-")
    assert ended.out == answer(image, b"a\xffb\n", Asking(TOKENS)) + "\n"


def test_standard_input_without_end_is_an_error(
    plumb: Plumb, image: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Path("/dev/zero").open() as file:
        monkeypatch.setattr(sys, "stdin", file)
        ended = plumb("ask", image, "-")
    assert ended.status == 1 and "text: expected at most" in ended.err


ODD_OPTIONS = {
    ("--max-tokens", 1 << 40): "max_tokens: expected -2147483648 to 2147483647, got",
    ("--temperature", 1e300): "temperature: expected a float32, at most 3.40282e+38",
    ("--top-p", -1e300): "top_p: expected a float32",
    ("--penalty", 1e39): "penalty: expected a float32",
}


@pytest.mark.parametrize("option", ODD_OPTIONS)
def test_number_that_no_request_holds_is_an_error(
    plumb: Plumb, image: Path, option: tuple[str, float]
) -> None:
    ended = plumb("ask", image, "hi", *option)
    assert ended.status == 1 and ODD_OPTIONS[option] in ended.err


@pytest.mark.parametrize("number", ["nan", "-inf", "-1"])
def test_temperature_that_is_none_takes_the_likeliest(
    plumb: Plumb, image: Path, number: str
) -> None:
    assert plumb("ask", image, "hi", "--temperature", number).out == (
        answer(image, b"hi", Asking(TOKENS)) + "\n"
    )


def test_threads_change_nothing(plumb: Plumb, image: Path) -> None:
    one, two = (plumb("ask", image, "x", "--threads", n).out for n in (1, 2))
    assert one == two


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("mnist", "hi"), "mnist: expected a language model, got a model of another"),
        (("none.plumb", "hi"), "none.plumb: No such file"),
    ],
)
def test_what_is_no_language_model_is_an_error(
    plumb: Plumb, arguments: tuple[str, ...], message: str
) -> None:
    ended = plumb("ask", *arguments)
    assert ended.status == 1 and message in ended.err


def test_longer_text_is_an_error(plumb: Plumb, image: Path) -> None:
    ended = plumb("ask", image, "x" * 5000)
    assert ended.status == 1
    assert "text: expected at most" in ended.err and "got 5000" in ended.err


@pytest.mark.parametrize("seed", ["zz", "00" * 29])
def test_odd_seed_is_an_error(plumb: Plumb, image: Path, seed: str) -> None:
    ended = plumb("ask", image, "x", "--seed", seed)
    assert ended.status == 2 and "at most 28 bytes in hex" in ended.err


def test_source_is_told_apart(plumb: Plumb, tmp_path: Path) -> None:
    ended = plumb("ask", written(tmp_path, small()), "hi")
    assert ended.status == 1 and "plumb model convert" in ended.err


@pytest.mark.parametrize(
    ("closed", "encoding", "out"),
    [("<&-", "utf-8", True), (">&-", "utf-8", False), ("", "ascii", True)],
)
def test_streams_that_are_closed_or_narrow_are_no_bug(
    image: Path, closed: str, encoding: str, out: bool
) -> None:
    words = " ".join(map(shlex.quote, in_a_process(["ask", str(image), "-"])))
    done = subprocess.run(
        ["sh", "-c", f"{words} {closed}"],
        input=b"hi",
        capture_output=True,
        env=os.environ | {"PYTHONIOENCODING": encoding},
    )
    assert done.returncode == 0, done.stderr
    assert bool(done.stdout) == out and b"Traceback" not in done.stderr


def test_interrupt_ends_with_what_there_is(tmp_path: Path) -> None:
    """Of a model slow enough to be interrupted; no traceback."""
    model = written(tmp_path, small(width=256, layers=4, context=4096))
    made = converted(model, Options(tokens=3000, prompt_tokens=90))
    (tmp_path / "slow.plumb").write_bytes(made.image)
    code = "import sys; from oracle.cli import main; sys.exit(main())"
    command = [sys.executable, "-c", code, "ask", "slow.plumb", "hello"]
    process = subprocess.Popen(
        command,
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[3])},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    first = process.stdout.read(1)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert first and b"stopped" in err and b"Traceback" not in err
    assert out.endswith(b"\n")
