"""Graphs under construction: what they emit, and where and how it is run."""
