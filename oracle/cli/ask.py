"""`plumb ask`: a language model's answer, computed here, as it grows."""

import os
import sys
import time
from typing import TYPE_CHECKING, Annotated

import typer

from oracle.cli.common.errors import BadInputFile
from oracle.cli.common.output import AsJson, print_json, remark
from oracle.cli.inputs.modelfile import ModelFile, loaded
from oracle.legible import legible, number_of

if TYPE_CHECKING:
    from tinynn.text import Asked, TextModel

app = typer.Typer(add_completion=False)

INTERRUPTED = 130
"""The exit status of what Ctrl-C ended."""


@app.command()
def ask(
    path: ModelFile,
    text: Annotated[
        str,
        typer.Argument(metavar="TEXT", help="What to answer; - reads standard input."),
    ],
    max_tokens: Annotated[
        int | None,
        typer.Option("--max-tokens", min=1, help="At most; else as the model allows."),
    ] = None,
    temperature: Annotated[
        float, typer.Option("--temperature", help="0 takes the likeliest token.")
    ] = 0.0,
    top_k: Annotated[
        int, typer.Option("--top-k", min=1, max=256, help="Tokens to choose from.")
    ] = 40,
    top_p: Annotated[
        float, typer.Option("--top-p", help="Of these, as many as have this chance.")
    ] = 1.0,
    penalty: Annotated[
        float, typer.Option("--penalty", help="Above 1 repeats less.")
    ] = 1.0,
    seed: Annotated[
        str | None,
        typer.Option(
            "--seed",
            metavar="HEX",
            help="28 bytes, or fewer, which end in zeros; else drawn where a "
            "temperature needs one.",
        ),
    ] = None,
    threads: Annotated[int, typer.Option("--threads", min=1, help="Of this run.")] = 1,
    as_json: AsJson = False,
) -> None:
    """Ask a language model, here and for nothing.

    The answer is printed token by token, the speed on standard error. The bits are
    those of a request with the same seed and options. Ctrl-C ends it with status 130.
    """
    from tinynn.asking import Asking
    from tinynn.text import TextModel

    model = TextModel.of(loaded(path))
    if model is None:
        raise BadInputFile(path, "a language model", "a model of another kind")
    asking = Asking(
        max_tokens or (1 << 31) - 1,
        temperature,
        top_k,
        top_p,
        penalty,
        parsed_seed(seed, temperature),
    )
    words = os.fsencode(text)
    if text == "-":  # one byte too many is refused, however many there are
        words = sys.stdin.buffer.read(model.text.size + 1)
    request = model.request(words, asking)
    asked, watch = model.asked(request, threads), Watch(model, silent=as_json)
    try:
        watch.follow(asked)
    except KeyboardInterrupt:
        asked.stop()
        print()
        remark("stopped")
        raise typer.Exit(INTERRUPTED) from None
    passes = model.model.passes_of(asked.output)
    if as_json:
        print_json(
            {
                "answer": model.answer_of(asked.output).decode(errors="replace"),
                "tokens": watch.tokens,
                "passes": passes,
                "seconds": round(watch.seconds, 6),
                "tokens_per_second": watch.rate,
                "seed": asking.seed.hex(),
            }
        )
        return
    print()
    remark(watch.told(passes))


class Watch:
    """Prints what is sure of an answer while it grows, and takes the time."""

    def __init__(self, model: "TextModel", silent: bool) -> None:
        self._model, self._silent = model, silent
        self._begin = time.perf_counter()
        self._first = (0, self._begin)
        self._shown = 0
        self.tokens, self.seconds = 0, 0.0

    def follow(self, asked: "Asked") -> None:
        """Up to its end."""
        for progress in asked:
            self.tokens = len(progress.tokens)
            self.seconds = time.perf_counter() - self._begin
            if self.tokens and not self._first[0]:
                self._first = (self.tokens, time.perf_counter())
            self._print(self._model.text_of(progress.tokens))
        self._print(self._model.answer_of(asked.output))

    def _print(self, answer: bytes) -> None:
        if self._silent:
            return
        text = answer[self._shown :].decode(errors="replace")
        print(shown(text), end="", flush=True)
        self._shown = max(self._shown, len(answer))

    @property
    def rate(self) -> float | None:
        """Tokens a second behind the first; None if there is but one."""
        count, since = self._first
        left = self._begin + self.seconds - since
        more = self.tokens - count
        return round(more / left, 1) if more and left > 0 else None

    def told(self, passes: int) -> str:
        """For a person, beside the answer."""
        prompt = self._first[1] - self._begin
        before = number_of(max(passes - self.tokens, 0), "token")
        speed = f", {self.rate} tokens/s" if self.rate is not None else ""
        return (
            f"{number_of(self.tokens, 'token')} in {self.seconds:.2f} s{speed}; "
            f"the first behind a prompt of about {before} in {prompt:.2f} s"
        )


def shown(text: str) -> str:
    """On a terminal nothing moves its cursor but ends of lines and tabs."""
    if not sys.stdout.isatty():
        return text
    return "\t".join(map(legible, text.split("\t")))


def parsed_seed(text: str | None, temperature: float) -> bytes:
    """28 bytes; BadParameter for what is no hex, or too long."""
    from tinynn.asking import SEED_BYTES

    if text is None:
        return os.urandom(SEED_BYTES) if temperature > 0 else bytes(SEED_BYTES)
    try:
        held = bytes.fromhex(text.removeprefix("0x"))
    except ValueError:
        held = bytes(SEED_BYTES + 1)
    if len(held) > SEED_BYTES:
        raise typer.BadParameter(
            f"expected at most {SEED_BYTES} bytes in hex, got {text!r}",
            param_hint="--seed",
        )
    return held.ljust(SEED_BYTES, b"\0")
