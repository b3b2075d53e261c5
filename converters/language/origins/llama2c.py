"""llama2.c's two files as a language model."""

from pathlib import Path
from typing import Final

from converters.errors import BadModelFile
from converters.text import llama2c as tokenizers

from ..files import llama2c
from ..source import Found, Words

TOKENIZER: Final = "tokenizer.bin"
"""Beside the model, if nobody says where."""


def found(path: Path, tokenizer: Path | None) -> Found:
    """BadModelFile. `run.c` has no special tokens but those that begin and end."""
    config, tensors = llama2c.read(path)
    beside = tokenizer or path.with_name(TOKENIZER)
    if not beside.is_file():
        expected = f"its tokenizer at {beside} (--tokenizer says where)"
        raise BadModelFile(path, expected, "none")
    first, last = tokenizers.FIRST, tokenizers.LAST
    words = Words(
        tokenizers.read(beside),
        (first,),
        frozenset((first, last)),
        {"<s>": first, "</s>": last},
        None,
    )
    return Found("llama2.c", config, (), tensors, lambda: words)
