"""Measurements of the product itself, each against a named peer."""
