"""Where a command reads, without what only nodes are made of."""

from oracle.config import Settings
from oracle.record.site import Site
from oracle.sending.connection import connected, deployed_on


def site_of(settings: Settings) -> Site:
    """The chain of the settings, and the contracts on it."""
    chain = connected(settings)
    return Site(chain, deployed_on(settings, chain))
