"""What the contracts charge: single steps, and a request from post to payout."""

from collections.abc import Iterator

import numpy as np

import tinynn
from oracle.bench import step_gas
from oracle.bench.figure import Figure
from oracle.bench.game import told
from tinynn import models

PEER = "Cannon's MIPS.sol"
PEER_ALU, PEER_LOAD_STORE = 61_000, 95_000
"""Whole transactions under EIP-7623, as we measured them; its ALU steps: to 70,000."""

CONSUMER = "request, by the consumer"


def figures() -> Iterator[Figure]:
    """Steps of a real run as transactions of their own, then the happy path."""
    model = tinynn.load(models.path("mnist"))
    pixels = np.random.default_rng(1).integers(0, 256, 784, dtype=np.uint8)
    machine = model.machine(pixels.tobytes())
    steps = step_gas.summarise(list(step_gas.sample(machine)))
    yield Figure("gas.step_alu", steps.alu, "gas", PEER, PEER_ALU)
    yield Figure("gas.step_load_store", steps.load_store, "gas", PEER, PEER_LOAD_STORE)
    yield Figure("gas.step_worst", steps.worst, "gas", PEER, PEER_LOAD_STORE)
    sampled = f"steps sampled; the costliest: {steps.worst_mnemonic}"
    yield Figure(sampled, steps.samples, "steps")
    outcome = told()
    for spent in outcome.happy_path:
        yield Figure(spent.action, spent.mean, "gas")
        yield Figure(f"{spent.action}, beyond calldata", spent.beyond_calldata, "gas")
    (read,) = (spent for spent in outcome.spent if spent.action == "read")
    yield Figure(CONSUMER, read.mean, "gas")
