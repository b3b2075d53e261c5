"""Models, cards and results as people and programs get to see them."""
