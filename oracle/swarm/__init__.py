"""Rounds of agents that rank each other's answers (docs/swarm.md)."""
