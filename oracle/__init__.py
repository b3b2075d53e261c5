"""The node: chain, deployment, worker, challenger, command line, demo."""
