"""Templates: fixed lists of tokens, by the hash of what a file says."""

from pathlib import Path

import pytest

from converters.language.template import (
    KNOWN,
    NAMES,
    BadTemplate,
    family_of,
    template_of,
)
from converters.text.metadata import read_metadata

SPECIALS = {"<|im_start|>": 1, "<|im_end|>": 2}

OLD_LLAMA3 = (
    "{% set loop_messages = messages %}{% for message in loop_messages %}"
    "{% set content = '<|start_header_id|>' + message['role'] + "
    "'<|end_header_id|>\n\n'+ message['content'] | trim + '<|eot_id|>' %}"
    "{% if loop.index0 == 0 %}{% set content = bos_token + content %}{% endif %}"
    "{{ content }}{% endfor %}"
    "{{ '<|start_header_id|>assistant<|end_header_id|>\n\n' }}"
)
"""Llama 3's, as its tokenizer_config.json has it."""


class Bytes:
    """A codec whose tokens are bytes, from 1000 on."""

    def encode(self, text: bytes) -> list[int]:
        return [1000 + byte for byte in text]


def smollm2() -> str:
    """The template in the model's own file, where `make model-smollm2` puts it."""
    path = Path(__file__).parents[3] / "build/models/SmolLM2-135M-Instruct.Q4_1.gguf"
    if not path.exists():
        pytest.skip("SmolLM2 absent: make model-smollm2")
    return str(read_metadata(path)["tokenizer.chat_template"])


def shown(own: str, name: str) -> str:
    specials = {f"<|{word}|>": i for i, word in enumerate(WORDS)}
    return template_of(name, own, (), specials, Bytes()).shown


WORDS = (
    "im_start",
    "im_end",
    "begin_of_text",
    "start_header_id",
    "end_header_id",
    "eot_id",
)


def test_template_is_what_jinja_makes_of_the_files() -> None:
    jinja2 = pytest.importorskip("jinja2", reason="jinja2 is absent (extra dev)")
    for own, name in ((smollm2(), "chat-system"), (OLD_LLAMA3, "chat")):
        rendered = jinja2.Environment().from_string(own)
        text = rendered.render(
            messages=[{"role": "user", "content": "TEXT"}],
            add_generation_prompt=True,
            bos_token="<|begin_of_text|>",
        )
        assert shown(own, name) == str(text)


def test_chat_has_no_system_turn() -> None:
    expected = "<|im_start|>user\nTEXT<|im_end|>\n<|im_start|>assistant\n"
    assert shown(smollm2(), "chat") == expected


def test_tokens_are_special_ones_and_those_of_texts() -> None:
    found = template_of("chat", smollm2(), (7,), SPECIALS, Bytes())
    assert found.prefix == (1, *(1000 + byte for byte in b"user\n"))
    assert found.suffix == (2, 1010, 1, *(1000 + byte for byte in b"assistant\n"))


def test_spaces_around_a_template_are_nothing() -> None:
    family = family_of(OLD_LLAMA3)
    assert family and family == family_of(f"\n{OLD_LLAMA3} \n")


@pytest.mark.parametrize("name", NAMES[1:])
@pytest.mark.parametrize("own", [None, "", OLD_LLAMA3.replace("trim", "upper")])
def test_template_nobody_knows_is_not_guessed(name: str, own: str | None) -> None:
    assert family_of(own) is None
    with pytest.raises(BadTemplate, match="the chat template of SmolLM2, Qwen 2.5"):
        template_of(name, own, (), SPECIALS, Bytes())


def test_none_is_what_the_model_puts_before_a_text() -> None:
    found = template_of("none", OLD_LLAMA3, (1,), SPECIALS, Bytes())
    assert (found.prefix, found.suffix) == ((1,), ())
    assert found.shown == "<|im_start|>TEXT"


def test_special_token_that_is_missing_is_an_error() -> None:
    with pytest.raises(
        BadTemplate, match=r"special token <\|begin_of_text\|>, got none"
    ):
        template_of("chat", OLD_LLAMA3, (), SPECIALS, Bytes())


def test_system_turn_that_is_not_fixed_is_an_error() -> None:
    with pytest.raises(BadTemplate, match="none or chat, got chat-system: Llama 3 has"):
        template_of("chat-system", OLD_LLAMA3, (), SPECIALS, Bytes())


def test_families_begin_with_their_specials() -> None:
    """A piece that begins with `<` is a special token, and no text is one by chance."""
    for family in KNOWN.values():
        for piece in (*family.begin, *family.system, *family.before, *family.behind):
            assert piece.startswith("<") == piece.endswith(">"), piece
