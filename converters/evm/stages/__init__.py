"""What a net does, a thing a file: a stage lays its constants and emits its code."""
