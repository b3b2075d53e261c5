"""What this package is called, and a setting: as a flag, a variable, a key of the file.

Apart from `config`, so that a help text costs no more than its words.
"""

DISTRIBUTION = "plumbline-oracle"
"""Among Python's packages; the command is `plumb`."""
PREFIX = "PLUMB_"
ECOSYSTEM = {
    "rpc_url": "ETH_RPC_URL",
    "account": "ETH_KEYSTORE_ACCOUNT",
    "keystore": "ETH_KEYSTORE",
    "password_file": "ETH_PASSWORD",
    "sender": "ETH_FROM",
}
"""Variables that other tools of the ecosystem read too."""
WRITTEN = {"sender": "from"}
"""Settings whose flag and key are a word that Python keeps for itself."""
REPEATED = {"models": "model", "ipfs_gateways": "ipfs_gateway"}
"""Lists whose flag is given once for each of theirs."""


def variable_of(name: str) -> str:
    """The environment variable of a setting."""
    return ECOSYSTEM.get(name, PREFIX + name.upper())


def key_of(name: str) -> str:
    """The key of a setting in the file."""
    return WRITTEN.get(name, name)


def flag_of(name: str) -> str:
    return "--" + REPEATED.get(name, key_of(name)).replace("_", "-")
