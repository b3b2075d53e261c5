"""From settings to a chain, an account on it, and the contracts there.

Who only reads needs neither keys nor a database: these are imported by who sends.
"""

from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from oracle.chain.chain import Chain
from oracle.chain.confirmations import Depth, Wanted, finalized_on, wanted_on
from oracle.chain.contracts import Contracts, check_contracts
from oracle.chain.deployments import Deployments, read_deployments
from oracle.chain.errors import NotConnected, Unavailable
from oracle.chain.providers.failover import FailoverEndpoint
from oracle.config import Settings
from oracle.errors import NoFinalizedBlock

if TYPE_CHECKING:
    from oracle.sending.durable import DurableSender
    from oracle.store.store import Store


def connected(settings: Settings) -> Chain:
    """The chain that the settings name; raises `WrongChain` if it is another.

    Where no chain id is set, it is asked for once, and held to from then on.
    """
    return Chain(endpoint_at(settings.rpc_url, settings.chain_id))


def endpoint_at(urls: Sequence[str], chain_id: int | None) -> FailoverEndpoint:
    """One that answers. Raises `WrongChain`, or `NotConnected` at once: whoever starts
    something learns soonest what is wrong with what it was told."""
    try:
        endpoint = FailoverEndpoint(urls, chain_id)
        endpoint.provider.meet()
    except Unavailable as error:
        raise NotConnected(error.complaints) from None
    return endpoint


def hold_to_chain(chain: Chain, contracts: Contracts, depth: Wanted | None) -> None:
    """From now on another chain with the same id, such as a development node that was
    started anew, is told by its first block, or by the one that the contracts were
    placed in, once that is so deep that it counts as done."""
    endpoint = chain.endpoint
    if not isinstance(endpoint, FailoverEndpoint):
        return
    wanted, finalized = wanted_on(chain, depth), -1
    with suppress(NoFinalizedBlock):
        finalized = finalized_on(chain, wanted)
    done = Depth(wanted, chain.height, finalized)
    for number in (0, contracts.block):
        block = chain.block_hash(number)
        if block and (not number or done.is_done(number)):
            endpoint.hold_to(number, block)


def store_of(settings: Settings, chain: Chain) -> "Store":
    """Where outbox, log and history of this very chain are kept.

    Development chains share an id; what was sent on one must not be sent on the next.
    """
    from oracle.store.store import Store

    url = settings.database
    if url is None:
        identity = f"{chain.endpoint.chain_id}-{chain.block_hash(0).hex()[:8]}"
        url = f"sqlite:///{settings.home / identity}.db"
    return Store(url)


def sender_of(
    settings: Settings, chain: Chain, store: "Store | None" = None
) -> "DurableSender":
    """The account that the settings name, ready to sign, with its outbox."""
    from oracle.sending import keys
    from oracle.sending.durable import DurableSender
    from oracle.store.outbox import Outbox

    chain_id = chain.endpoint.chain_id
    account = keys.account(settings, chain_id)
    address = bytes.fromhex(account.address.removeprefix("0x"))
    outbox = Outbox(store or store_of(settings, chain), chain_id, address)
    return DurableSender(chain, account, outbox, settings.max_fee)


def deployed_on(settings: Settings, chain: Chain) -> Deployments:
    """The contracts of that chain; raises unless they lie where they should."""
    found = read_deployments(settings.deployments, chain.endpoint.chain_id)
    check_contracts(chain, found.contracts)
    return found
