"""Disputes over a text on the embedded chain, by honest nodes whose computing is killed
in the middle, with -9: the truth stands, the lie falls, at the same one instruction.

Each process that is born again loads and compiles anew, so these take their time; that
of SmolLM2 needs its file (`make model-smollm2`).
"""

from collections.abc import Callable
from pathlib import Path

import pytest
from support.games.mortal import mortal
from support.language import small_llama

from converters.language.conversion import Options, converted
from oracle.bench.text.dispute import data_of, slanderer
from oracle.bench.text.made_up import made_up
from oracle.bench.text.table import K, Table
from oracle.bench.text.timed import Timed
from oracle.node.challenger.challenger import Challenger
from oracle.node.worker.liars import LyingWorker
from oracle.node.worker.worker import Worker

pytestmark = pytest.mark.slow

SMOLLM2 = Path(__file__).parents[2] / "build/models/SmolLM2-135M-Instruct.Q4_1.gguf"


def image_of(source: Path, options: Options, folder: Path) -> Path:
    image = folder / "text.plumb"
    image.write_bytes(converted(source, options).image)
    return image


def truth_stands(image: Path, tokens: int, mortality: int) -> None:
    """Against who believes in a run that is made up from somewhere on."""
    table = Table.laid(image)
    request = table.ask(data_of(table.model, tokens))
    with mortal(table.library, mortality) as honest:
        worker = Worker(table.stake("worker"), table.contracts, honest)
        table.answer(worker, request)
        course = table.play(worker, slanderer(table, Timed(table.library), 3), request)
        assert not course.worker_lost
        assert course.done[-1].action.function == "prove"
        assert honest.brain.kills >= 2


def lie_falls(image: Path, tokens: int, mortality: int) -> None:
    """Told by who made up roots from somewhere on."""
    table = Table.laid(image)
    request = table.ask(data_of(table.model, tokens))
    lying = LyingWorker(Timed(table.library), made_up("roots"), K, 2)
    liar = Worker(table.stake("liar"), table.contracts, lying)
    table.answer(liar, request)
    with mortal(table.library, mortality) as honest:
        sender = table.sender("challenger")
        challenger = Challenger(sender, table.contracts, honest)
        course = table.play(liar, challenger, request)
        assert course.worker_lost
        assert course.done[-1].action.function == "prove"
        assert honest.brain.kills >= 2


@pytest.fixture
def small(tmp_path: Path) -> Path:
    source = small_llama.written(tmp_path, small_llama.small())
    return image_of(source, Options(tokens=6, prompt_tokens=50), tmp_path)


def test_truth_stands_though_its_worker_is_killed(small: Path) -> None:
    truth_stands(small, 6, mortality=3)


def test_lie_falls_though_its_challenger_is_killed(small: Path) -> None:
    lie_falls(small, 6, mortality=3)


@pytest.mark.skipif(not SMOLLM2.is_file(), reason="make model-smollm2 fetches it")
@pytest.mark.parametrize("played", [truth_stands, lie_falls])
def test_fifty_tokens_of_smollm2_are_disputed_by_killed_nodes(
    played: Callable[[Path, int, int], None], tmp_path: Path
) -> None:
    options = Options(tokens=50, prompt_tokens=64, template="chat")
    played(image_of(SMOLLM2, options, tmp_path), 50, 3)
