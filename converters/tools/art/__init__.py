"""Generators of pictures: trained here, and small enough to be computed by a chain."""
