"""Random tiny language models and requests to them, for native execution beside the
guest: any architecture and encoding, any prompt, limits and ways to pick."""

from dataclasses import dataclass
from pathlib import Path
from random import Random

from support.language import small_llama, tiny_language

import tinynn
from converters.language.conversion import Options, converted
from mips_vm import Status
from tinynn import Model
from tinynn.asking import Asking
from tinynn.text import TextModel

ARCHITECTURES = ("llama", "qwen2", "qwen3", "gemma2", "gemma3", "gpt2", "phi2", "phi3")
KINDS = ("F32", "F16", "BF16", "Q8_0", "Q4_0", "Q4_1", "Q5_0", "Q5_1")
WIDE_KINDS = ("Q4_K", "Q5_K", "Q6_K")
"""Of 256 at a time."""
LETTERS = "the in an er on a b \n é😀\u0301"
TEMPERATURES = (0.0, 0.3, 1.0, 5.0, float("nan"))


@dataclass(frozen=True)
class Case:
    """An image, a request, and what they are, to be told when they fail."""

    model: Model
    request: bytes
    told: str


def random_case(rng: Random, folder: Path, most: int = 8) -> Case:
    """One, of so many tokens at most; `folder` is for its file."""
    architecture, kind = rng.choice(ARCHITECTURES), rng.choice(KINDS)
    keys: dict[str, int] = {}
    if rng.random() < 0.2:
        kind = rng.choice(WIDE_KINDS)
        keys = {"embedding_length": 256, "feed_forward_length": 256}
    path = folder / "random.gguf"
    if rng.random() < 0.1:
        architecture = "llama2.c"
        path = small_llama.written(folder, small_llama.small(rng.random() < 0.5))
    else:
        ends, seed = rng.choice((2, 40, 90)), rng.randrange(1 << 30)
        tiny_language.write(path, architecture, kind, seed, keys=keys, end=ends)
    tokens, prompt = rng.randint(1, most), rng.randint(2, most + 4)
    text_bytes = rng.randint(1, 60)
    options = Options(tokens=tokens, prompt_tokens=prompt, text_bytes=text_bytes)
    model = tinynn.load(converted(path, options).image)
    text = TextModel.of(model)
    assert text is not None
    asking = Asking(
        max_tokens=rng.choice((-1, 0, 1, tokens, tokens + 5, 1 << 20)),
        temperature=rng.choice(TEMPERATURES),
        top_k=rng.choice((1, 2, 40, 256)),
        top_p=rng.choice((0.0, 0.5, 0.95, 1.0)),
        penalty=rng.choice((1.0, 1.3, 0.5, 0.0)),
        seed=rng.randbytes(28),
    )
    if rng.random() < 0.2:
        said = rng.randbytes(rng.randint(0, text_bytes))
    else:
        letters = "".join(rng.choices(LETTERS, k=rng.randint(0, text_bytes)))
        said = letters.encode()[:text_bytes]
    told = f"{architecture} {kind} {options} {asking} {said!r}"
    return Case(model, text.request(said, asking), told)


def compared(case: Case) -> int:
    """Boundaries at which both were the same state, all there are: the machine's run
    from its start, each of its states beside a native one."""
    native, machine = (
        case.model.execution(case.request),
        case.model.machine(case.request),
    )
    assert machine.state_root() == native.machine.state_root(), case.told
    count = 1
    while machine.status is Status.YIELDED:
        machine.resume()
        steps = machine.run()
        assert steps <= case.model.bounded_instructions[native.row], case.told
        native.advance()
        assert machine.status is native.machine.status, (case.told, native.index)
        same = machine.state_root() == native.machine.state_root()
        assert same, (case.told, native.index)
        count += 1
    assert machine.status is Status.HALTED, case.told
    assert native.index == native.segments, case.told
    assert machine.output() == case.model.answer(case.request), case.told
    return count
