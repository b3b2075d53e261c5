"""What `plumb model` does, verb by verb."""
