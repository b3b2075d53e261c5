"""The image of a language model: its weights, one pass, and what is around it."""
