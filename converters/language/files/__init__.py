"""Files that hold language models: read as data, nothing in them is executed."""
