"""Chains without a network: py-evm in this process, and its JSON-RPC."""
