"""What workers and challengers have at stake, asked of the chain once a block."""

from collections.abc import Iterable
from threading import Lock
from typing import Final

from oracle.node.loop import OUTAGES
from oracle.web.scene.onlooker import Scene
from oracle.web.views.basics import Data

MOST_ASKED: Final = 50
"""Accounts a block, so that no list makes the chain be asked without end."""


class Stakes:
    """Visitors make the chain be asked no more than once a block and account."""

    def __init__(self) -> None:
        self._block = b""
        self._found: dict[bytes, Data | None] = {}
        self._lock = Lock()

    def of(self, scene: Scene, accounts: Iterable[bytes]) -> dict[bytes, Data | None]:
        """Wei, as text, that may be withdrawn and that are bound by claims and games.
        None where the chain gave no answer, or was asked enough in this block."""
        with self._lock:
            if scene.head.hash != self._block:
                self._block, self._found = scene.head.hash, {}
            return {account: self._one(scene, account) for account in accounts}

    def _one(self, scene: Scene, account: bytes) -> Data | None:
        if account in self._found:
            return self._found[account]
        if len(self._found) >= MOST_ASKED:
            return None
        staking = scene.site.deployments.contracts.staking
        try:
            free, locked = scene.site.chain.call(staking, "balanceOf", account)
        except OUTAGES:
            found = None
        else:
            found = {"free_wei": str(free), "locked_wei": str(locked)}
        self._found[account] = found
        return found
