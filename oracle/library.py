"""The model images that a node holds, each loaded and validated."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import tinynn
from oracle.chain.events import ModelRegistered
from oracle.errors import ProgramMismatch, UnknownModel
from tinynn import guest


class Library:
    """Images by model root, all for the one guest that this node knows."""

    def __init__(self, images: Iterable[Path] = ()) -> None:
        self._models = {model.model_root: model for model in map(tinynn.load, images)}

    def __len__(self) -> int:
        return len(self._models)

    def __iter__(self) -> Iterator[tinynn.Model]:
        return iter(list(self._models.values()))

    def add(self, model: tinynn.Model) -> None:
        """From now on it can be found."""
        self._models[model.model_root] = model

    def holds(self, registered: ModelRegistered) -> bool:
        """Whether a request of this model can be answered or checked here."""
        known_guest = registered.program_root == guest.program_root()
        return known_guest and registered.model_root in self._models

    def find(self, registered: ModelRegistered) -> tinynn.Model:
        """The model, or `UnknownModel`, or `ProgramMismatch`."""
        if registered.program_root != guest.program_root():
            raise ProgramMismatch(guest.program_root(), registered.program_root)
        if registered.model_root not in self._models:
            raise UnknownModel(registered.model_id)
        return self._models[registered.model_root]
