"""Attacks on honest nodes, played on an embedded chain, and what each came to."""
