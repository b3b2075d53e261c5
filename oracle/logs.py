"""Logs: an event and its facts, for a person or as one JSON object a line.

They go through Python's own logging, so whoever embeds a node decides what becomes of
them; without a decision only warnings are heard, on standard error.
"""

import logging
import sys
from typing import TextIO, cast

import structlog
from structlog.stdlib import BoundLogger, ExtraAdder, ProcessorFormatter
from structlog.typing import Processor

OURS = "oracle"


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
        structlog.processors.TimeStamper("iso", utc=True),
    ]
    colours = sys.stderr.isatty()
    renderers: list[Processor] = [
        structlog.dev.ConsoleRenderer(colors=colours, pad_event_to=18)
    ]
    if as_json:
        renderers = [
            structlog.processors.dict_tracebacks,
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


class _StandardError(logging.StreamHandler[TextIO]):
    """Writes to what standard error is by then."""

    @property
    def stream(self) -> TextIO:
        return sys.stderr

    @stream.setter
    def stream(self, _: TextIO) -> None:
        """Nobody may choose another."""
