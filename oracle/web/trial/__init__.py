"""A devnet with its people, for who tries it out."""
