"""The model images that a node holds, each loaded and validated; some it also serves.

What is held is enough to check others' answers, and to stand by one's own. New answers
are given only for models that are offered: a model that its operator once looked at may
be anyone's, and of any price to serve.
"""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import tinynn
from oracle.chain.events import ModelRegistered
from oracle.errors import ProgramMismatch, UnknownModel
from oracle.logs import logger
from tinynn import guest

log = logger(__name__)


def _wanted_in_vain(registered: ModelRegistered) -> None:
    """Nobody fetches."""


class Library:
    """Images by model root, all for the one guest that this node knows.

    Images may be added by another thread while a node looks them up.
    """

    def __init__(self, images: Iterable[Path] = ()) -> None:
        """The images given are offered."""
        self._models = {model.model_root: model for model in map(tinynn.load, images)}
        self._offered = set(self._models)
        self._told: set[bytes] = set()
        self.wanted: Callable[[ModelRegistered], None] = _wanted_in_vain
        """Told once of each model that isn't held, and is needed."""

    def __len__(self) -> int:
        return len(self._models)

    @property
    def served(self) -> int:
        """How many are held and offered."""
        return len(self._offered & self._models.keys())

    def __iter__(self) -> Iterator[tinynn.Model]:
        return iter(list(self._models.values()))

    def add(self, model: tinynn.Model) -> None:
        """From now on it can be found."""
        self._models[model.model_root] = model

    def offer(self, model_root: bytes) -> None:
        """From now on it is served, or will be once it is here."""
        self._offered.add(model_root)

    def withdraw(self, model_root: bytes) -> None:
        """From now on it is only held."""
        self._offered.discard(model_root)

    def holds(self, registered: ModelRegistered) -> bool:
        """Whether an answer of this model can be checked or defended here."""
        known_guest = registered.program_root == guest.program_root()
        return known_guest and registered.model_root in self._models

    def serves(self, registered: ModelRegistered) -> bool:
        """Whether requests of this model are to be answered here."""
        return self.holds(registered) and registered.model_root in self._offered

    def keep(self, registered: ModelRegistered) -> None:
        """Money depends on this model's image, whether it is served or not: says so,
        once, if it isn't; if it isn't even held, it is wanted."""
        root = registered.model_root
        if self.serves(registered) or root in self._told:
            return
        self._told.add(root)
        if root not in self._models:
            self.wanted(registered)
            return
        log.warning(
            "defends a model that is not named",
            model="0x" + registered.model_id.hex(),
            cure="keep its image; name it with --model to answer new requests of it",
        )

    def find(self, registered: ModelRegistered) -> tinynn.Model:
        """The model, or `UnknownModel`, or `ProgramMismatch`."""
        if registered.program_root != guest.program_root():
            raise ProgramMismatch(guest.program_root(), registered.program_root)
        if registered.model_root not in self._models:
            self.keep(registered)
            raise UnknownModel(registered.model_id)
        return self._models[registered.model_root]
