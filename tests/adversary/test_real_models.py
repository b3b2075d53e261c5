"""Whole disputes about real models: a lie inside a convolution, a normalisation, a
softmax, a recurrence loses to one honest challenger in the contracts, and quickly."""

import time
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path

import numpy as np
import pytest
from support.games.duel import Duel, honest_challenger
from support.sources.networks import WORDS, save_encoder, save_reader
from support.sources.onnx_nets import floats
from support.sources.real_models import REAL

import converters
import tinynn
from challenge.game import INSTRUCTIONS
from challenge.lies import Liar, Scene, instructions, places
from challenge.lies.kinds import ARENA_DATA
from challenge.trace import ExecutionTrace
from mips_vm.constants import ARENA
from tinynn import Model
from tinynn.operators import FAMILIES

pytestmark = pytest.mark.slow

K = 32
TRANSACTIONS_MAX = 18
SECONDS_MAX = 60  # of a shared processor: a dispute takes about one
CAROL = "carol"


class Inference:
    """A model and an input; the same true trace serves every honest player."""

    def __init__(self, model: Model, x: np.ndarray) -> None:
        self.model = model
        (spec,) = model.inputs
        self.input = model.encode_input([x.astype(spec.dtype).reshape(spec.shape)])
        self.output = model.answer(self.input)
        self.truth = self.fork()

    def fork(self) -> ExecutionTrace:
        return ExecutionTrace(self.model.execution(self.input))

    def segments_of(self, family: str) -> list[int]:
        """Segments of the operators of a family."""
        tables = self.model.tables
        named = [FAMILIES[operator.opcode].name for operator in tables.operators]
        return [
            index
            for index, segment in enumerate(tables.segments)
            if named[segment.operator] == family
        ]

    def liar(self, segments: list[int]) -> Liar:
        """Another activation than the truth is stored in one of the segments."""
        return instructions.at_instruction(
            Scene(self.fork, K, seed=1),
            "activation",
            wanted=places.stores_to(ARENA_DATA, ARENA.end),
            change=instructions.wrong_store,
            find=partial(places.find_among, segments=segments),
        )


@cache
def real(name: str, folder: Path) -> Inference:
    inputs, _ = REAL[name].data(folder)
    return Inference(tinynn.load(REAL[name].image(folder)), inputs[0])


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Inference]:
    """Networks of this test's own, by name."""
    folder = tmp_path_factory.mktemp("networks")

    @cache
    def network(name: str) -> Inference:
        path = folder / "net.onnx"
        if name == "encoder":
            save_encoder(path, length=16, width=32, heads=4)
            x = np.random.default_rng(1).integers(WORDS, size=16)
        else:
            save_reader(path, length=8, width=16, hidden=16, classes=5)
            x = floats(8, 16)
        return Inference(tinynn.load(converters.convert(path)), x)

    return network


def check_dispute(inference: Inference, family: str, name: str) -> None:
    """The lie is found in the family's segment, and proved, in few transactions."""
    segments = inference.segments_of(family)
    liar = inference.liar(segments)
    assert liar.output != inference.output
    begin = time.perf_counter()
    duel = Duel(inference.truth, K)
    duel.claim(liar.output)
    before = duel.wealth(CAROL)
    duel.play(liar, {CAROL: honest_challenger(inference.truth)})
    seconds = time.perf_counter() - begin

    assert duel.killed
    assert duel.event("Proved").claimedRoot != duel.event("Proved").postRoot
    disputed = duel.events("Selected")[-1].interval
    assert disputed.level == INSTRUCTIONS and disputed.segment in segments
    duel.check_made_whole(CAROL, before)
    duel.check_conserved([CAROL])
    gas = sum(sent.receipt.gas_used for sent in duel.done() if sent.receipt)
    steps = inference.truth.instructions(disputed.segment)
    print(
        f"{name}, lie in {family}: segment {disputed.segment} of "
        f"{inference.truth.segments()}, {steps:,} instructions; "
        f"{len(duel.done())} transactions, {gas:,} gas, {seconds:.1f} s"
    )
    assert len(duel.done()) <= TRANSACTIONS_MAX
    assert seconds < SECONDS_MAX


@pytest.mark.parametrize(
    ("name", "family"),
    [
        ("mnist-8", "conv"),
        ("mnist-8", "max_pool"),
        ("lenet", "conv"),
        ("lenet", "dense"),
        ("resnet-8", "conv"),
        ("resnet-8", "softmax"),
        ("resnet-20", "conv"),
        ("resnet-20", "reduce_mean"),
        ("kws", "conv"),
        ("kws", "softmax"),
        ("dcgan", "conv"),
    ],
)
def test_lie_inside_a_real_model_loses(
    name: str, family: str, shared_data: Path
) -> None:
    check_dispute(real(name, shared_data), family, name)


@pytest.mark.parametrize(
    ("name", "family"),
    [
        ("encoder", "matmul"),
        ("encoder", "softmax"),
        ("encoder", "normalize"),
        ("encoder", "map_gelu_erf"),
        ("lstm", "dense"),
        ("lstm", "map_sigmoid"),
        ("lstm", "softmax"),
    ],
)
def test_lie_inside_a_transformer_or_an_lstm_loses(
    name: str, family: str, made: Callable[[str], Inference]
) -> None:
    check_dispute(made(name), family, name)
