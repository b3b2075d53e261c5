"""The guest's kernels of weights in blocks: C, and what writes their assembly."""
