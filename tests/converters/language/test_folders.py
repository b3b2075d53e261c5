"""Folders of Hugging Face's beside a plain forward in numpy; and folders that are no
models, or lie. `test_transformers.py` has the library itself."""

import json
import os
import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.language.hf_folders import (
    NAMES,
    add_tokenizer,
    tokenizer,
    with_head,
    write,
)
from support.language.hf_folders import safetensors as file_of
from support.language.plain_language import forward

import tinynn
from converters.errors import (
    BadModelFile,
    ConverterError,
    OddLanguageModel,
    OddTokenizer,
)
from converters.language.building.scoring import scores
from converters.language.conversion import Options, converted
from converters.language.files import safetensors
from converters.language.reading import is_language, read

TOKENS = np.random.default_rng(5).integers(0, 259, 10).tolist()
EXACT = 2e-4


@pytest.mark.parametrize("kind", NAMES)
def test_logits_are_those_of_numpy(kind: str, tmp_path: Path) -> None:
    tiny = write(tmp_path / kind, kind)
    assert is_language(tmp_path / kind)
    found, expected = scores(read(tmp_path / kind), TOKENS), forward(tiny, TOKENS)
    assert np.abs(found - expected).max() < EXACT * expected.std()


@pytest.mark.parametrize("kind", ["F16", "BF16"])
def test_halves_are_taken_exactly(kind: str, tmp_path: Path) -> None:
    bits = np.random.default_rng(1).integers(0, 1 << 16, (4, 6), np.uint16)
    (tmp_path / "t").write_bytes(file_of({"t": bits}, kind))
    found = safetensors.read(tmp_path / "t")[0]["t"].floats()
    if kind == "F16":
        expected = bits.view(np.float16).astype(np.float32)
    else:
        expected = (bits.astype(np.uint32) << 16).view(np.float32)
    assert np.array_equal(found, expected, equal_nan=True)


def head(**tensors: Any) -> bytes:
    return with_head(json.dumps(tensors).encode())


def place(begin: Any, end: Any, shape: Any = (2,), dtype: str = "F32") -> dict:
    return {"dtype": dtype, "shape": list(shape), "data_offsets": [begin, end]}


