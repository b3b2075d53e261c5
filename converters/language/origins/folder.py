"""A folder of Hugging Face's as a language model: JSON and safetensors, no code."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from converters.errors import BadModelFile, OddTokenizer
from converters.text import huggingface, sentencepiece
from mips_vm.json_text import parse

from ..files import safetensors
from ..matrix import Matrix
from ..source import Found, Words
from .gguf import text_of
from .hf_config import config_of
from .hf_names import renamed

CONFIG: Final = "config.json"
WEIGHTS: Final = "model.safetensors"
INDEX: Final = f"{WEIGHTS}.index.json"
MAX_JSON_BYTES: Final = 1 << 26


def is_folder(path: Path) -> bool:
    """Whether there is a config, and weights in safetensors."""
    weights = ((path / name).is_file() for name in (WEIGHTS, INDEX))
    return (path / CONFIG).is_file() and any(weights)


def found(path: Path) -> Found:
    """BadModelFile."""
    held = _object(path / CONFIG)
    config, reasons = config_of(held)
    tensors, refused = _safetensors(path)
    if config is not None:
        kind = str(held["model_type"])
        tied = bool(held.get("tie_word_embeddings", _tied(kind)))
        tensors = renamed(kind, tensors, tied)
    return Found(
        "Hugging Face",
        config,
        [*reasons, *refused],
        tensors,
        lambda: _words(path, held),
        path.resolve().name,
    )


def _tied(kind: str) -> bool:
    """Where config.json leaves it out."""
    return kind in ("gpt2", "gemma2", "gemma3_text")


def _safetensors(path: Path) -> tuple[dict[str, Matrix], list[str]]:
    """Of one file, or of all that an index names."""
    names = [WEIGHTS]
    if not (path / WEIGHTS).is_file():
        index = _object(path / INDEX).get("weight_map")
        if not isinstance(index, dict) or not index:
            raise BadModelFile(path / INDEX, "a weight_map", "none")
        wrong = [name for name in index.values() if not _is_name(name)]
        if wrong:
            expected = "names of files in the folder"
            raise BadModelFile(path / INDEX, expected, repr(wrong[0])[:80])
        names = sorted(set(index.values()))
    tensors: dict[str, Matrix] = {}
    refused: list[str] = []
    for name in names:
        file = path / name
        if not file.is_file():
            actual = "something else" if file.exists() else "none"
            raise BadModelFile(file, "a file of tensors", actual)
        held, odd = safetensors.read(file)
        twice = next((name for name in held if name in tensors), None)
        if twice is not None:
            raise BadModelFile(file, "each tensor in one file", repr(twice))
        tensors |= held
        refused += odd
    return tensors, refused


def _is_name(held: object) -> bool:
    """Of a file in the folder itself; links are the user's own, strangers' files are
    data wherever they lie."""
    if not isinstance(held, str) or held in ("", ".", ".."):
        return False
    return held.isprintable() and "/" not in held and "\\" not in held


def _object(path: Path) -> dict[str, Any]:
    """A JSON object."""
    size = path.stat().st_size
    if size > MAX_JSON_BYTES:
        raise BadModelFile(path, f"at most {MAX_JSON_BYTES} bytes", str(size))
    try:
        held = parse(path.read_bytes())
    except ValueError as error:
        raise BadModelFile(path, "JSON", str(error)) from None
    if not isinstance(held, dict):
        raise BadModelFile(path, "a JSON object", type(held).__name__)
    return held


def _optional(path: Path) -> dict[str, Any]:
    return _object(path) if path.is_file() else {}


def _words(path: Path, config: Mapping[str, Any]) -> Words:
    file, pieces = path / "tokenizer.json", path / "tokenizer.model"
    said = _optional(path / "tokenizer_config.json")
    generation = _optional(path / "generation_config.json")
    ends = generation.get("eos_token_id", config.get("eos_token_id"))
    ids = _ends(path, ends)
    if not file.is_file():
        if not pieces.is_file():
            raise BadModelFile(path, "tokenizer.json or tokenizer.model", "none")
        first = config.get("bos_token_id")
        before: tuple[int, ...] = ()
        if isinstance(first, int) and said.get("add_bos_token", True):
            before = (first,)
        return Words(sentencepiece.read(pieces), before, ids, {}, _template(path, said))
    tokenizer, data = huggingface.read(file), _object(file)
    added = data.get("added_tokens") or []
    specials = {str(one["content"]): int(one["id"]) for one in added}
    begins = _begins(file, data)
    unknown = [name for name in begins if name not in specials]
    if unknown:
        expected = "a post_processor of added_tokens"
        raise OddTokenizer(file, [f"expected {expected}, got {unknown[0]!r}"])
    begin = tuple(specials[name] for name in begins)
    return Words(tokenizer, begin, ids, specials, _template(path, said))


def _ends(path: Path, held: object) -> frozenset[int]:
    """Tokens that end an answer. BadModelFile: a model that never ends is no guess."""
    ids = held if isinstance(held, list) else [] if held is None else [held]
    wrong = [id for id in ids if type(id) is not int or id < 0]
    if wrong:
        expected = "an eos_token_id of whole numbers"
        raise BadModelFile(path, expected, repr(wrong[0])[:40])
    return frozenset(ids)


def _template(path: Path, said: Mapping[str, Any]) -> str | None:
    """The file's chat template; newer folders have it in a file of its own."""
    file = path / "chat_template.jinja"
    if file.is_file() and file.stat().st_size <= MAX_JSON_BYTES:
        return file.read_text(encoding="utf-8", errors="replace")
    return text_of(said.get("chat_template")) or None


def _begins(path: Path, data: Mapping[str, Any]) -> list[str]:
    """Special tokens that the post-processor puts before a text. BadModelFile."""
    step = data.get("post_processor")
    try:
        steps = [] if step is None else step.get("processors", [step])
        return [name for one in steps for name in _before(path, one)]
    except (KeyError, TypeError, AttributeError) as error:
        problem = f"{type(error).__name__} at {error}"
        raise BadModelFile(path, "a post_processor", problem) from None


def _before(path: Path, step: Mapping[str, Any]) -> list[str]:
    """Those of one step. OddTokenizer."""
    kind = step.get("type")
    if kind == "TemplateProcessing":
        parts = [*step["single"]]
        texts = [i for i, part in enumerate(parts) if "Sequence" in part]
        first = texts[0] if texts else 0
        return [str(part["SpecialToken"]["id"]) for part in parts[:first]]
    if kind != "ByteLevel":
        expected = "a post-processor ByteLevel or TemplateProcessing"
        raise OddTokenizer(path, [f"expected {expected}, got {kind}"])
    return []
