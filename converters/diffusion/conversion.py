"""From a network's file and a schedule to an image that draws."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from converters.errors import BadOption, Problem, Unsupported
from converters.message import clipped
from converters.source import Source, read
from converters.values import Shape
from tinynn import GraphBuilder
from tinynn.errors import GraphError, ImageError, Unbounded
from tinynn.image.loop import MAX_PASSES
from tinynn.memory.floatmode import exact_floats
from tinynn.validator.validate import most_passes

from .coefficients import Steps, steps_of
from .sampler import Sampler, check_network
from .schedule import DDPM, Schedule, read_schedule

Progress = Callable[[str], None]

USUAL_STEPS: Final = 20


@dataclass(frozen=True, slots=True)
class Options:
    """What a publisher chooses: `steps` of a picture, and DDIM's `eta`, if it is not
    the schedule's."""

    schedule: Path
    steps: int = USUAL_STEPS
    eta: float | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Converted:
    """An image, and what it was made of."""

    image: bytes
    source: Source
    schedule: Schedule
    steps: Steps

    @property
    def sampler(self) -> str:
        """In words, for a card."""
        schedule, steps = self.schedule, len(self.steps.timesteps)
        eta = "" if schedule.class_name == DDPM else f", eta {schedule.eta:g}"
        kind = schedule.class_name.removesuffix("Scheduler")
        return f"{kind}{eta}, {steps} steps of {schedule.num_train_timesteps}"


def converted(
    path: Path,
    options: Options,
    shapes: Mapping[str, Shape] | None = None,
    tell: Progress = lambda message: None,
) -> Converted:
    """Raises Unsupported with each node that can't be lowered, OddDiffusionModel with
    all that is not known of the schedule, BadModelFile for other networks' files,
    BadOption if the schedule has no such steps, or a dispute could not hold them."""
    schedule = _schedule(options)
    if not 1 <= options.steps <= MAX_PASSES:
        raise BadOption("--steps", f"1 to {MAX_PASSES}", str(options.steps))
    steps = steps_of(schedule, options.steps)
    tell(f"reading {path}")
    source = read(path, shapes)
    check_network(source)
    tell(f"lowering {len(source.model.graph.node)} nodes")
    made = Converted(b"", source, schedule, steps)
    graph = graph_of(made, options.name or source.path.stem)
    tell("laying out the image")
    return replace(made, image=_built(graph, source, options.steps))


def _schedule(options: Options) -> Schedule:
    schedule = read_schedule(options.schedule)
    if options.eta is None:
        return schedule
    if schedule.class_name == DDPM:
        raise BadOption("--eta", f"none with a {DDPM}", f"{options.eta:g}")
    if not 0 <= options.eta <= 1:
        raise BadOption("--eta", "a number from 0 to 1", f"{options.eta:g}")
    return replace(schedule, eta=options.eta)


def graph_of(made: Converted, name: str, *, trace: bool = False) -> GraphBuilder:
    """The sampler's graph; with `trace` the first rows that are put are the pictures
    that passes begin with."""
    graph, schedule = GraphBuilder(clipped(name)), made.schedule
    clip = schedule.clip_sample_range if schedule.clip_sample else None
    with exact_floats():
        Sampler(graph, made.source, made.steps, clip).draw(trace=trace)
    return graph


def _built(graph: GraphBuilder, source: Source, steps: int) -> bytes:
    try:
        return graph.build()
    except Unbounded as error:
        most = most_passes(graph.tables())
        if most < 1:
            raise
        expected = f"at most {most} ({error})"
        raise BadOption("--steps", expected, str(steps)) from None
    except (GraphError, ImageError) as error:
        problem = Problem(graph.name, "image", str(error))
        raise Unsupported(source.path, [problem]) from error
