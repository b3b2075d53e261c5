"""Standard streams as everything here expects them: there, and taking any text."""

import os
import sys
from io import TextIOWrapper
from typing import Final

STREAMS: Final = (("stdin", "r"), ("stdout", "w"), ("stderr", "w"))


def mend() -> None:
    """Opens what whoever started us has closed, on nothing; and what a terminal or a
    pipe of few characters can't show is a question mark, no traceback.

    In the order of their descriptors: a file opened later gets none of theirs, so
    nothing is printed into it.
    """
    for name, mode in STREAMS:
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))
        elif mode == "w" and isinstance(stream, TextIOWrapper):
            if stream.errors == "strict":
                stream.reconfigure(errors="replace")
