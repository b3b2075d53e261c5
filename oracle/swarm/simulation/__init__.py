"""Rounds by the thousand, by the paper's rule and by ours (docs/swarm-paper.md).

Written from the rules' text alone, vectorised, in floating point: another
implementation of what `oracle.swarm` and the contract do in integers.
"""
