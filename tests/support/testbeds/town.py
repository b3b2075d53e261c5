"""A swarm on an embedded chain, with agents that are stepped by hand."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from eth_account import Account
from eth_utils import keccak

from oracle.chain.chain import Chain, contract_of
from oracle.chain.local.endpoint import EmbeddedEndpoint
from oracle.sending.sender import Sender
from oracle.swarm.asking import Asking, ask
from oracle.swarm.mind import Mind, Thought
from oracle.swarm.notebook import NoNotebook, Notebook
from oracle.swarm.place import BANK, SWARM, Place, deploy, secret_of
from oracle.swarm.player import Agent, Wishes
from oracle.swarm.reader import Reader
from oracle.swarm.record import Phase, Round
from oracle.swarm.seat import Seat
from solidity import artifact

ETHER = 10**18
REWARD = ETHER // 100


def keys(count: int) -> list[Any]:
    return [Account.from_key(keccak(text=f"agent {i}")) for i in range(count)]


def thinker(number: int) -> Thought:
    """Answers with a number, and likes longer and larger answers."""

    def marks(prompt: bytes, answers: Sequence[bytes]) -> list[float]:
        return [float(int(answer or b"0")) for answer in answers]

    return Thought(lambda prompt: str(number).encode(), marks)


class Town:
    """A client and agents, each with a key of its own, and a chain for them."""

    def __init__(self, agents: int, minds: Callable[[int], Mind] = thinker) -> None:
        accounts = keys(agents + 1)
        given = {bytes.fromhex(a.address[2:]): 10 * ETHER for a in accounts}
        self.endpoint = EmbeddedEndpoint(given)
        self.client = Sender(Chain(self.endpoint), accounts[0])
        placed = deploy(self.client)
        self.place = Place(
            self.client.chain,
            contract_of(artifact("Swarm"), placed[SWARM].address),
            contract_of(artifact("Staking"), placed[BANK].address),
            placed[SWARM].block,
        )
        self._accounts, self._minds = accounts[1:], minds
        self.seats = [self.seat(i) for i in range(agents)]

    def seat(
        self,
        index: int,
        wishes: Wishes | None = None,
        notebook: Notebook | None = None,
        mind: Mind | None = None,
    ) -> Seat:
        """A new process of that agent: it knows its key and what it thinks."""
        sender = Sender(Chain(self.endpoint), self._accounts[index])
        agent = Agent(
            site=self.place.site,
            address=sender.address,
            secret=secret_of(sender, self.place.site),
            mind=mind or self._minds(index),
            wishes=wishes or Wishes(),
            notebook=notebook or NoNotebook(),
        )
        return Seat(agent, sender, self.place.swarm, self.place.bank, self.place.since)

    def ask(self, **changes: Any) -> int:
        asking = Asking(**changes)
        return ask(self.place, self.client, asking, b"a number, please", REWARD)[0]

    def draw(self, round: int = 1) -> None:
        """The client does it, so that no agent has revealed yet."""
        self.client.send(self.place.swarm, "draw", round)

    @property
    def rounds(self) -> dict[int, Round]:
        reader = Reader(self.place.chain, self.place.swarm, self.place.since)
        reader.look()
        return reader.rounds.by_id

    def phase(self, round: int = 1) -> Phase:
        """By the record, which has to agree with the contract."""
        found = self.rounds[round].phase(self.place.chain.now())
        told = self.place.chain.call(self.place.swarm, "phaseOf", round)
        assert found == told
        return found

    def step(self, seats: Iterable[Seat] | None = None) -> list[str]:
        """Each agent once; what was sent."""
        sent = []
        for seat in self.seats if seats is None else seats:
            sent += [move.function for move, _ in seat.step()]
        return sent

    def pass_to(self, instant: int) -> None:
        seconds = instant - self.place.chain.now()
        if seconds > 0:
            self.endpoint.travel(seconds)

    def next_phase(self, round: int = 1) -> None:
        """Lets the time of the present phase run out."""
        known = self.rounds[round]
        end = {
            Phase.ENTRY: known.terms.entry_end,
            Phase.REVEAL: known.draw and known.reveal_end,
            Phase.SEAL: known.draw and known.seal_end,
            Phase.SHOW: known.draw and known.show_end,
        }.get(self.phase(round))
        self.pass_to(end or self.place.chain.now() + 120)

    def play(self, round: int = 1, rounds: int = 30) -> None:
        """Until the round is over and everybody has looked at it once more."""
        for _ in range(rounds):
            before = self.phase(round)
            sent = self.step()
            if not sent and before in (Phase.OVER, Phase.VOID):
                return
            if not sent:
                self.next_phase(round)
        raise AssertionError(f"round {round} does not end: {self.phase(round)}")

    def owned(self, seat: Seat) -> tuple[int, int]:
        """Free and locked wei in the bank."""
        address = seat.agent.address
        free, locked = self.place.chain.call(self.place.bank, "balanceOf", address)
        return free, locked
