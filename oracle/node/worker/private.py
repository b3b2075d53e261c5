"""Models whose images are never published: asked by their owners alone.

Nobody else holds such an image, so nobody else can check an answer: whoever asks must
trust the worker. An owner that runs the worker can wrong only itself. So what others
ask is declined, whatever it pays.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from oracle.record.record import Asked

ADDRESS_BYTES = 20


@dataclass(frozen=True, slots=True)
class Private:
    """`owners`: who may ask (20 bytes each), by model root: whatever the model is
    registered as, by whomever, it is the same image."""

    owners: Mapping[bytes, frozenset[bytes]] = field(default_factory=dict)

    def objection(self, asked: Asked) -> str:
        """Why the request is declined; empty if it is not."""
        owners = self.owners.get(asked.model.model_root)
        if owners is None or asked.request.requester in owners:
            return ""
        expected = " or ".join(sorted("0x" + owner.hex() for owner in owners))
        actual = "0x" + asked.request.requester.hex()
        return f"private: expected a request of {expected}, got one of {actual}"


NOTHING_PRIVATE = Private()


@dataclass(frozen=True, slots=True)
class Owned:
    """A setting `MODEL=ADDRESS`: a model by any name, and who may ask it."""

    name: str
    owner: bytes

    @classmethod
    def parsed(cls, text: str) -> "Owned":
        """Raises ValueError with what was expected."""
        name, _, address = text.rpartition("=")
        digits = address.strip().removeprefix("0x")
        try:
            owner = bytes.fromhex(digits)
        except ValueError:
            owner = b""
        if not name.strip() or len(owner) != ADDRESS_BYTES:
            raise ValueError(
                "expected MODEL=ADDRESS, such as ./secret.plumb=0x"
                + "12" * ADDRESS_BYTES
            )
        return cls(name.strip(), owner)
