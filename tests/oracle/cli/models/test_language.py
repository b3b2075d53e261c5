"""`plumb model` on language models: convert, inspect, show; SmolLM2 whole."""

import json
import struct
from pathlib import Path

import numpy as np
import pytest
from support.language.small_llama import small, written
from support.programs.command import Plumb, plumb_in

import tinynn
from oracle.cards import read_card
from tinynn.asking import Asking
from tinynn.text import TextModel

SMOLLM2 = Path(__file__).parents[4] / "build/models/SmolLM2-135M-Instruct.Q4_1.gguf"


@pytest.fixture
def plumb(capsys: pytest.CaptureFixture[str]) -> Plumb:
    return plumb_in(capsys)


def test_convert_writes_an_image_and_a_card(plumb: Plumb, tmp_path: Path) -> None:
    source, target = written(tmp_path, small()), tmp_path / "small.plumb"
    command = ("model", "convert", source, "-o", target, "--max-tokens", 20)
    data = plumb(*command, "--licence", "MIT", "--json").json()
    model = TextModel.of(tinynn.load(target))
    assert model is not None
    assert data["model_root"] == "0x" + model.model.model_root.hex()
    assert (data["template"], data["around"]) == ("none", "<s>TEXT")
    assert (data["max_tokens"], data["rows"]) == (20, model.rows)
    card = read_card(tmp_path / "small.card.json")
    assert card.model_root == data["model_root"] and card.licence == "MIT"
    assert [port.kind for port in card.inputs] == ["numbers", "numbers", "text"]
    assert card.work.instructions_usually <= card.work.instructions_at_most
    assert plumb("model", "show", target).status == 0


def test_inspect_foretells_a_tokens_instructions(plumb: Plumb, tmp_path: Path) -> None:
    """As the machine takes them in a whole run; the first passes have fewer."""
    source, target = written(tmp_path, small()), tmp_path / "small.plumb"
    command = ("model", "inspect", source, "--max-tokens", 20, "--json")
    data = plumb(*command).json()
    assert (data["architecture"], data["layers"], data["origin"]) == (
        "llama",
        1,
        "llama2.c",
    )
    told = data["image"]
    plumb("model", "convert", source, "-o", target, "--max-tokens", 20)
    image = plumb("model", "inspect", target, "--json").json()
    assert image["token_instructions"] == told["token_instructions"]
    model = TextModel.of(tinynn.load(target))
    assert model is not None
    request = model.request(QUESTION, ASK)
    machine = model.model.machine(request)
    steps, passes = 0, model.model.passes_of(model.model.answer(request))
    while not machine.output():
        machine.resume()
        steps += machine.run()
    assert 0.9 * steps < told["usual_instructions"] < 1.1 * steps
    picked = steps / (
        passes - len(model.codec.encode(b"What is the capital of France?"))
    )
    assert 0.3 * picked < told["token_instructions"] < picked


ASK, QUESTION = Asking(24), b"What is the capital of France?"
"""What `inspect` asks."""


def test_inspect_prints_what_there_is(plumb: Plumb, tmp_path: Path) -> None:
    ended = plumb("model", "inspect", written(tmp_path, small()), "--max-tokens", 20)
    assert ended.status == 0
    for words in ("llama2.c, llama", "300 tokens", "a token", "none: '<s>TEXT'"):
        assert words in ended.out


@pytest.mark.parametrize(
    ("options", "status", "message"),
    [
        (("--argmax",), 2, "a language model has none"),
        (("--quantize", "int8", "--calibrate", "x"), 2, "a language model has none"),
        (("--max-tokens", "64"), 1, "--max-tokens: expected at most"),
        (("--template", "chat"), 1, "--template: expected the chat template of"),
        (("--tokenizer", "none"), 1, "its tokenizer at none"),
    ],
)
def test_options_that_do_not_fit_are_errors(
    plumb: Plumb, tmp_path: Path, options: tuple[str, ...], status: int, message: str
) -> None:
    source = written(tmp_path, small())
    ended = plumb("model", "convert", source, *options)
    assert (ended.status, list(tmp_path.glob("*.plumb"))) == (status, [])
    assert message in " ".join(ended.err.replace("│", " ").split())


def test_options_of_language_models_are_theirs_only(plumb: Plumb) -> None:
    ended = plumb("model", "inspect", "mnist", "--template", "chat")
    assert ended.status == 2 and "a language model" in ended.err


