"""The accounts of a development chain: everyone knows their keys."""

from eth_account import Account
from eth_account.hdaccount import seed_from_mnemonic
from eth_account.hdaccount.deterministic import HDPath
from eth_account.signers.local import LocalAccount

from oracle.chain.local.known import MNEMONIC, PATH


def development_accounts(count: int) -> list[LocalAccount]:
    """The first accounts that Hardhat, Foundry and others use too."""
    seed = seed_from_mnemonic(MNEMONIC, "")
    keys = (HDPath(f"{PATH}/{index}").derive(seed) for index in range(count))
    return [Account.from_key(key) for key in keys]
