"""Honest strategies whose moves are worked out by a process that is killed in the
middle: what comes after it knows the image's file and the request, and nothing else."""

import multiprocessing
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection

from challenge.game import GameView, Side
from challenge.moves import Move
from oracle.compute.play import (
    NEXT_MOVE,
    Question,
    TraceNeeded,
    Unknown,
    respond,
    updated,
)
from oracle.models.library import Library
from oracle.node.actions import Player
from oracle.node.honest import Honest
from oracle.record.record import Asked
from tinynn import Model

BEGUN = "begun"
CONTEXT = multiprocessing.get_context("spawn")


def serve(questions: Connection) -> None:
    """Says that it has begun, then answers."""
    while True:
        question = questions.recv()
        questions.send(BEGUN)
        questions.send(respond(question))


class Brain:
    """The process; it is killed while it is at every `mortality`-th question, and asked
    again as it is reborn."""

    def __init__(self, mortality: int) -> None:
        self._mortality = mortality
        self.asked = self.kills = 0
        self._born()

    def _born(self) -> None:
        self._ours, theirs = CONTEXT.Pipe()
        self.process = CONTEXT.Process(target=serve, args=(theirs,), daemon=True)
        self.process.start()

    def move(self, question: Question) -> Move | None:
        """The true one."""
        self.asked += 1
        self._begin(question)
        if self.asked % self._mortality == 0:
            self.kill()
            self.kills += 1
            self._born()
            self._begin(question)
        reply = self._ours.recv()
        assert not reply.problem, reply.problem
        return updated(reply.move, question.view)

    def _begin(self, question: Question) -> None:
        self._ours.send(question)
        assert self._ours.recv() == BEGUN

    def kill(self) -> None:
        """As `kill -9` does."""
        assert self.process.pid is not None
        os.kill(self.process.pid, signal.SIGKILL)
        self.process.join()
        assert self.process.exitcode == -signal.SIGKILL


class Mortal(Honest):
    """Its answers are its own; its moves its brain's."""

    def __init__(self, library: Library, brain: Brain) -> None:
        super().__init__(library)
        self.brain = brain

    def _player(self, side: Side, asked: Asked) -> Player:
        model = self.library.find(asked.model)
        return MortalPlayer(side, model, asked.input, self.brain)


class MortalPlayer:
    def __init__(self, side: Side, model: Model, data: bytes, brain: Brain) -> None:
        self.side, self.model, self.data, self.brain = side, model, data, brain

    def attempts(self, view: GameView, now: int) -> tuple[Move, ...]:
        try:
            move = NEXT_MOVE[self.side](view, Unknown(), now)
        except TraceNeeded:
            question = Question.of(self.model, self.data, self.side, view, now)
            move = self.brain.move(question)
        return () if move is None else (move,)


@contextmanager
def mortal(library: Library, mortality: int) -> Iterator[Mortal]:
    """With a process until the end of the block."""
    brain = Brain(mortality)
    try:
        yield Mortal(library, brain)
    finally:
        brain.kill()
