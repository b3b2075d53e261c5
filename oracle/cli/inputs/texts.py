"""Options of commands on language models."""

from pathlib import Path
from typing import Annotated, Literal

import typer

ChatTemplate = Annotated[
    Literal["none", "chat", "chat-system"] | None,
    typer.Option(
        "--template",
        help="Of a language model: what goes around a text; none, a user's turn, or "
        "that with the model's own system turn before it.",
    ),
]
MaxTokens = Annotated[
    int | None,
    typer.Option(
        "--max-tokens", min=1, help="Of a language model's answer; 256 by default."
    ),
]
TokenizerFile = Annotated[
    Path | None,
    typer.Option(
        "--tokenizer",
        metavar="FILE",
        help="Of llama2.c's .bin; tokenizer.bin beside it by default.",
    ),
]


def check_no_language(*given: object) -> None:
    """BadParameter of an option that only language models have."""
    if any(value is not None for value in given):
        expected = (
            "a language model (a GGUF, llama2.c's .bin, a folder with config.json and "
            "safetensors), got another"
        )
        raise typer.BadParameter(f"expected {expected}", param_hint="--template")
