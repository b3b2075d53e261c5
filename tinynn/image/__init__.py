"""The model image: a file that is byte for byte what the guest sees."""
