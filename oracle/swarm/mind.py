"""What an agent thinks with: anything that answers prompts and marks answers."""

import json
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from mips_vm.json_text import parse
from oracle.swarm.errors import BadMind


class Mind(Protocol):
    """Both must give the same for the same, or the agent keeps a notebook."""

    def answer(self, prompt: bytes) -> bytes: ...

    def marks(self, prompt: bytes, answers: Sequence[bytes]) -> Sequence[float]:
        """One for each answer; more is better."""
        ...


@dataclass(frozen=True, slots=True)
class Thought:
    """A mind of two functions."""

    answering: Callable[[bytes], bytes]
    marking: Callable[[bytes, Sequence[bytes]], Sequence[float]]

    def answer(self, prompt: bytes) -> bytes:
        return self.answering(prompt)

    def marks(self, prompt: bytes, answers: Sequence[bytes]) -> Sequence[float]:
        return self.marking(prompt, answers)


@dataclass(frozen=True, slots=True)
class Program:
    """A program of the user's: one JSON object in, one out, a process each time.

    {"prompt": "..."} -> {"answer": "..."}
    {"prompt": "...", "answers": ["...", ...]} -> {"marks": [0.5, ...]}
    """

    command: tuple[str, ...]
    seconds: float = 600.0

    def answer(self, prompt: bytes) -> bytes:
        said = self._asked({"prompt": _text(prompt)}, "answer")
        if not isinstance(said, str):
            raise BadMind(self.command[0], '{"answer": text}', repr(said))
        return said.encode()

    def marks(self, prompt: bytes, answers: Sequence[bytes]) -> Sequence[float]:
        asked: dict[str, object] = {
            "prompt": _text(prompt),
            "answers": list(map(_text, answers)),
        }
        said = self._asked(asked, "marks")
        if isinstance(said, list) and len(said) == len(answers):
            if all(type(mark) in (int, float) for mark in said):
                return [float(mark) for mark in said]
        expected = f'{{"marks": {len(answers)} numbers}}'
        raise BadMind(self.command[0], expected, repr(said)[:80])

    def _asked(self, question: dict[str, object], key: str) -> object:
        name = self.command[0]
        try:
            done = subprocess.run(
                self.command,
                input=json.dumps(question).encode(),
                stdout=subprocess.PIPE,
                timeout=self.seconds,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise BadMind(name, f"an end within {self.seconds:g} s", "none") from None
        if done.returncode:
            raise BadMind(name, "exit status 0", str(done.returncode))
        try:
            said = parse(done.stdout)
        except ValueError as error:
            raise BadMind(name, "one JSON object", str(error)) from None
        if not isinstance(said, dict) or key not in said:
            raise BadMind(name, f'an object with "{key}"', repr(said)[:80])
        return said[key]


def _text(data: bytes) -> str:
    return data.decode(errors="replace")
