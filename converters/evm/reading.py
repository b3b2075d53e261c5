"""Reads a model's operators, each by its rule, into the stages of a net."""

from converters.evm.errors import OutsideSubset
from converters.evm.network import (
    BYTES,
    Network,
    Outside,
    Reader,
    Tensor,
    homes_of,
    outputs,
    refusals,
    too_large,
)
from converters.evm.rules import RULES
from converters.evm.work import Place
from tinynn import Model
from tinynn.memory.space import FlatSpace
from tinynn.operators import FAMILIES
from tinynn.operators.graph import Input


def network_of(model: Model, skip_zeros: bool = False) -> Network:
    """The stages that compute the model. Raises OutsideSubset."""
    tables = model.tables
    if sizes := list(too_large(model)):
        raise OutsideSubset(model.name, sizes)
    homes = homes_of(model)
    reasons = list(refusals(model, homes))
    reader = Reader(model, skip_zeros, homes, FlatSpace.of_image(model.image))
    held = reader.room("input", sum(spec.size for spec in model.inputs), BYTES)
    offset = 0
    for index, spec in enumerate(model.inputs):
        place = Place(held.room, offset)
        reader.tensors[Input(index)] = Tensor(place, spec.count, spec.dtype)
        offset += spec.size
    for index, operator in enumerate(tables.operators):
        name = FAMILIES[operator.opcode].name
        if index in reader.done:
            continue
        try:
            if name not in RULES:
                raise Outside(f"expected {', '.join(RULES)}, got none of these")
            RULES[name](reader, index)
        except Outside as reason:
            reasons.append(f"#{index} {name}: {reason}")
    if not reasons:
        reasons += outputs(reader)
    if reasons:
        raise OutsideSubset(model.name, reasons)
    return Network(
        model.name,
        tuple(reader.stages),
        tuple(reader.rooms),
        ((held.room, tables.input_bytes),),
        tables.output_bytes,
    )
