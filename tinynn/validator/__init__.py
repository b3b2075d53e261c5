"""Which images are canonical, and how many instructions a segment takes at most."""
