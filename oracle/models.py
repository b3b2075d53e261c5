"""Which models a node serves: named by people, found on chain, held in the store."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from oracle.chain.events import ModelRegistered
from oracle.deployments import Deployments
from oracle.errors import NotRegistered, UnknownName
from oracle.fetch import GATEWAYS, Limits, fetch
from oracle.library import Library
from oracle.model_store import ModelStore
from oracle.record import Record
from tinynn import models as bundled

HASH_DIGITS = 64


class Shelf:
    """Brings models from anywhere into one store, and from there into a library."""

    def __init__(
        self,
        store: ModelStore,
        record: Record,
        deployments: Deployments,
        limits: Limits,
        gateways: Sequence[str] = GATEWAYS,
    ) -> None:
        self._store, self._record = store, record
        self._deployments = deployments
        self._limits, self._gateways = limits, gateways
        self.library = Library()

    def stock(self, names: Iterable[str]) -> Library:
        """A library of the models named, and of all that the store holds already."""
        for name in names:
            self.bring(name)
        for root in self._store.roots():
            self.library.add(self._store.load(root))
        return self.library

    def bring(self, name: str) -> bytes:
        """Puts the model into the store, wherever it is now; its model root.

        Raises `UnknownName`, `NotRegistered`, `NotFetched` or `WrongImage`.
        """
        if Path(name).is_file():
            return self._store.add(Path(name))
        if (model_id := id_of(self._deployments, name)) is not None:
            return self._fetched(model_id)
        if name in bundled.names():
            return self._store.add(bundled.path(name))
        known = sorted({*self._deployments.models, *bundled.names()})
        raise UnknownName(known, name)

    def _fetched(self, model_id: bytes) -> bytes:
        root = self.registered(model_id).model_root
        if not self._store.holds(root):
            registry = self._record.contracts.registry
            uris = self._record.chain.call(registry, "uris", model_id)
            fetch(self._store, root, uris, self._limits, self._gateways)
        return root

    def registered(self, model_id: bytes) -> ModelRegistered:
        """What was registered under that id."""
        self._record.refresh()
        if model_id not in self._record.tables.models:
            raise NotRegistered(model_id)
        return self._record.tables.models[model_id]


def id_of(deployments: Deployments, name: str) -> bytes | None:
    """A model's id, from hexadecimal or from a name that the deployment knows."""
    digits = name.removeprefix("0x")
    if len(digits) == HASH_DIGITS:
        try:
            return bytes.fromhex(digits)
        except ValueError:
            return None
    return deployments.models.get(name)