HOSTILE: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "a length of 8 bytes, got 0"),
    "long head": (b"\xff" * 8, "a head inside the file of 8 bytes, got"),
    "head cut off": ((1000).to_bytes(8, "little") + b"{}", "a head inside the file"),
    "no JSON": (with_head(b"{'a'}"), "a head of JSON"),
    "deep": (with_head(b"[" * 5000 + b"]" * 5000), "at most 500 levels"),
    "a list": (with_head(b"[]"), "a head with tensors, got list"),
    "no place": (head(t={"dtype": "F32"}), "t with type, shape, place"),
    "a number": (head(t=3), "t with type, shape, place"),
    "outside": (head(t=place(0, 8)), "t from byte 0 on, inside 0, got 0 to 8"),
    "a gap": (head(t=place(4, 12)) + bytes(12), "from byte 0 on, inside 12, got 4"),
    "overlap": (
        head(t=place(0, 8), u=place(4, 12)) + bytes(12),
        "u from byte 8 on, inside 12, got 4 to 12",
    ),
    "negative": (head(t=place(-8, 0)), "t with whole numbers"),
    "huge": (head(t=place(0, 1 << 63)), "t with whole numbers"),
    "backwards": (head(t=place(8, 0)) + bytes(8), "t with a shape and a place"),
    "shape": (head(t=place(0, 8, (3,))) + bytes(8), "t of 12 bytes, at least 1, got 8"),
    "huge shape": (
        head(t=place(0, 8, (1 << 40, 1 << 40))) + bytes(8),
        "at least 1, got 8",
    ),
    "no elements": (head(t=place(0, 0, (0, 4))), "t of 0 bytes, at least 1, got 0"),
    "a tail": (head(t=place(0, 8)) + bytes(9), "an end at byte 8, got 9"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_safetensors_are_an_error(name: str, tmp_path: Path) -> None:
    data, message = HOSTILE[name]
    path = tmp_path / "model.safetensors"
    path.write_bytes(data)
    with pytest.raises(BadModelFile) as error:
        safetensors.read(path)
    assert message in str(error.value)


ODD: dict[str, tuple[dict[str, Any], list[str]]] = {
    "type": ({"model_type": "mixtral"}, ["llama, qwen2, qwen3", "got mixtral"]),
    "two at once": (
        {"hidden_act": "relu", "rope_scaling": {"rope_type": "dynamic", "factor": 2}},
        ["hidden_act silu or", "got relu", "yarn or longrope, got dynamic"],
    ),
    "quantised": (
        {"quantization_config": {"quant_method": "gptq"}},
        ["expected quantization_config none, got {'quant_method': 'gptq'}"],
    ),
    "missing": ({"hidden_size": None}, ["expected hidden_size, a int, got nothing"]),
    "a string": ({"num_hidden_layers": "2"}, ["num_hidden_layers, a int, got '2'"]),
    "layer types": (
        {"layer_types": ["full_attention"]},
        ["expected layer_types of 2 layers, got others"],
    ),
    "kinds of layers": (
        {"layer_types": ["full_attention", "linear_attention"]},
        ["expected layer_types full_attention or sliding_attention"],
    ),
    "angles": ({"rope_theta": -1.0}, ["angles of rope that are numbers"]),
    "epsilon": ({"rms_norm_eps": -1.0}, ["expected epsilon of 0 to 1, got -1"]),
    "original context": (
        {
            "rope_scaling": {
                "rope_type": "yarn",
                "factor": 2.0,
                "original_max_position_embeddings": 0,
            }
        },
        ["angles of rope that are numbers"],
    ),
    "huge": ({"num_hidden_layers": 1 << 40}, ["expected layers of 1 to 1024"]),
    "other sizes": ({"intermediate_size": 97}, ["blk.0.ffn_gate.weight of 97 x 64"]),
    "vocabulary": ({"vocab_size": 200}, ["token_embd.weight of 200 x 64"]),
}


@pytest.mark.parametrize("name", ODD)
def test_model_of_another_kind_is_refused_by_name(name: str, tmp_path: Path) -> None:
    change, messages = ODD[name]
    write(tmp_path / "odd", "qwen2", change)
    with pytest.raises(OddLanguageModel) as error:
        read(tmp_path / "odd")
    for message in messages:
        assert message in str(error.value)


def test_index_that_leads_out_of_the_folder_is_an_error(tmp_path: Path) -> None:
    write(tmp_path / "odd", "qwen2")
    (tmp_path / "odd/model.safetensors").rename(tmp_path / "model.safetensors")
    index = {"weight_map": {"t": "../model.safetensors"}}
    (tmp_path / "odd/model.safetensors.index.json").write_text(json.dumps(index))
    with pytest.raises(BadModelFile, match="names of files in the folder"):
        read(tmp_path / "odd")


@pytest.mark.parametrize("data", ["", "[]", "{", '"x"'])
def test_config_that_is_none_is_an_error(data: str, tmp_path: Path) -> None:
    write(tmp_path / "odd", "qwen2")
    (tmp_path / "odd/config.json").write_text(data)
    with pytest.raises(BadModelFile):
        read(tmp_path / "odd")


def test_tokens_before_a_text_are_those_of_the_tokenizer(tmp_path: Path) -> None:
    write(tmp_path / "a", "qwen2")
    assert read(tmp_path / "a").words.begin == ()
    add_tokenizer(tmp_path / "a", begin=True)
    words = read(tmp_path / "a").words
    assert words.begin == (0,) and words.ends == {1}


def test_tokenizer_of_another_kind_is_told_with_all_else(tmp_path: Path) -> None:
    write(tmp_path / "odd", "qwen2", {"hidden_act": "relu"})
    held = tokenizer() | {"normalizer": {"type": "NFKC"}}
    (tmp_path / "odd/tokenizer.json").write_text(json.dumps(held))
    with pytest.raises(OddLanguageModel) as error:
        read(tmp_path / "odd")
    assert "got relu" in str(error.value)
    assert "tokenizer: expected no normaliser but NFC" in str(error.value)


def test_post_processor_nobody_knows_is_refused(tmp_path: Path) -> None:
    write(tmp_path / "odd", "qwen2")
    held = tokenizer() | {"post_processor": {"type": "RobertaProcessing"}}
    (tmp_path / "odd/tokenizer.json").write_text(json.dumps(held))
    with pytest.raises((OddLanguageModel, OddTokenizer), match="RobertaProcessing"):
        read(tmp_path / "odd")


NAN, HUGE = float("nan"), 10**400  # JSON of Python's has both
FIELDS: dict[str, tuple[str, dict[str, Any], str]] = {
    "huge width": ("qwen2", {"hidden_size": HUGE}, "hidden_size, a number below 1e+18"),
    "huge heads": ("qwen2", {"head_dim": -HUGE}, "head_dim, a number below 1e+18"),
    "huge epsilon": ("qwen2", {"rms_norm_eps": HUGE}, "rms_norm_eps, a number below"),
    "endless base": ("qwen2", {"rope_theta": float("inf")}, "below 1e+18, got inf"),
    "part of a head": ("qwen2", {"partial_rotary_factor": NAN}, "below 1e+18, got nan"),
    "scale": ("gemma2", {"query_pre_attn_scalar": NAN}, "below 1e+18, got nan"),
    "negative width": ("gemma2", {"hidden_size": -4}, "expected width of 1 to 65536"),
    "gpt2's": ("gpt2", {"n_embd": HUGE}, "n_embd, a number below 1e+18"),
    "tiny factor": (
        "qwen2",
        {"rope_scaling": {"rope_type": "linear", "factor": 1e-300}},
        "expected angles of rope that are numbers",
    ),
    "factors": (
        "qwen2",
        {
            "rope_scaling": {
                "rope_type": "longrope",
                "short_factor": [1.0] * 8,
                "long_factor": [1.0] * 7 + [1e-305],
            }
        },
        "expected angles of rope that are numbers",
    ),
    "end": ("qwen2", {"eos_token_id": "</s>"}, "an eos_token_id of whole numbers"),
    "ends": ("qwen2", {"eos_token_id": [1, -1]}, "whole numbers, got -1"),
}


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("name", FIELDS)
def test_fields_that_are_no_sizes_are_refused(name: str, tmp_path: Path) -> None:
    kind, change, message = FIELDS[name]
    write(tmp_path / "odd", kind, change)
    with pytest.raises(ConverterError) as error:
        read(tmp_path / "odd")
    assert message in str(error.value)


def test_half_a_character_in_a_template_is_one_nobody_knows(tmp_path: Path) -> None:
    write(tmp_path / "odd", "qwen2")
    said = json.dumps({"chat_template": "\ud800"})
    (tmp_path / "odd/tokenizer_config.json").write_text(said)
    made = converted(tmp_path / "odd", Options(tokens=3, prompt_tokens=9))
    assert "a chat template that is not known" in made.notes[0]


def test_folder_of_a_name_that_is_no_text_is_converted(tmp_path: Path) -> None:
    folder = tmp_path / os.fsdecode(b"m\xffm")
    write(folder, "qwen2")
    made = converted(folder, Options(tokens=3, prompt_tokens=9))
    assert tinynn.load(made.image).name == "mm"


def test_token_before_a_text_that_is_none_is_refused(tmp_path: Path) -> None:
    write(tmp_path / "odd", "qwen2")
    held = tokenizer(begin=True)
    held["added_tokens"] = held["added_tokens"][1:]
    (tmp_path / "odd/tokenizer.json").write_text(json.dumps(held))
    with pytest.raises(OddLanguageModel, match="a post_processor of added_tokens"):
        read(tmp_path / "odd")


SHARDS: dict[str, tuple[Any, str]] = {
    "outside": ("../../etc/passwd", "names of files in the folder, got '../../etc"),
    "absolute": ("/etc/passwd", "names of files in the folder, got '/etc/passwd'"),
    "the folder above": ("..", "names of files in the folder, got '..'"),
    "nameless": ("", "names of files in the folder, got ''"),
    "no text": (None, "names of files in the folder, got None"),
    "a zero": ("a\0b", "names of files in the folder, got 'a"),
    "half a character": ("\ud800", "names of files in the folder, got"),
    "absent": ("b.safetensors", "a file of tensors, got none"),
    "a pipe": ("pipe", "a file of tensors, got something else"),
    "a link": ("link", "a head inside the file of"),
    "twice": ("copy.safetensors", "each tensor in one file, got"),
}


@pytest.mark.parametrize("name", SHARDS)
def test_index_of_hostile_shards_is_an_error(name: str, tmp_path: Path) -> None:
    shard, message = SHARDS[name]
    folder = tmp_path / "model"
    write(folder, "qwen2")
    whole = (folder / "model.safetensors").rename(folder / "a.safetensors")
    (folder / "copy.safetensors").write_bytes(whole.read_bytes())
    os.mkfifo(folder / "pipe")
    (folder / "link").symlink_to(__file__)
    index = json.dumps({"weight_map": {"a": "a.safetensors", "b": shard}})
    (folder / "model.safetensors.index.json").write_text(index)
    with pytest.raises(BadModelFile) as error:
        read(folder)
    assert message in str(error.value)


ANYTHING = (
    *(None, True, -1, 0, 1 << 70, 0.5, -0.0, 1e308, "", "x", [], {}, [[]], [None]),
    *(HUGE, NAN, float("inf"), "\ud800"),
)
FILES = ("config.json", "tokenizer.json", "tokenizer_config.json")


def spoiled(held: Any, rng: random.Random) -> Any:
    """One value somewhere in it is another."""
    if rng.random() < 0.3 or not isinstance(held, dict | list) or not held:
        return rng.choice(ANYTHING)
    keys = list(held) if isinstance(held, dict) else list(range(len(held)))
    key = rng.choice(keys)
    held[key] = spoiled(held[key], rng)
    return held


@pytest.mark.parametrize("kind", ["gemma2", "gpt2"])
def test_any_json_is_read_or_refused(kind: str, tmp_path: Path) -> None:
    """Nothing but our errors, whatever the files say."""
    folder, rng = tmp_path / kind, random.Random(kind)
    refused = 0
    for _ in range(80):
        write(folder, kind, {"rope_parameters": {"rope_type": "yarn", "factor": 2.0}})
        (folder / FILES[2]).write_text(json.dumps({"chat_template": "x"}))
        path = folder / rng.choice(FILES)
        held = json.loads(path.read_text())
        if path.name == FILES[1]:
            held["model"]["vocab"] = dict(list(held["model"]["vocab"].items())[:9])
        path.write_text(json.dumps(spoiled(held, rng)))
        try:
            rope = read(folder).config.attentions[0].rope
            assert rope is None or np.isfinite(rope.tables(8)).all()
        except ConverterError:
            refused += 1
    assert refused > 20
