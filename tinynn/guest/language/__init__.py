"""C of the guest's: operators of language models."""
