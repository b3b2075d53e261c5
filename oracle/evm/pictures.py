"""Tokens whose pictures a net draws: which model's there are, and how they are made."""

from functools import cache
from typing import Final

import tinynn
from converters.evm import Compiled
from mips_vm.hashing.keccak import keccak256
from oracle.chain.chain import Contract
from oracle.evm.errors import DrawsNothing
from oracle.sending.sender import Receipt, Sender
from solidity import artifact
from tinynn import Model, models

TOKENS: Final = {"hand": "HandToken", "painter": "PainterToken"}
"""The contract of each model that draws; its bitmap is that model's."""


@cache
def names() -> dict[bytes, str]:
    """The models' names by their roots."""
    return {tinynn.load(models.path(name)).model_root: name for name in TOKENS}


def check(model: Model) -> str:
    """The model's name. Raises DrawsNothing."""
    if model.model_root not in names():
        raise DrawsNothing(list(TOKENS), model.name)
    return names()[model.model_root]


def arguments(made: Compiled, model: Model) -> tuple[object, ...]:
    """Of the token's constructor, which pins the net's code."""
    net = made.address, model.tables.output_bytes, keccak256(made.runtime)
    return net, model.model_root


def create_token(
    sender: Sender, contract: Contract, made: Compiled, model: Model
) -> Receipt:
    """A token's contract, where the sender's next transaction creates it."""
    code = artifact(TOKENS[check(model)]).bytecode
    given = arguments(made, model)
    return sender.deploy(contract, contract.abi.creation(code, given))
