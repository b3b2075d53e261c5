"""JSON-RPC over HTTP: one endpoint, and several that stand in for each other."""
