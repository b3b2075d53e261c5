"""Diffusion models: a network that takes noise away, and the schedule that it was
trained on, made one image that draws from a seed."""
