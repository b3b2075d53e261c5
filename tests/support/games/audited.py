"""A worker that has joined `Audits`, and requests that permit it.

Few of its 2^16 secrets are anything: the rest of the tree is zeros, so that a test can
choose them, also as nobody honest would.
"""

from collections.abc import Sequence
from typing import Any

from eth_utils import keccak
from support.chains.evm import ETHER, GWEI, Receipt
from support.games.made_up import MadeUpGame, lying_game
from support.games.protocol import FEE, MIN_LEASE, OUTPUT, Story

DEPTH = 16
RATE, PRIZE, FEED = 1000, 3_000_000, 1000  # a tenth; gas units; a tenth
PRIZE_WEI = PRIZE * GWEI
LEASED, DRAWN, CLEARED, CLOSED = 1, 2, 3, 4  # AuditStage
LIE, OTHER = b"a lie", b"something else"


def word(value: int) -> bytes:
    return value.to_bytes(32, "big")


class Tree:
    """The first secrets of a tree; all other leaves are zero."""

    def __init__(self, secrets: Sequence[bytes]) -> None:
        self.secrets = list(secrets)
        level = [keccak(s + word(i)) for i, s in enumerate(self.secrets)]
        zero, self.levels, self.zeros = bytes(32), [level], [bytes(32)]
        for _ in range(DEPTH):
            if len(level) % 2:
                level = [*level, zero]
            pairs = range(0, len(level), 2)
            level = [keccak(level[i] + level[i + 1]) for i in pairs]
            zero = keccak(zero + zero)
            self.levels.append(level)
            self.zeros.append(zero)
        (self.root,) = level

    def path(self, leaf: int) -> list[bytes]:
        found = []
        for at, level in enumerate(self.levels[:-1]):
            sibling = (leaf >> at) ^ 1
            found.append(level[sibling] if sibling < len(level) else self.zeros[at])
        return found


class AuditedStory(Story):
    """`leaf` is the latest lease's."""

    def __init__(self, chain: Any, **options: Any) -> None:
        super().__init__(chain, **options)
        self.tree = Tree([keccak(b"secret" + bytes([i])) for i in range(64)])

    def join(
        self,
        *,
        rate: int = RATE,
        prize: int = PRIZE,
        feed: int = FEED,
        check: int = 0,
        value: int = ETHER // 10,
        root: bytes | None = None,
    ) -> Receipt:
        terms = (root or self.tree.root, rate, prize, feed, check)
        return self.audits("join", *terms, sender=self.worker, value=value)

    def audits(self, function: str, *args: Any, sender: str, value: int = 0) -> Receipt:
        return self.chain.send("Audits", function, *args, sender=sender, value=value)

    def permit(self, **changes: Any) -> Receipt:
        """A request that permits audits."""
        options = (0, 0, False, False, True)
        sent = self._oracle(
            "requestWith",
            *self.terms(**changes),
            options,
            sender=self.requester,
            value=FEE,
        )
        self.r = sent.event("Requested").request
        return sent

    def leased(self, **changes: Any) -> "AuditedStory":
        self.permit(**changes)
        self.accept()
        self.chain._mine()  # whose hash is drawn with
        return self

    def drawn(self, test: bool, output: bytes | None = None) -> "AuditedStory":
        """A claim that is a test, or none; false if it is, unless `output` says."""
        while True:
            self.leased()
            if self.submit_audited(LIE if test else OUTPUT, only=test, output=output):
                return self

    def submit_audited(
        self, output_if: bytes, only: bool | None = None, output: bytes | None = None
    ) -> Receipt | None:
        """None, and the lease runs out, if it isn't what is wanted."""
        chosen = output_if if output is None else output
        with self.chain.undone():
            self._submit(chosen)
            test = self.is_test
        if only is not None and test != only:
            self.chain.travel_to(self.lease.end)
            expired = ("expireLease", self.r, self.lease)
            self._oracle(*expired, sender=self.stranger)
            return None
        return self._submit(chosen)

    def _submit(self, output: bytes) -> Receipt:
        draw = block_hash(self.audit.accepted + 1)
        call = ("submitAudited", self.r, self.lease, output, draw)
        sent = self._oracle(*call, sender=self.worker)
        claimed = sent.event("Claimed")
        self.claim, self.claim_hash = claimed.claim, sent.result
        self.output = output
        return sent

    @property
    def audit(self) -> Any:
        return self.chain.call("Audits", "getAudit", self.r.id)

    @property
    def program(self) -> Any:
        return self.chain.call("Audits", "getProgram", self.worker)

    @property
    def secret(self) -> bytes:
        return self.tree.secrets[self.audit.leaf]

    @property
    def is_test(self) -> bool:
        return bool(self.chain.call("Audits", "isTest", self.r.id, self.secret))

    def shown(self) -> tuple[bytes, list[bytes]]:
        return self.secret, self.tree.path(self.audit.leaf)

    def window_over(self) -> None:
        self.chain.travel_to(max(self.chain.now, self.claim.windowEnd))

    def clear(self, sender: str | None = None) -> Receipt:
        self.window_over()
        by = sender or self.worker
        return self.audits("clear", self.r.id, *self.shown(), sender=by)

    def confess(self, output: bytes = OUTPUT, sender: str | None = None) -> Receipt:
        """And goes on with the claim that it makes."""
        self.window_over()
        call = ("confess", self.r, self.claim, *self.shown(), output)
        sent = self._oracle(*call, sender=sender or self.worker)
        self.confessed, self.confessed_hash = self.claim, self.claim_hash
        self.claim, self.claim_hash = sent.event("Claimed").claim, sent.result
        self.output = output
        return sent

    def reopen(self) -> Receipt:
        self.chain.travel_to(max(self.chain.now, self.claim.windowEnd + MIN_LEASE))
        call = ("reopenWithheld", self.r, self.claim)
        return self._oracle(*call, sender=self.stranger)

    def collect(self, challenger: str) -> Receipt:
        args = (self.confessed, challenger)
        return self.audits("collect", *args, sender=challenger)

    def challenged_by(self, *names: str) -> list[MadeUpGame]:
        games = []
        for name in names:
            account = self.chain.account(name)
            self.stake(account)
            game = lying_game(self, account, segments=9, instructions=9, lie=(4, 4))
            game.challenge()
            games.append(game)
        return games


def block_hash(number: int) -> bytes:
    """As pyrevm has it, where there are no blocks."""
    return keccak(text=str(number))
