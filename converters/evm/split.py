"""A net in parts, for one that is too large for a transaction.

Each part is a contract of its own: its calldata is what the part before it returned,
all the bytes of all tensors that are still needed. Parts end where stages do.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import accumulate, pairwise

from converters.evm.contract import Compiled, fitted
from converters.evm.errors import TooFewStages
from converters.evm.network import SLACK, Network
from converters.evm.reading import network_of
from converters.evm.rooms import Room
from converters.evm.stages.handover import Handover
from converters.evm.stages.phases import Phases
from converters.evm.stages.product import Product
from converters.evm.work import Stage
from tinynn import Model


def split(model: Model, factory: bytes, count: int) -> tuple[Compiled, ...]:
    """So many parts in order, each of about as much work.

    Raises OutsideSubset, TooLargeForEvm, and TooFewStages.
    """
    whole = network_of(model)
    if count > len(whole.stages):
        raise TooFewStages(model.name, len(whole.stages), count)
    ends = cuts([work_of(stage) for stage in whole.stages], count)
    found = []
    for number, (start, end) in enumerate(pairwise((0, *ends))):
        with part(whole, start, end, f"{model.name}, part {number + 1}") as network:
            found.append(fitted(network, model, factory))
    return tuple(found)


@contextmanager
def part(whole: Network, start: int, end: int, name: str) -> Iterator[Network]:
    """Stages [start, end) as a network. Meanwhile its rooms live as long as they do
    here: memory is planned for a part alone."""
    before = whole.given if start == 0 else handed_over(whole.rooms, start)
    stages: tuple[Stage, ...] = whole.stages[start:end]
    size = whole.output_bytes
    after: tuple[tuple[Room, int], ...] = ()
    if end < len(whole.stages):
        after = handed_over(whole.rooms, end)
        handover = Handover(after)
        stages, size = (*stages, handover), handover.size
    lives = [(room, room.born, room.dies) for room in whole.rooms]
    kept = {room for room, _ in (*before, *after)}
    last = len(stages) - 1
    here = [r for r in whole.rooms if r in kept or start <= r.born < end]
    try:
        for room in here:
            room.born = max(0, room.born - start)
            room.dies = min(last, room.dies - start)
        yield Network(name, stages, tuple(here), before, size)
    finally:
        for room, born, dies in lives:
            room.born, room.dies = born, dies


def handed_over(rooms: Sequence[Room], stage: int) -> tuple[tuple[Room, int], ...]:
    """What is stored before a stage, and read by it or later."""
    return tuple(
        (room, room.size - SLACK) for room in rooms if room.born < stage <= room.dies
    )


def work_of(stage: Stage) -> int:
    """About so many words of weights are multiplied; other stages are cheap."""
    if isinstance(stage, Phases):
        return sum(map(work_of, stage.products))
    if isinstance(stage, Product):
        windows = stage.windows.count * stage.taps
        return windows * (stage.words + 2) * stage.outputs
    return 1


def cuts(works: Sequence[int], count: int) -> tuple[int, ...]:
    """Where so many parts end, none of them empty: the dearest is as cheap as can be.

    By trying each sum of some stages in a row as what no part may be above.
    """
    sums = [0, *accumulate(works)]
    candidates = {b - a for i, a in enumerate(sums) for b in sums[i + 1 :]}
    for most in sorted(candidates):
        ends = [0]
        while ends[-1] < len(works) and len(ends) <= count:
            start = ends[-1]
            fits = [
                e for e in range(start + 1, len(sums)) if sums[e] - sums[start] <= most
            ]
            if not fits:
                break
            # Every part that follows needs a stage.
            ends.append(min(fits[-1], len(works) - max(0, count - len(ends))))
        if ends[-1] == len(works) and len(ends) == count + 1:
            return tuple(ends[1:])
    raise AssertionError("as many parts as stages always fit")
