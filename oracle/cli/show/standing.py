"""Where a request stands, as its commands tell it."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from oracle.amounts import brief_wei
from oracle.cli.common.output import console, facts, grid, hexadecimal, print_json
from oracle.node.roles.node_config import NodeSettings
from oracle.requester.requests import Situation

if TYPE_CHECKING:
    from oracle.cli.inputs.tensors import Array

Outputs = Mapping[str, "Array"]


def listed(outputs: Outputs) -> dict[str, str]:
    """What a person sees of each output."""
    from oracle.cli.show.portrait import first_numbers

    return {name: "  ".join(first_numbers(a)) for name, a in outputs.items()}


def outputs_of(settings: NodeSettings, found: Situation) -> Outputs:
    """The answer's arrays by name; none without an answer, or its model's image."""
    if not found.asked.output:
        return {}
    answer, store = found.asked.output, settings.model_store
    if not store.holds(found.model_root):
        return {}
    model = store.load(found.model_root)
    if len(answer) != sum(spec.size for spec in model.outputs):
        return {}  # a lie
    named = zip(model.outputs, model.decode_output(answer), strict=True)
    return {spec.name: array for spec, array in named}


def show(found: Situation, as_json: bool, outputs: Outputs | None = None) -> None:
    outputs = outputs or {}
    if as_json:
        from oracle.cli.show.portrait import as_numbers

        numbers = {name: as_numbers(array) for name, array in outputs.items()}
        print_json(found.as_json() | {"outputs": numbers or None})
        return
    asked = found.asked
    rows: dict[str, object] = {
        "request": asked.request.id,
        "status": asked.status.name.lower(),
        "fee": brief_wei(asked.request.fee),
    }
    if outputs:
        rows |= listed(outputs)
    elif asked.output:
        rows["output"] = hexadecimal(asked.output)
    console().print(facts(rows))
    console().print(found.explanation)
    if found.declines:
        declines = [(f"0x{d.worker.hex()}", d.block, d.reason) for d in found.declines]
        console().print(grid("Declined by", ("worker", "block", "reason"), declines))
