"""Answers by a GPU, with the bits of all other executors, or not at all.

Products of bytes are exact in any order. Floats are taken from a device that its own
self-test finds exact (`trust.py`); from another they are computed in integers. What no
kernel here does is done natively, operator by operator.
"""
