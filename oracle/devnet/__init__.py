"""The devnet: the embedded chain served over JSON-RPC, with the contracts in place."""
