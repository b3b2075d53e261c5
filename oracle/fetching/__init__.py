"""Getting model images from strangers: whom to ask, for how long, and beside what."""
