"""One rule an operator of the subset: the stage that it becomes."""

from typing import Final

from converters.evm.network import Rule
from converters.evm.rules.between import (
    cast,
    gather,
    max_pool,
    requantize,
    strided,
    top_indices,
    zip_add,
)
from converters.evm.rules.products import conv_integer, matmul_integer

RULES: Final[dict[str, Rule]] = {
    "matmul_integer": matmul_integer,
    "conv_integer": conv_integer,
    "zip_add": zip_add,
    "requantize": requantize,
    "max_pool": max_pool,
    "cast": cast,
    "gather": gather,
    "top_indices": top_indices,
    "strided": strided,
}
