"""Files and folders that hold language models, told apart by their names."""

from pathlib import Path
from typing import Final

from .origins import folder, gguf, llama2c
from .source import Source, checked

GGUF: Final = ".gguf"
LLAMA2C: Final = ".bin"


def is_language(path: Path) -> bool:
    """Whether `path` is named as a language model's file or folder is."""
    return path.suffix.lower() in (GGUF, LLAMA2C) or folder.is_folder(path)


def read(path: Path, tokenizer: Path | None = None) -> Source:
    """OddLanguageModel with all that no image can hold; BadModelFile, OSError.

    `tokenizer` is where llama2.c's tokenizer is, if not beside the model.
    """
    if path.is_dir():
        return checked(path, folder.found(path))
    if path.suffix.lower() == LLAMA2C:
        return checked(path, llama2c.found(path, tokenizer))
    return checked(path, gguf.found(path))
