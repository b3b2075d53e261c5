"""`plumb model show`, and the cards that convert and verify write."""

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from support.programs.command import Plumb, plumb_in
from support.sources.onnx_nets import FLOAT, floats, node, save_net

import tinynn
from converters.verify.verdict import Verdict
from converters.verify.verify import Origin, Verification
from oracle.cards import card_path, read_card
from oracle.cli.models.carding import accuracy_of, hash_of

LONG = "serving_default_sequential_input_"


@pytest.fixture
def plumb(capsys: pytest.CaptureFixture[str]) -> Plumb:
    return plumb_in(capsys)


def layer(folder: Path) -> Path:
    nodes = [node("Gemm", "x w b", "y", transB=1)]
    weights = {"w": floats(3, 4), "b": floats(3)}
    return save_net(folder / "net.onnx", nodes, weights=weights)


def two_inputs(folder: Path) -> Path:
    """Their names agree in the first 32 bytes; the sum's is as long."""
    ports = [
        onnx.helper.make_tensor_value_info(f"{LONG}{end}", FLOAT, (1, 3))
        for end in ("ids", "mask", "sum")
    ]
    names = [port.name for port in ports]
    add = onnx.helper.make_node("Sub", names[:2], names[2:])
    graph = onnx.helper.make_graph([add], "net", ports[:2], ports[2:])
    imports = [onnx.helper.make_opsetid("", 17)]
    model = onnx.helper.make_model(graph, opset_imports=imports, ir_version=8)
    onnx.save_model(model, folder / "long.onnx")
    return folder / "long.onnx"


def test_convert_writes_a_card_that_show_prints(plumb: Plumb, tmp_path: Path) -> None:
    source = layer(tmp_path)
    (tmp_path / "labels.txt").write_text("cat\ndog\neel\n")
    told = plumb(
        *("model", "convert", source, "--argmax", "--json", "--licence", "MIT"),
        *("--labels", tmp_path / "labels.txt", "--means", "x=numbers: in cm"),
    ).json()
    card = plumb("model", "show", tmp_path / "net.plumb", "--json").json()
    assert told["card"] == str(tmp_path / "net.card.json")
    assert card["model_root"] == told["model_root"]
    assert card["licence"] == "MIT"
    assert card["source"]["sha256"] == sha256(source.read_bytes()).hexdigest()
    (x,) = card["inputs"]
    assert (x["kind"], x["meaning"]) == ("numbers", "in cm")
    y, best = card["outputs"]
    assert (y["kind"], y["columns"]) == ("scores", ["cat", "dog", "eel"])
    assert (best["kind"], best["labels"]) == ("labels", ["cat", "dog", "eel"])
    model = tinynn.load(tmp_path / "net.plumb")
    work = card["work"]
    assert work["instructions_at_most"] == sum(model.bounded_instructions)
    assert work["longest_segment"] == max(model.bounded_instructions)
    assert 0 < work["instructions_usually"] <= work["instructions_at_most"]
    assert 40_000 < work["worst_step_gas"] < 100_000
    shown = plumb("model", "show", tmp_path / "net.card.json")
    assert "in cm" in shown.out and "from 0: 'cat', 'dog', 'eel'" in shown.out


def test_card_tells_how_bytes_become_floats(plumb: Plumb, tmp_path: Path) -> None:
    bytes_of = ("--input-type", "uint8", "--input-scale", "1/255")
    plumb("model", "convert", layer(tmp_path), *bytes_of, "--no-verify")
    card = read_card(tmp_path / "net.card.json")
    assert card.inputs[0].scale == 1 / 255 and card.accuracy is None
    assert "never verified" in plumb("model", "show", tmp_path / "net.plumb").out


def test_long_names_are_whole_in_the_card_and_for_run(
    plumb: Plumb, tmp_path: Path
) -> None:
    assert plumb("model", "convert", two_inputs(tmp_path)).status == 0
    image = tmp_path / "long.plumb"
    assert (
        [spec.name for spec in tinynn.load(image).inputs]
        == [
            "serving_default_sequential_input",
            "serving_default_sequential_inp~2",
        ]
        == [port.image_name for port in read_card(card_path(image)).inputs]
    )
    rows = {"ids": np.float32([[9, 8, 7]]), "mask": np.float32([[1, 2, 3]])}
    np.savez(tmp_path / "in.npz", **{LONG + name: row for name, row in rows.items()})
    ran = plumb("model", "run", image, tmp_path / "in.npz", "--json").json()
    assert ran["outputs"] == {LONG + "sum": [8.0, 6.0, 4.0]}
    short = {
        "serving_default_sequential_input": rows["ids"].tolist(),
        "serving_default_sequential_inp~2": rows["mask"].tolist(),
    }
    (tmp_path / "in.json").write_text(json.dumps(short))
    for name in (LONG + "sum", (LONG + "sum")[:32]):
        out = tmp_path / "out.json"
        arguments = (image, tmp_path / "in.json", "--take", name, "-o", out)
        assert plumb("model", "run", *arguments).status == 0
        assert list(json.loads(out.read_text())) == [LONG + "sum"]


