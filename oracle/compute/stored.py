"""Images on a machine that computes for others: once each, in the store of models."""

from collections.abc import Callable
from pathlib import Path
from secrets import token_hex

from oracle.config import Settings
from oracle.models.model_store import ModelStore
from tinynn.image.image import Bytes


def stored(model_root: bytes, get: Callable[[], Bytes]) -> Path:
    """The image's file, under the home that this machine's settings name; got now if
    the store lacks it. Raises `WrongImage` if that is another."""
    store = ModelStore(Settings.read().home.expanduser() / "models")
    if not store.holds(model_root):
        with store.part(model_root, token_hex(4)) as part:
            part.write_bytes(get().data)
            store.finish(part, model_root)
    return store.path_of(model_root)
