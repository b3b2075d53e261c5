"""Moves in other processes, where some runs take as long as a test likes."""

import time

from oracle.compute.play import Question, Reply, respond

SLOW = b"\7"
"""What inputs of slow runs begin with."""
SLOW_SECONDS = 600.0


def respond_slowly(question: Question) -> Reply:
    """As if the run of some inputs took ten minutes."""
    if question.data.startswith(SLOW):
        time.sleep(SLOW_SECONDS)
    return respond(question)