def test_verify_notes_its_verdict_in_the_card(plumb: Plumb, tmp_path: Path) -> None:
    pytest.importorskip("onnxruntime", reason="onnxruntime is the witness")
    source = two_inputs(tmp_path)
    plumb("model", "convert", source, "--no-verify")
    rng = np.random.default_rng(1)
    rows = {LONG + end: rng.standard_normal((7, 3)) for end in ("ids", "mask")}
    np.savez(tmp_path / "data.npz", y=np.zeros(7, int), **rows)
    arguments = ("--against", source, "--data", tmp_path / "data.npz")
    ended = plumb("model", "verify", tmp_path / "long.plumb", *arguments)
    assert ended.status == 0 and "noted in" in ended.err
    found = read_card(tmp_path / "long.card.json").accuracy
    assert found is not None
    assert (found.verdict, found.samples, found.data) == ("passed", 7, "data.npz")
    assert found.accuracy == found.source_accuracy != None  # noqa: E711


def test_quantized_card_is_of_the_bytes(plumb: Plumb, tmp_path: Path) -> None:
    np.savez(tmp_path / "data.npz", x=floats(20, 4), y=np.arange(20) % 3)
    calibrated = ("--quantize", "int8", "--calibrate", tmp_path / "data.npz")
    plumb("model", "convert", layer(tmp_path), *calibrated)
    card = read_card(tmp_path / "net.card.json")
    root = tinynn.load(tmp_path / "net.plumb").model_root
    assert card.model_root == f"0x{root.hex()}"
    assert card.accuracy is not None
    assert (card.accuracy.verdict, card.accuracy.samples) == ("quantised", 20)
    assert card.accuracy.source_accuracy is not None


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (("--means", "z=numbers"), 2, "expected x or y, got 'z'"),
        (("--means", "numbers"), 2, "expected NAME=WORDS, got 'numbers'"),
        (("--labels", "four.txt"), 1, "4 columns, one for each label, got [3]"),
        (("--labels", "gap.txt"), 1, "expected a label a line, got an empty line"),
        (("--labels", "none.txt"), 1, "expected a label a line, got none"),
        (("--labels", "bytes.txt"), 1, "got bytes that are no text"),
        (("--labels", "absent.txt"), 1, "No such file"),
    ],
)
def test_card_that_fits_nothing_leaves_no_image(
    arguments: tuple[str, str],
    status: int,
    message: str,
    plumb: Plumb,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    source = layer(tmp_path)
    monkeypatch.chdir(tmp_path)
    for name, text in (
        ("four.txt", b"a\nb\nc\nd\n"),
        ("gap.txt", b"a\n\nc\n"),
        ("none.txt", b""),
        ("bytes.txt", b"\xff\xfe"),
    ):
        (tmp_path / name).write_bytes(text)
    ended = plumb("model", "convert", source, *arguments)
    assert (ended.status, ended.out) == (status, "")
    assert message in " ".join(ended.err.split())
    assert not list(tmp_path.glob("*.plumb")) + list(tmp_path.glob("*.card.json"))


def test_show_without_a_card_says_who_writes_it(plumb: Plumb, tmp_path: Path) -> None:
    plumb("model", "convert", layer(tmp_path), "--no-verify")
    card_path(tmp_path / "net.plumb").unlink()
    ended = plumb("model", "show", tmp_path / "net.plumb")
    assert (ended.status, ended.out) == (1, "")
    assert "got none (plumb model convert writes one)" in ended.err


@pytest.mark.parametrize("command", ["show", "run", "verify"])
def test_card_of_another_image_is_refused(
    command: str, plumb: Plumb, tmp_path: Path
) -> None:
    source = layer(tmp_path)
    plumb("model", "convert", source, "--no-verify")
    plumb("model", "convert", source, "--no-verify", "--argmax", "-o", tmp_path / "b")
    image = tmp_path / "net.plumb"
    card_path(image).write_bytes(card_path(tmp_path / "b").read_bytes())
    np.save(tmp_path / "x.npy", floats(1, 4))
    arguments: dict[str, tuple[Any, ...]] = {
        "show": (),
        "run": (tmp_path / "x.npy",),
        "verify": ("--against", source),
    }
    ended = plumb("model", command, image, *arguments[command])
    assert ended.status == 1 and "expected the card of 0x" in ended.err


def test_hash_of_a_folder_is_that_of_a_list_of_hashes(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "c.txt").write_bytes(b"c")
    (tmp_path / "a.txt").write_bytes(b"a")
    lines = "".join(
        f"{sha256(text).hexdigest()}  {name}\n"
        for name, text in (("a.txt", b"a"), ("b/c.txt", b"c"))
    )
    assert hash_of(tmp_path) == sha256(lines.encode()).hexdigest()


@pytest.mark.parametrize(
    ("levels", "said"),
    [
        (0, "passed"),
        (1, "passed, at most 1 level of 256 apart"),
        (2, "passed, at most 2 levels of 256 apart"),
    ],
)
def test_card_keeps_the_levels_that_outputs_are_apart(levels: int, said: str) -> None:
    found = Verification("LiteRT", Origin.CONVERSION, 3, levels_apart=levels)
    assert accuracy_of(found, Verdict.PASSED, "inputs").verdict == said
