"""Operators of language models: attention over what the passes of a loop have put,
norms, rotations, gates, and the next token."""
