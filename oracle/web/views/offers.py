"""What a request should pay, reckoned once a block for each model that is asked of."""

from threading import Lock
from typing import Any, Final

from oracle.chain.events import ModelRegistered
from oracle.compute.work import work_of
from oracle.requester.fees import Sizes, reckoned
from oracle.web.scene.onlooker import Scene

WINDOW_SECONDS: Final = 600
"""In which an answer can be challenged, of what is asked for on the page."""
KEPT: Final = 64


class Offers:
    """Visitors make the chain be asked no more than once a block and model."""

    def __init__(self) -> None:
        self._found: dict[tuple[bytes, bytes], dict[str, Any]] = {}
        self._lock = Lock()

    def offer(self, scene: Scene, of: ModelRegistered) -> dict[str, Any] | None:
        """Amounts in wei, as text, for the longest answer; None if its image is not
        here, which knows how long that is."""
        model = scene.model_of(of)
        if model is None:
            return None
        key = (scene.head.hash, of.model_id)
        with self._lock:
            if key not in self._found:
                if len(self._found) >= KEPT:
                    self._found.clear()
                site = scene.site
                contracts = site.deployments.contracts
                tables = model.tables
                sizes = Sizes(
                    tables.output_bytes,
                    window=WINDOW_SECONDS,
                    work=work_of(tables),
                    passes=tables.loop.passes,
                )
                found = reckoned(site.chain, contracts, of.model_id, sizes)
                self._found[key] = {
                    "fee_wei": str(found.offer_wei),
                    "bond_wei": str(found.bond_wei),
                    "window": WINDOW_SECONDS,
                }
            return self._found[key]
