"""From settings to a chain, an account on it, and the contracts there."""

from oracle import keys
from oracle.chain.chain import Chain
from oracle.chain.endpoint import check_chain
from oracle.chain.failover import FailoverEndpoint
from oracle.chain.sender import Sender
from oracle.config import Settings
from oracle.contracts import check_contracts
from oracle.deployments import Deployments, read_deployments
from oracle.durable import DurableSender
from oracle.store.outbox import Outbox
from oracle.store.store import Store


def connected(settings: Settings) -> Chain:
    """The chain that the settings name; raises `WrongChain` if it is another.

    Where no chain id is set, it is asked for once, and held to from then on.
    """
    endpoint = FailoverEndpoint(settings.rpc_url, settings.chain_id)
    check_chain(endpoint)
    return Chain(endpoint)


def sender_of(settings: Settings, chain: Chain) -> Sender:
    """The account that the settings name, ready to sign, with its outbox."""
    chain_id = chain.endpoint.chain_id
    account = keys.account(settings, chain_id)
    address = bytes.fromhex(account.address.removeprefix("0x"))
    outbox = Outbox(Store(settings.database_url), chain_id, address)
    return DurableSender(chain, account, outbox, settings.max_fee)


def durable_sender_of(settings: Settings, chain: Chain, store: Store) -> DurableSender:
    """The same for a program that goes on, and must know what it sent."""
    chain_id = chain.endpoint.chain_id
    account = keys.account(settings, chain_id)
    outbox = Outbox(store, chain_id, bytes.fromhex(account.address[2:]))
    return DurableSender(chain, account, outbox, settings.max_fee)


def deployed_on(settings: Settings, chain: Chain) -> Deployments:
    """The contracts of that chain; raises unless they lie where they should."""
    found = read_deployments(settings.deployments, chain.endpoint.chain_id)
    check_contracts(chain, found.contracts)
    return found
