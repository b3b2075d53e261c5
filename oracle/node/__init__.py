"""The node that reads the chain and acts, and what every node has."""
