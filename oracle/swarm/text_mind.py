"""An agent that answers and ranks with a language model of ours.

It ranks with a single token: the model is asked whether an answer is good, and the
mark is the logit of one word, of which no text has to be made.
"""

from collections.abc import Sequence
from typing import Final

from oracle.swarm.errors import BadMind
from tinynn.asking import Asking
from tinynn.memory.tensor import item_bytes
from tinynn.operators.language.pick import FAMILY
from tinynn.text import TextModel

TEMPLATE: Final = "{prompt}\n\nAnswer: {answer}\n\nIs this answer good, yes or no?"
WORD: Final = "Yes"
LOGITS: Final = 0
"""Of the operator that picks, its first source."""
FLOAT_BYTES: Final = 4


class TextMind:
    """Greedy, so that it says the same each time. `max_tokens`: of an answer. What does
    not fit into the model's text is cut off: of an answer its end, then of the prompt
    its beginning."""

    def __init__(
        self,
        model: TextModel,
        max_tokens: int = 64,
        template: str = TEMPLATE,
        word: str = WORD,
        threads: int = 1,
    ) -> None:
        self._model, self._threads = model, threads
        self._max_tokens, self._template = max_tokens, template
        operators = model.model.tables.operators
        picks = [i for i, o in enumerate(operators) if o.opcode == FAMILY.opcode]
        if len(picks) != 1:
            raise BadMind(model.model.name, "one choice of a token", str(len(picks)))
        logits = operators[picks[0]].sources[LOGITS]
        tokens = model.codec.encode(word.encode())
        if not tokens:
            raise BadMind(model.model.name, f"a token for {word!r}", "none")
        self._logit = logits.address + FLOAT_BYTES * tokens[0]
        self._check_kept(picks[0])

    def answer(self, prompt: bytes) -> bytes:
        text = prompt[-self._model.text.size :]
        request = self._model.request(text, Asking(self._max_tokens))
        output = self._model.model.answer(request, self._threads)
        return self._model.answer_of(output)

    def marks(self, prompt: bytes, answers: Sequence[bytes]) -> Sequence[float]:
        return [self.mark(prompt, answer) for answer in answers]

    def mark(self, prompt: bytes, answer: bytes) -> float:
        """The word's logit, behind the question about this answer."""
        request = self._model.request(self._question(prompt, answer), Asking(1))
        program = self._model.model.ready(self._threads)
        program.looped(request)
        (logit,) = program.held(self._logit, 1, "float32")
        return float(logit)

    def _question(self, prompt: bytes, answer: bytes) -> bytes:
        def text(prompt: bytes, answer: bytes) -> bytes:
            said = answer.decode(errors="replace")
            asked = prompt.decode(errors="replace")
            return self._template.format(prompt=asked, answer=said).encode()

        room = self._model.text.size - len(self._template.encode())
        most = max(0, room - min(len(prompt), room // 2))
        question = text(prompt, answer[:most])
        return question[-self._model.text.size :]

    def _check_kept(self, pick: int) -> None:
        """INVARIANT: nothing that a pass does behind its choice is put where the logit
        lies; the arena's places are used again."""
        tables, at = self._model.model.tables, self._logit
        rows = tables.segments[tables.loop.first : tables.loop.end]
        for index in {row.operator for row in rows if row.operator > pick}:
            target = tables.operators[index].target
            end = target.address + target.count * item_bytes(target.dtype)
            if target.address < at + FLOAT_BYTES and at < end:
                name = self._model.model.name
                raise BadMind(name, "a logit that is kept", f"operator {index} on it")
