"""The instructions: their table, decoding, what they compute, and system calls."""
