"""llama2.c's two files, and files that are nearly such."""

import struct
from pathlib import Path

import numpy as np
import pytest
from support.language.small_llama import small, written

import tinynn
from converters.errors import BadModelFile, BadOption
from converters.language.conversion import Options, converted
from converters.language.reading import read
from tinynn.asking import Asking
from tinynn.text import TextModel

STORIES = "llama2c/stories260K.bin"
TOKENIZER = "llama2c/tok512.bin"

EMPTY = (
    "Once upon a time, there was a little girl named Lily. She loved to play outside "
    "in the park. One day, she saw a big, red ball. She wanted to play with it, but it "
    "was too high.\nLily's mom said, \"Lily, let's go to the park.\" Lily was sad and "
    "didn't know what to do. She said, \"I want to play with your ball, but I can't "
    "find it.\"\nLily was sad and didn't know what to do. She said, \"I'm sorry, Lily. "
    "I didn't know what to do.\"\nLily didn't want to help her mom, so she"
)
LILY = (
    "Lily and Tom went to the park. They saw a big box with a big box. They wanted to "
    "play with it. They wanted to play with the box. They wanted to play with the box."
    '\n"Look, Mom!" Lily said. "Let\'s go to the park."\n"Let\'s go to the park," Tom '
    'said. "Let\'s go to the park."\n"OK, Lily, you can\'t find it. We can find it." '
    'Lily said.\n"OK, it\'s not a boy. We can find it. We can find it." Tom said.\n'
    "Lily and Tom looked at the b"
)
"""What `run stories260K.bin -z tok512.bin -t 0 -n 200`, and that with `-i "Lily and Tom
went"`, print: karpathy/llama2.c at 350e04fe35433e6d2941dce5a1f53308f87058eb, `gcc -O2
-ffp-contract=off -std=gnu11 run.c -lm`."""


@pytest.fixture(scope="module")
def stories(shared_data: Path) -> TextModel:
    options = Options(tokens=200, prompt_tokens=56, tokenizer=shared_data / TOKENIZER)
    made = converted(shared_data / STORIES, options)
    model = TextModel.of(tinynn.load(made.image))
    assert model is not None
    return model


@pytest.mark.parametrize(
    ("prompt", "whole"), [("", " " + EMPTY), ("Lily and Tom went", LILY)]
)
def test_greedy_text_is_that_of_run_c(
    stories: TextModel, prompt: str, whole: str
) -> None:
    """Of 200 positions, the prompt's among them. `run.c` takes off the space with which
    a text begins."""
    count = 200 - len(stories.codec.encode(prompt.encode()))
    output = stories.model.answer(stories.request(prompt.encode(), Asking(count)))
    assert prompt + stories.answer_of(output).decode() == whole
    assert stories.model.passes_of(output) == 200


def test_streamed_tokens_make_the_answer(stories: TextModel) -> None:
    request = stories.request(b"Once upon", Asking(60))
    seen = list(stories.asked(request))
    texts = [stories.text_of(progress.tokens) for progress in seen]
    assert all(b.startswith(a) for a, b in zip(texts, texts[1:], strict=False))
    output = stories.model.answer(request)
    assert texts[-1] == stories.answer_of(output)
    assert seen[-1].passes == stories.model.passes_of(output)


def test_stopped_answer_is_a_beginning(stories: TextModel) -> None:
    request = stories.request(b"Once upon", Asking(200))
    whole = stories.model.answer(request)
    asked = stories.asked(request)
    asked.stop()
    assert stories.answer_of(whole).startswith(stories.answer_of(asked.output))


def test_classifier_of_its_own_is_read(tmp_path: Path) -> None:
    shared = read(written(tmp_path, small()))
    assert "output.weight" not in shared.tensors
    own = read(written(tmp_path, small(shared=False)))
    last = np.frombuffer(small(shared=False)[-300 * 8 * 4 :], "<f4")
    assert (own.tensors["output.weight"].floats().reshape(-1) == last).all()


HOSTILE = {
    "empty": (b"", "expected 28 bytes or more, got 0"),
    "later": (struct.pack("<Ii", 0x616B3432, 1) + bytes(256), "version 0, as run.c"),
    "pickle": (b"\x80\x02" + bytes(40), "llama2.c's .bin (of other models the safe"),
    "archive of pickles": (b"PK\x03\x04" + bytes(40), "a pickle of PyTorch's"),
    "negative": (struct.pack("<7i", -8, 12, 1, 2, 1, 300, 16), "sizes of a model"),
    "huge": (struct.pack("<7i", *[(1 << 31) - 1] * 7), "sizes of a model"),
    "heads": (struct.pack("<7i", 8, 12, 1, 3, 1, 300, 16), "sizes of a model"),
    "short": (small()[:-1], "bytes, by its sizes, got"),
    "long": (small() + b"\0", "bytes, by its sizes, got"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_file_that_is_none_is_an_error(name: str, tmp_path: Path) -> None:
    data, message = HOSTILE[name]
    with pytest.raises(BadModelFile) as error:
        read(written(tmp_path, data))
    assert message in str(error.value)


def test_no_tokenizer_is_an_error(tmp_path: Path) -> None:
    path = written(tmp_path, small())
    (tmp_path / "tokenizer.bin").unlink()
    with pytest.raises(BadModelFile, match=r"its tokenizer at .* \(--tokenizer says"):
        read(path)


def test_more_tokens_than_a_dispute_holds_are_refused(tmp_path: Path) -> None:
    """With as many as there can be, which are then taken."""
    path = written(tmp_path, small(layers=60, context=65537))
    with pytest.raises(BadOption) as error:
        converted(path, Options(tokens=60000, prompt_tokens=90))
    message = str(error.value)
    assert message.startswith("--max-tokens: expected at most ")
    most = int(message.split()[4])
    assert "besides a prompt of 90 (segments in all: expected at most" in message
    assert 1000 < most < 60000
    assert converted(path, Options(tokens=most, prompt_tokens=90)).image