def test_verify_makes_the_image_again(plumb: Plumb, tmp_path: Path) -> None:
    source, target = written(tmp_path, small()), tmp_path / "small.plumb"
    plumb("model", "convert", source, "-o", target, "--max-tokens", 20, "--name", "x")
    against = ("model", "verify", target, "--against", source)
    ended = plumb(*against)
    assert ended.status == 0 and "made again, byte for byte" in ended.out
    assert "not compared" in ended.out
    assert (
        "made again, byte for byte, of model.bin" in plumb("model", "show", target).out
    )
    held = bytearray(source.read_bytes())
    held[4000] ^= 1  # the lowest bit of one weight
    source.write_bytes(held)
    found = plumb(*against, "--json")
    told = json.loads(found.out)
    assert found.status == 1 and not told["passed"]
    assert told["bytes_that_differ"] == 1
    assert "another image" in plumb("model", "show", target).out


def test_verify_of_another_kind_of_model_is_an_error(
    plumb: Plumb, tmp_path: Path
) -> None:
    source, target = written(tmp_path, small()), tmp_path / "small.plumb"
    plumb("model", "convert", source, "-o", target, "--max-tokens", 20)
    ended = plumb("model", "verify", "mnist", "--against", source)
    assert ended.status == 1 and "expected a language model's image" in ended.err
    ended = plumb("model", "verify", target, "--against", source, "--data", "x.npz")
    assert ended.status == 2 and "a language model" in ended.err
    (tmp_path / "fewer").mkdir()
    fewer = written(tmp_path / "fewer", small(context=16))
    ended = plumb("model", "verify", target, "--against", fewer)
    assert ended.status == 1 and "tokens, got a smaller one" in ended.err


def test_name_of_megabytes_is_told_in_short(plumb: Plumb, tmp_path: Path) -> None:
    name = b"\xff" * (1 << 20)
    head = b"GGUF" + struct.pack("<IQQQ", 3, 0, 1, len(name)) + name
    (tmp_path / "long.gguf").write_bytes(head)
    ended = plumb("model", "convert", tmp_path / "long.gguf")
    assert ended.status == 1 and "expected strings in UTF-8" in ended.err
    assert len(ended.err) < 5000 and "characters more)" in ended.err


def test_run_takes_a_request_whose_text_is_short(plumb: Plumb, tmp_path: Path) -> None:
    source, target = written(tmp_path, small()), tmp_path / "small.plumb"
    plumb("model", "convert", source, "-o", target, "--max-tokens", 20)
    model = TextModel.of(tinynn.load(target))
    assert model is not None
    request, data = model.request(b"hi", Asking(5)), tmp_path / "request.bin"
    data.write_bytes(request)
    found = plumb("model", "run", target, data, "--json").json()
    assert found["bytes"] == "0x" + model.model.answer(request).hex()
    data.write_bytes(b"hi")
    ended = plumb("model", "run", target, data)
    assert ended.status == 1
    assert "bytes (plumb ask takes a text as it is), got 2" in ended.err


@pytest.fixture(scope="module")
def smollm2(tmp_path_factory: pytest.TempPathFactory) -> TextModel:
    if not SMOLLM2.exists():
        pytest.skip("SmolLM2 absent: make model-smollm2")
    from converters.language.conversion import Options, converted

    options = Options(template="chat", tokens=60, prompt_tokens=60)
    image = tmp_path_factory.mktemp("smollm2") / "smollm2.plumb"
    image.write_bytes(converted(SMOLLM2, options).image)
    model = TextModel.of(tinynn.load(image))
    assert model is not None
    return model


@pytest.mark.slow
def test_smollm2_knows_the_capital_of_france(smollm2: TextModel) -> None:
    """As llama.cpp and a plain forward of the dequantised weights do: 18 tokens of a
    prompt, without a system turn."""
    request = smollm2.request(b"What is the capital of France?", Asking(60))
    output = smollm2.model.answer(request)
    assert smollm2.answer_of(output) == b"The capital of France is Paris."
    assert output == smollm2.model.answer(request, threads=2)


@pytest.mark.slow
def test_smollm2s_embeddings_are_stored_once(smollm2: TextModel) -> None:
    """They are the logits' weights, too."""
    table = smollm2.decode.sources[0].type.size
    assert len(smollm2.model.image) < SMOLLM2.stat().st_size + table
    names = json.dumps([spec.name for spec in smollm2.model.inputs])
    assert names == '["seed", "options", "text"]'


@pytest.mark.slow
def test_smollm2s_segments_are_the_guests(smollm2: TextModel) -> None:
    """At boundaries drawn from prologue, passes and epilogue of a sampled answer."""
    asking = Asking(3, temperature=0.9, penalty=1.1, seed=bytes(range(28)))
    execution = smollm2.model.execution(smollm2.request(b"Hello!", asking))
    rng, end = np.random.default_rng(1), execution.segments
    drawn = rng.choice(end, 14, replace=False).tolist()
    for index in sorted({0, 1, end - 2, end - 1, *drawn}):
        execution.seek(index)
        execution.machine.resume()
        execution.machine.run()
        root = execution.machine.state_root()
        execution.seek(index + 1)
        assert execution.machine.state_root() == root, index
