"""From settings to a chain, an account on it, and the contracts there.

Who only reads needs neither keys nor a database: these are imported by who sends.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from oracle.chain.chain import Chain
from oracle.chain.contracts import check_contracts
from oracle.chain.deployments import Deployments, read_deployments
from oracle.chain.endpoint import check_chain
from oracle.chain.errors import NotConnected, Unavailable
from oracle.chain.providers.failover import FailoverEndpoint
from oracle.config import Settings

if TYPE_CHECKING:
    from oracle.sending.durable import DurableSender
    from oracle.store.store import Store


def connected(settings: Settings) -> Chain:
    """The chain that the settings name; raises `WrongChain` if it is another.

    Where no chain id is set, it is asked for once, and held to from then on.
    """
    return Chain(endpoint_at(settings.rpc_url, settings.chain_id))


def endpoint_at(urls: Sequence[str], chain_id: int | None) -> FailoverEndpoint:
    """One that answers. Raises `WrongChain`, or `NotConnected`."""
    try:
        endpoint = FailoverEndpoint(urls, chain_id)
        check_chain(endpoint)
    except Unavailable as error:
        raise NotConnected(error.complaints) from None
    return endpoint


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
