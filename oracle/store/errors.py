"""What can go wrong with the database.

StoreError
├── StoreUnusable       the database cannot be read or written; says what may help
├── StoreOfAnotherTime  its tables are of another version
├── OnItsWay            a transaction of that key is signed and not settled
├── NonceTaken          another transaction of the account has that nonce
└── LeaseLost           another process acts for the account in this role
"""

from oracle.errors import OracleError


class StoreError(OracleError):
    """Root of the errors of this folder."""


class StoreUnusable(StoreError):
    def __init__(self, where: str, problem: str, cure: str) -> None:
        self.where, self.cure = where, cure
        super().__init__(f"{where}: expected a usable database, got: {problem}; {cure}")


class StoreOfAnotherTime(StoreError):
    def __init__(self, where: str, expected: int, actual: int) -> None:
        self.where, self.expected, self.actual = where, expected, actual
        super().__init__(
            f"{where}: expected tables of version {expected}, got {actual}"
        )


class OnItsWay(StoreError):
    def __init__(self, key: str) -> None:
        self.key = key
        super().__init__(f"expected no transaction of {key} on its way, got one")


class NonceTaken(StoreError):
    def __init__(self, nonce: int) -> None:
        self.nonce = nonce
        super().__init__(f"expected nonce {nonce} to be free, got a transaction of it")


class LeaseLost(StoreError):
    def __init__(self, role: str, holder: str) -> None:
        self.role, self.holder = role, holder
        super().__init__(f"expected to be the {role} of this account, got: {holder} is")
