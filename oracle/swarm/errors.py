"""What can go wrong in a swarm.

SwarmError
|-- BadMind: a user's program gives something else than an answer or marks
|-- ForgottenAnswer: what was sealed can't be found again
|-- NoSwarm: the deployments file names none
`-- NoRound: there is no such round
"""

from oracle.errors import OracleError


class SwarmError(OracleError):
    """Root of this folder's errors."""


class BadMind(SwarmError):
    def __init__(self, name: str, expected: str, actual: str) -> None:
        super().__init__(f"{name}: expected {expected}, got {actual}")


class ForgottenAnswer(SwarmError):
    def __init__(self, round: int) -> None:
        super().__init__(
            f"round {round}: the answer that was sealed is not the one that the agent "
            "gives now; without the first its ticket is lost"
        )


class NoSwarm(SwarmError):
    def __init__(self, path: object) -> None:
        super().__init__(
            f"expected a swarm in {path}, got none: `plumb swarm deploy` makes one"
        )


class NoRound(SwarmError):
    def __init__(self, last: int, actual: int) -> None:
        super().__init__(f"expected a round from 1 to {last}, got {actual}")
