"""Which models a node serves: named by people, found on chain, held in the store."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from threading import Event

import tinynn
from oracle.chain.chain import Chain
from oracle.chain.deployments import Deployments
from oracle.chain.errors import Refused
from oracle.chain.events import ModelRegistered
from oracle.errors import NotRegistered, UnknownName
from oracle.models.fetch import PUBLISHED, Sources, fetch
from oracle.models.library import Library
from oracle.models.model_store import ModelStore
from tinynn import models as bundled

HASH_DIGITS = 64
STORE = "store"
"""Names all that the store holds."""


@dataclass(frozen=True, slots=True)
class Named:
    """A model as somebody named it, and what its image is. `model_id` is the
    registry's, where its URIs are; none if the image came from this machine."""

    name: str
    root: bytes
    model_id: bytes | None = None

    @classmethod
    def registered(cls, told: ModelRegistered) -> "Named":
        return cls("0x" + told.model_id.hex(), told.model_root, told.model_id)


class ModelProvider:
    """Brings models from anywhere into one store, and from there into a library."""

    def __init__(
        self,
        store: ModelStore,
        chain: Chain,
        deployments: Deployments,
        sources: Sources = PUBLISHED,
    ) -> None:
        self._store, self._chain = store, chain
        self._deployments, self._sources = deployments, sources

    def stock(self, names: Iterable[str]) -> Library:
        """A library of the models named, fetched now if need be, and of all that the
        store holds already."""
        library, missing = self.at_hand(names, offer_all=True)
        for named in missing:
            library.add(self.fetch(named))
        return library

    def at_hand(
        self, names: Iterable[str], offer_all: bool
    ) -> tuple[Library, list[Named]]:
        """A library of all that is on this machine, and what is named and isn't here.

        What is named is offered; with `offer_all`, or if `store` is among the names,
        so is all that the store holds. Nobody but the chain is asked for anything.
        """
        listed = list(names)
        found = [self.find(name) for name in listed if name != STORE]
        held = list(self._store.roots())
        library = Library()
        for root in held:
            library.add(self._store.load(root))
        everything = offer_all or STORE in listed
        for root in {named.root for named in found} | set(held if everything else ()):
            library.offer(root)
        missing = {named.root: named for named in found if named.root not in held}
        return library, list(missing.values())

    def find(self, name: str) -> Named:
        """The model of that name; its image comes into the store if this machine has
        it. Raises `UnknownName`, `NotRegistered` or `NoImage`."""
        if Path(name).is_file():
            return Named(name, self._store.add(Path(name)))
        if (model_id := id_of(self._deployments, name)) is not None:
            root = self._root_of(model_id)
            if not self._store.holds(root):
                self._add_bundled(root)
            return Named(name, root, model_id)
        if name in bundled.names():
            return Named(name, self._store.add(bundled.path(name)))
        known = sorted({*self._deployments.models, *bundled.names()})
        raise UnknownName(known, name)

    def bring(self, name: str) -> bytes:
        """Puts the model into the store, wherever it is now; its model root.

        Raises `UnknownName`, `NotRegistered`, `NotFetched` or `WrongImage`.
        """
        named = self.find(name)
        self._get(named)
        return named.root

    def fetch(self, named: Named, stop: Event | None = None) -> tinynn.Model:
        """The model, from its publisher's URIs as they are now if it isn't here.

        Raises `NotFetched`, `WrongImage`, or `FetchStopped` soon after `stop` is set.
        """
        self._get(named, stop)
        return self._store.load(named.root)

    def _get(self, named: Named, stop: Event | None = None) -> None:
        if not self._store.holds(named.root):
            registry = self._deployments.contracts.registry
            uris = self._chain.call(registry, "uris", named.model_id)
            fetch(self._store, named.root, uris, self._sources, stop)

    def _root_of(self, model_id: bytes) -> bytes:
        registry = self._deployments.contracts.registry
        try:
            _, _, root, _ = self._chain.call(registry, "model", model_id)
        except Refused as refused:
            if refused.name != "UnknownModel":
                raise
            raise NotRegistered(model_id) from None
        return bytes(root)

    def _add_bundled(self, root: bytes) -> None:
        """Models that come with this package need no fetching."""
        for path in map(bundled.path, bundled.names()):
            if tinynn.load(path).model_root == root:
                self._store.add(path)


def id_of(deployments: Deployments, name: str) -> bytes | None:
    """A model's id, from hexadecimal or from a name that the deployment knows."""
    digits = name.removeprefix("0x")
    if len(digits) == HASH_DIGITS:
        try:
            return bytes.fromhex(digits)
        except ValueError:
            return None
    return deployments.models.get(name)
