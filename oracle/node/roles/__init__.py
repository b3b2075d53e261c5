"""Nodes as programs: their settings, and what they are made of."""
