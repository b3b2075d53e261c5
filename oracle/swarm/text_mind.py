"""An agent that answers and ranks with a language model of ours.

It ranks with a single token: the model is asked whether an answer is good, and the
mark is the logit of one word, of which no text has to be made.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np

from oracle.swarm.errors import BadMind
from tinynn.operators.language.pick import FAMILY
from tinynn.text import Asking, TextModel

TEMPLATE: Final = "{prompt}\n\nAnswer: {answer}\n\nIs this answer good, yes or no?"
WORD: Final = "Yes"
LOGITS: Final = 0
"""Of the operator that picks, its first source."""


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
        picks = [o for o in model.model.tables.operators if o.opcode == FAMILY.opcode]
        if len(picks) != 1:
            raise BadMind(model.model.name, "one choice of a token", str(len(picks)))
        self._logits = picks[0].sources[LOGITS]
        tokens = model.codec.encode(word.encode())
        if not tokens:
            raise BadMind(model.model.name, f"a token for {word!r}", "none")
        self._token = tokens[0]

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
        output = program.answer(request)
        at = self._logits
        logits = program.held(at.address, at.count, at.dtype)
        self._check(logits, output)
        return float(logits[self._token])

    def _question(self, prompt: bytes, answer: bytes) -> bytes:
        def text(prompt: bytes, answer: bytes) -> bytes:
            said = answer.decode(errors="replace")
            asked = prompt.decode(errors="replace")
            return self._template.format(prompt=asked, answer=said).encode()

        room = self._model.text.size - len(self._template.encode())
        most = max(0, room - min(len(prompt), room // 2))
        question = text(prompt, answer[:most])
        return question[-self._model.text.size :]

    def _check(self, logits: np.ndarray, output: bytes) -> None:
        """The token that was said is the likeliest of what was read; else the arena's
        place has been used again, and this is no model to rank with."""
        likeliest = self._model.text_of([int(np.argmax(logits))])
        said = self._model.answer_of(output)
        if said and said != likeliest:
            raise BadMind(self._model.model.name, repr(likeliest), repr(said))
