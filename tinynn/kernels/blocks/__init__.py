"""Kernels of weights in blocks, and of the bytes that they are multiplied with."""
