"""Audits, as a worker plays them: docs/economics.md has the rules."""
