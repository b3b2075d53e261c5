"""From settings to a chain, an account on it, and the contracts there."""

from web3 import HTTPProvider, Web3

from oracle import keys
from oracle.chain.chain import Chain
from oracle.chain.endpoint import RemoteEndpoint, check_chain
from oracle.chain.sender import Sender
from oracle.config import Settings
from oracle.contracts import check_contracts
from oracle.deployments import Deployments, read_deployments


def connected(settings: Settings) -> Chain:
    """The chain that the settings name; raises `WrongChain` if it is another.

    Where no chain id is set, it is asked for once, and held to from then on.
    """
    url = settings.rpc_url[0]
    chain_id = settings.chain_id
    if chain_id is None:
        chain_id = Web3(HTTPProvider(url)).eth.chain_id
    endpoint = RemoteEndpoint(url, chain_id)
    check_chain(endpoint)
    return Chain(endpoint)


def sender_of(settings: Settings, chain: Chain) -> Sender:
    """The account that the settings name, ready to sign."""
    account = keys.account(settings, chain.endpoint.chain_id)
    return Sender(chain, account, settings.max_fee)


def deployed_on(settings: Settings, chain: Chain) -> Deployments:
    """The contracts of that chain; raises unless they lie where they should."""
    found = read_deployments(settings.deployments, chain.endpoint.chain_id)
    check_contracts(chain, found.contracts)
    return found
