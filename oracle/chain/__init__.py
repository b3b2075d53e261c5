"""The chain behind web3.py: an embedded one, or any JSON-RPC node."""
