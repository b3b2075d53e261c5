"""What a model's runs take, as its publisher states and its workers check it."""

from challenge.claim import Work
from tinynn.image.image import PASSES_BYTES, Tables
from tinynn.validator.bounds import bounded_instructions


def work_of(tables: Tables) -> Work:
    """By the bounds of its segments; what a loop's answer may have is spread over its
    passes."""
    by_row, loop = bounded_instructions(tables), tables.loop
    grows = loop.passes > 0 and tables.length > 0
    least = PASSES_BYTES * tables.varies if grows else tables.output_bytes
    rest = tables.output_bytes - least
    return Work(
        prologue=sum(by_row[: loop.first]),
        body=sum(by_row[loop.first : loop.end]),
        epilogue=sum(by_row[loop.end :]),
        output_bytes=max(1, least),
        pass_bytes=-(-rest // loop.passes) if grows else 0,
    )
