"""Tokenizers of other projects, read without executing anything, as tables."""
