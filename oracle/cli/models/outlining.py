"""What a diffusion model would take, foretold of its configuration alone: `plumb model
inspect FOLDER` says it of folders that no image can hold, too."""

import time
from dataclasses import asdict, dataclass

import numpy as np

import tinynn
from challenge.tariff import rounds
from converters.diffusion.folder.network import FolderNetwork
from converters.diffusion.folder.shapes import outlined
from mips_vm.constants import ARENA, MODEL
from mips_vm.json_text import JsonObject
from oracle.cli.models.foretelling import multiply_adds
from oracle.legible import number_of
from oracle.node.honest import INSTRUCTIONS_A_SECOND
from solidity.deployment import Parameters
from tinynn import GraphBuilder
from tinynn.builder.planner import in_all, usual_in_all
from tinynn.image.image import MAX_IO_BYTES
from tinynn.image.loop import Schedule
from tinynn.validator.bounds import bounded_instructions, most_instructions

CHANNELS, SIDE = 64, 64
"""Of the convolution that is timed here: what most of a large network's are like."""


@dataclass(frozen=True, slots=True)
class Outlook:
    """A network in float32, as the converter would make it. Seconds are of one thread
    of this computer: natively by a convolution that was timed here now, in the machine
    at the rate that nodes reckon with. `dissections` are those of a dispute over it."""

    steps: int
    parameters: int
    image_bytes: int
    arena_bytes: int
    output_bytes: int
    segments: int
    multiply_adds: int
    instructions_usually: int
    instructions_at_most: int
    longest_segment: int
    native_seconds: float
    segment_seconds: float
    dissections: int

    @property
    def obstacles(self) -> list[str]:
        """Why no image can be of it."""
        found = []
        sizes = (
            ("image", self.image_bytes, MODEL.size),
            ("arena", self.arena_bytes, ARENA.size),
            ("answer", self.output_bytes, MAX_IO_BYTES),
        )
        for what, actual, most in sizes:
            if actual > most:
                found.append(f"{what}: expected at most {most:,} bytes, got {actual:,}")
        return found


def outlook(network: FolderNetwork, steps: int) -> Outlook:
    """By the tables of an image without weights."""
    outline = outlined(network, steps)
    tables, k = outline.tables, Parameters().k
    segments = Schedule(tables.loop, len(tables.segments), steps).segments
    longest = max(bounded_instructions(tables))
    products = in_all(tables, [*map(multiply_adds, tables.operators)])
    return Outlook(
        steps=steps,
        parameters=outline.parameters,
        image_bytes=outline.image_bytes,
        arena_bytes=tables.arena_bytes,
        output_bytes=tables.output_bytes,
        segments=segments,
        multiply_adds=products,
        instructions_usually=usual_in_all(tables),
        instructions_at_most=most_instructions(tables),
        longest_segment=longest,
        native_seconds=products / rate(),
        segment_seconds=longest / INSTRUCTIONS_A_SECOND,
        dissections=rounds(k, segments) + rounds(k, longest),
    )


def rate() -> float:
    """Multiply-adds a second of a convolution here, by one thread."""
    rng, graph = np.random.default_rng(0), GraphBuilder("timed")
    x = graph.input("x", "uint8", (CHANNELS,))
    shape = 1, CHANNELS, SIDE, SIDE
    wide = graph.op("Expand", graph.view(x, (1, CHANNELS, 1, 1)), shape=shape)
    weight = rng.standard_normal((CHANNELS, CHANNELS, 3, 3)).astype(np.float32)
    y = graph.op("Conv", graph.scale_u8(wide, 1.0), weight, pads=[1] * 4)
    graph.output(graph.op("ReduceMax", y, axes=[1, 2, 3]), "y")
    model = tinynn.load(graph.build())
    data = bytes(rng.integers(1, 256, CHANNELS, np.uint8))
    model.answer(data)
    begin = time.thread_time()
    model.answer(data)
    spent = time.thread_time() - begin
    return SIDE * SIDE * CHANNELS * CHANNELS * 9 / spent


def outlook_data(found: Outlook, problems: list[str]) -> JsonObject:
    """All of it for `--json`."""
    return asdict(found) | {"obstacles": problems + found.obstacles}


def outlook_facts(found: Outlook) -> dict[str, object]:
    """The same for a person."""
    minutes = found.native_seconds / 60
    usual, most = found.instructions_usually, found.instructions_at_most
    longest, products = found.longest_segment, found.multiply_adds // found.steps
    return {
        "parameters": f"{found.parameters:,}",
        "image": f"{found.image_bytes:,} bytes in float32, of {MODEL.size:,}",
        "arena": f"{found.arena_bytes:,} bytes, of {ARENA.size:,}",
        "steps": f"{found.steps}, of {products:,} multiply-adds",
        "instructions": f"about {usual:.3g}, at most {most:.3g}",
        "natively": f"about {minutes:.3g} minutes on one thread",
        "a dispute": f"{found.segments:,} segments, {found.dissections} dissections, "
        f"and a segment of {longest:.3g} instructions: at most "
        f"{found.segment_seconds:.3g} s of the machine",
    }


def told(count: int) -> str:
    """Of obstacles."""
    return f"{number_of(count, 'obstacle')} to conversion"
