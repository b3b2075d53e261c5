"""What goes around a text: fixed lists of tokens, named by `--template`.

A chat template in a file is a program, and none is executed. Those that are known by
their hash are one of the families here; of any other one nothing is guessed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from tinynn.tokens.codec import Codec

NONE: Final = "none"
CHAT: Final = "chat"
SYSTEM: Final = "chat-system"
NAMES: Final = (NONE, CHAT, SYSTEM)

Pieces = tuple[str, ...]
"""Special tokens, which begin with `<`, and texts between them."""


@dataclass(frozen=True, slots=True)
class Family:
    """Around one turn of a user's: before it and behind, and the default system turn
    that the file's own template begins with."""

    name: str
    begin: Pieces
    before: Pieces
    behind: Pieces
    system: Pieces = ()


def _chatml(name: str, system: str = "") -> Family:
    return Family(
        name,
        (),
        ("<|im_start|>", "user\n"),
        ("<|im_end|>", "\n", "<|im_start|>", "assistant\n"),
        ("<|im_start|>", f"system\n{system}", "<|im_end|>", "\n") if system else (),
    )


def _llama3(name: str, system: str = "") -> Family:
    def head(role: str) -> Pieces:
        return ("<|start_header_id|>", role, "<|end_header_id|>")

    return Family(
        name,
        ("<|begin_of_text|>",),
        (*head("user"), "\n\n"),
        ("<|eot_id|>", *head("assistant"), "\n\n"),
        (*head("system"), f"\n\n{system}", "<|eot_id|>") if system else (),
    )


SMOLLM2: Final = _chatml(
    "SmolLM2", "You are a helpful AI assistant named SmolLM, trained by Hugging Face"
)
QWEN25: Final = _chatml(
    "Qwen 2.5", "You are Qwen, created by Alibaba Cloud. You are a helpful assistant."
)
QWEN3: Final = _chatml("Qwen 3")
LLAMA3: Final = _llama3("Llama 3")
LLAMA31: Final = _llama3(
    "Llama 3.1", "Cutting Knowledge Date: December 2023\nToday Date: 26 Jul 2024\n\n"
)
LLAMA32: Final = _llama3("Llama 3.2")
GEMMA: Final = Family(
    "Gemma",
    ("<bos>",),
    ("<start_of_turn>", "user\n"),
    ("<end_of_turn>", "\n", "<start_of_turn>", "model\n"),
)

KNOWN: Final = {
    "872be49dbb638044ad01b60388f48d469ff2980e5f0dccdc22ec907db54d0788": SMOLLM2,
    "55b2f4a26ac9ee719330a61a0c39d9e538b0e9322212f048326318cff4f8674a": QWEN25,
    "87a2728cb8dc9fe424d624542f6060ec05a1d285ebbec578bb078900e33396b5": QWEN3,
    "ecd6ae513fe103f0eb62e8ab5bfa8d0fe45c1074fa398b089c93a7e70c15cfd6": GEMMA,
    "93c0e9aa3629bbd77e68dbc0f5621f6e6b23aa8d74b932595cdb8d64684526d7": LLAMA31,
    "d82792f95932f1c9cef5c4bd992f171225e3bf8c7b609b4557c9e1ec96be819f": LLAMA32,
    "3c050259279da4341947d5f012aadc5975af71c235e71ef7e520531aaec17a86": GEMMA,
    "b48c47f6443892716176eb200bf4ef108f64e06ca26ed0fa8ebc0a4b3992fcb2": LLAMA3,
}
"""By the SHA-256 of a template's text without spaces around it. Those of Llama 3 and
Gemma take spaces off a text's ends, we take it as it is; that of Llama 3.2 names
today's date, so its system turn is none of ours."""

TURN_ENDS: Final = (
    "<|im_end|>",
    "<|endoftext|>",
    "<|end_of_text|>",
    "<|eot_id|>",
    "<|eom_id|>",
    "<|end|>",
    "<end_of_turn>",
)
"""Special tokens that end an answer besides those that a file calls so."""


class BadTemplate(ValueError):
    """What was expected of a template, and what came."""


@dataclass(frozen=True, slots=True)
class Template:
    """Tokens before and behind a text, and how they are written for a person."""

    name: str
    prefix: tuple[int, ...]
    suffix: tuple[int, ...]
    shown: str


def hash_of(template: str) -> str:
    """Of its text; JSON may have halves of characters in it."""
    return sha256(template.strip().encode(errors="surrogatepass")).hexdigest()


def family_of(template: str | None) -> Family | None:
    """Of a file's own template, if it is known."""
    if not template:
        return None
    return KNOWN.get(hash_of(template))


def template_of(
    name: str,
    own: str | None,
    begin: Sequence[int],
    specials: Mapping[str, int],
    codec: Codec,
) -> Template:
    """The tokens of `name`; BadTemplate if the model has no such template.

    `own` is the file's template, `begin` what it puts before every text.
    """
    names = {id: text for text, id in specials.items()}
    if name == NONE:
        shown = "".join(names.get(id, f"<{id}>") for id in begin)
        return Template(name, tuple(begin), (), f"{shown}TEXT")
    family = family_of(own)
    if family is None:
        actual = "none"
        if own:
            actual = f"one of SHA-256 {hash_of(own)}"
        known = ", ".join(one.name for one in dict.fromkeys(KNOWN.values()))
        raise BadTemplate(f"the chat template of {known}, got {actual}")
    if name == SYSTEM and not family.system:
        raise BadTemplate(
            f"{NONE} or {CHAT}, got {name}: {family.name} has no fixed one"
        )
    system = family.system if name == SYSTEM else ()
    before = (*family.begin, *system, *family.before)
    return Template(
        name,
        tuple(_ids(before, specials, codec)),
        tuple(_ids(family.behind, specials, codec)),
        "".join((*before, "TEXT", *family.behind)),
    )


def _ids(pieces: Pieces, specials: Mapping[str, int], codec: Codec) -> Sequence[int]:
    held: list[int] = []
    for piece in pieces:
        if not piece.startswith("<"):
            held += codec.encode(piece.encode())
        elif piece in specials:
            held.append(specials[piece])
        else:
            raise BadTemplate(f"the special token {piece}, got none")
    return held
