"""A worker's part in audits: which of its answers must be false, and saying so.

All that it needs is on the chain or follows from its key, so it may be killed at any
instant, and go on.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

from challenge.claim import Claim, Lease
from oracle.audits.errors import NoSuchTree
from oracle.audits.secrets import MOST_TREES, Secrets, about, false_output, is_test
from oracle.chain.chain import Chain
from oracle.chain.contracts import Contracts
from oracle.logs import logger
from oracle.record.record import Answered, Asked
from oracle.sending.sender import Sender

log = logger(__name__)


class Stage(IntEnum):
    """As `IAudits.AuditStage`."""

    NONE = 0
    LEASED = 1
    DRAWN = 2
    CLEARED = 3
    CLOSED = 4


@dataclass(frozen=True, slots=True)
class Audit:
    """What the contract holds of a request's latest audited attempt."""

    stage: Stage
    rate_bps: int
    leaf: int
    attempt: int
    accepted: int
    """Number of the block that accepted."""
    draw: bytes
    """Hash of the block after that; zero until it was submitted."""

    @classmethod
    def of(cls, chain: Chain, contracts: Contracts, request_id: int) -> "Audit":
        held = chain.known(contracts.audits, "getAudit", request_id)
        _, _, stage, rate_bps, leaf, attempt, accepted, _, draw = held
        return cls(Stage(stage), rate_bps, leaf, attempt, accepted, draw)


@dataclass(slots=True)
class Auditee:
    """One account's."""

    sender: Sender
    contracts: Contracts
    _root: bytes = b""
    _secrets: Secrets | None = None
    _tests: dict[bytes, bool] = field(default_factory=dict)

    @property
    def chain(self) -> Chain:
        return self.sender.chain

    def answer(
        self, asked: Asked, lease: Lease, truth: bytes
    ) -> tuple[Any, ...] | None:
        """Arguments of `submitAudited`; None while the block that draws isn't there.

        INVARIANT: they name that block's hash, so that what was false for one draw is
        never mined with another.
        """
        audit = Audit.of(self.chain, self.contracts, asked.request.id)
        draw = self.chain.block_hash(audit.accepted + 1)
        if not draw:
            return None
        secret = self._secret(audit)
        output = truth
        if self._is_test(audit, asked.request.id, secret, draw):
            output = false_output(truth, secret)
        return asked.request, lease, output, draw

    def waits_in(self, asked: Asked) -> int:
        """Number of the block before the one that draws."""
        return Audit.of(self.chain, self.contracts, asked.request.id).accepted

    def is_test(self, answered: Answered) -> bool:
        """Whether an own audited claim is one; such a claim is never opened."""
        if answered.hash not in self._tests:
            claim = answered.claim
            audit = Audit.of(self.chain, self.contracts, claim.request_id)
            if audit.attempt != claim.attempt or audit.stage < Stage.DRAWN:
                return False
            found = (audit, claim.request_id, self._secret(audit), audit.draw)
            self._tests[answered.hash] = self._is_test(*found)
        return self._tests[answered.hash]

    def stage(self, claim: Claim) -> Stage:
        return Audit.of(self.chain, self.contracts, claim.request_id).stage

    def shown(self, claim: Claim) -> tuple[bytes, tuple[bytes, ...]]:
        """The claim's secret, and its path."""
        audit = Audit.of(self.chain, self.contracts, claim.request_id)
        return self._secret(audit), self._tree().path(audit.leaf)

    def keep_only(self, standing: set[bytes]) -> None:
        """Forgets claims that are gone."""
        self._tests = {h: t for h, t in self._tests.items() if h in standing}

    def next_tree(self) -> Secrets:
        """The first whose root the account hasn't joined with."""
        return next(tree for tree in self._trees() if not self._joined_with(tree.root))

    def _is_test(
        self, audit: Audit, request_id: int, secret: bytes, draw: bytes
    ) -> bool:
        return is_test(
            secret,
            oracle=self.contracts.oracle.address,
            chain_id=self.chain.endpoint.chain_id,
            request_id=request_id,
            attempt=audit.attempt,
            draw=draw,
            rate_bps=audit.rate_bps,
        )

    def _secret(self, audit: Audit) -> bytes:
        return self._tree().secret(audit.leaf)

    def _tree(self) -> Secrets:
        """The one that the account has joined with last; no other is asked for while
        an audit is open."""
        program = self.chain.known(
            self.contracts.audits, "getProgram", self.sender.address
        )
        root = bytes(program[0])
        if self._secrets is None or self._secrets.root != root:
            found = (tree for tree in self._trees() if tree.root == root)
            self._secrets = next(found, None)
        if self._secrets is None:
            raise NoSuchTree(root, self.sender.address)
        return self._secrets

    def _trees(self) -> Iterator[Secrets]:
        where = (self.chain.endpoint.chain_id, self.contracts.audits.address)
        for number in range(MOST_TREES):
            yield Secrets(self.sender.derived(about(*where, number)))

    def _joined_with(self, root: bytes) -> bool:
        audits = self.contracts.audits
        asked = (self.sender.address, root)
        return bool(self.chain.call(audits, "wasUsed", *asked))
