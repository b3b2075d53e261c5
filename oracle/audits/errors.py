"""What can go wrong about audits.

OracleError
├── NoSuchTree  an account's secrets don't follow from its key
└── BadTerms    rates that the contract would refuse, and why
"""

from collections.abc import Sequence

from oracle.errors import OracleError


class NoSuchTree(OracleError):
    """The account has joined with a root that doesn't follow from its key."""

    def __init__(self, root: bytes, account: bytes) -> None:
        super().__init__(
            f"secrets: expected a tree of account 0x{account.hex()} with the root that "
            f"it has joined audits with, got none of 0x{root.hex()}: another key, or "
            "another program, made it; `plumb worker audits leave`, then join again"
        )
        self.root, self.account = root, account


class BadTerms(OracleError):
    """Rates outside the inequalities that make audits work."""

    def __init__(self, objections: Sequence[str]) -> None:
        super().__init__("; ".join(objections))
        self.objections = tuple(objections)
