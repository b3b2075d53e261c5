"""Logs: an event and its facts, for a person or as one JSON object a line.

They go through Python's own logging, so whoever embeds a node decides what becomes of
them; without a decision only warnings are heard, on standard error.
"""

import logging
import re
import sys
import traceback
from typing import TextIO, cast

import structlog
from structlog.processors import ExceptionRenderer
from structlog.stdlib import BoundLogger, ExtraAdder, ProcessorFormatter
from structlog.tracebacks import ExceptionDictTransformer
from structlog.typing import EventDict, ExcInfo, Processor, WrappedLogger

from oracle.amounts import brief_wei
from oracle.legible import legible

OURS = "oracle"
EVENT_WIDTH = 12
FIRST = ("request_id", "what")
LEFT_OUT = frozenset({"claim", "claim_hash", "game_id"})
"""A request's number and who plays tell people the same."""
AMOUNTS = frozenset({"bond", "paid", "burned", "royalty", "value", "may_lack"})
"""Facts in wei, by the names that the contracts' events give them, and nodes."""
HASH = re.compile(r"0x[0-9a-f]{40,}", re.IGNORECASE)
SHOWN = 10


def logger(name: str) -> BoundLogger:
    """`log.info("sent", request_id=7)`; `log.bind(request_id=7)` for several lines."""
    bound = structlog.wrap_logger(
        logging.getLogger(name),
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.stdlib.render_to_log_kwargs,
        ],
        wrapper_class=BoundLogger,
    )
    return cast(BoundLogger, bound)


def configure(as_json: bool, level: str = "INFO") -> None:
    """Sends our events to standard error from now on."""
    shared: list[Processor] = [
        structlog.stdlib.add_log_level,
        ExtraAdder(),
        structlog.processors.TimeStamper(
            "iso" if as_json else "%Y-%m-%d %H:%M:%SZ", utc=True
        ),
    ]
    renderers: list[Processor] = [
        for_people,
        structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty(),
            pad_event_to=EVENT_WIDTH,
            pad_level=False,
            sort_keys=False,
            exception_formatter=_write_traceback,
        ),
    ]
    if as_json:
        renderers = [
            ExceptionRenderer(ExceptionDictTransformer(show_locals=False)),
            structlog.processors.JSONRenderer(),
        ]
    remove = ProcessorFormatter.remove_processors_meta
    handler = _StandardError()
    handler.setFormatter(
        ProcessorFormatter(foreign_pre_chain=shared, processors=[remove, *renderers])
    )
    ours = logging.getLogger(OURS)
    ours.handlers = [handler]
    ours.propagate = False
    ours.setLevel(level)


def for_people(_: WrappedLogger, __: str, told: EventDict) -> EventDict:
    """What fits on a line: hashes by their beginning, amounts with their unit.

    A program that needs all of it reads the JSON.
    """
    ordered = {name: told[name] for name in FIRST if name in told} | dict(told)
    return {
        name.removesuffix("_wei"): _brief(name, value)
        for name, value in ordered.items()
        if name not in LEFT_OUT
    }


def _brief(name: str, value: object) -> object:
    if isinstance(value, int) and (name in AMOUNTS or name.endswith("_wei")):
        return brief_wei(value)
    if isinstance(value, str) and HASH.fullmatch(value):
        return f"{value[:SHOWN]}.."
    return legible(value) if isinstance(value, str) else value


def _write_traceback(file: TextIO, error: ExcInfo) -> None:
    """Without the values of variables, among which there may be keys."""
    told = "".join(traceback.format_exception(error[1])).rstrip()
    file.write(f"\n{legible(told)}")


class _StandardError(logging.StreamHandler[TextIO]):
    """Writes to what standard error is by then."""

    @property
    def stream(self) -> TextIO:
        return sys.stderr

    @stream.setter
    def stream(self, _: TextIO) -> None:
        """Nobody may choose another."""
