"""Where a request stands, as its commands tell it."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from oracle.amounts import brief_wei
from oracle.cli.common.output import console, facts, grid, hexadecimal, print_json
from oracle.node.roles.node_config import NodeSettings
from oracle.requester.requests import Situation

if TYPE_CHECKING:
    from oracle.cli.inputs.tensors import Array

Outputs = Mapping[str, "Array | str"]


def listed(outputs: Outputs) -> dict[str, str]:
    """What a person sees of each output."""
    from oracle.cli.show.portrait import first_numbers

    return {
        name: found if isinstance(found, str) else "  ".join(first_numbers(found))
        for name, found in outputs.items()
    }


def outputs_of(settings: NodeSettings, found: Situation) -> Outputs:
    """The answer's arrays by name, or a language model's text; none without an answer,
    or its model's image."""
    if not found.asked.output:
        return {}
    answer, store = found.asked.output, settings.model_store
    if not store.holds(found.model_root):
        return {}
    from tinynn.asking import answered_text, takes_text
    from tinynn.errors import InputError

    model = store.load(found.model_root)
    try:
        arrays = model.decode_output(answer)
    except InputError:
        return {}  # a lie
    if takes_text(model.tables):
        return {"text": answered_text(answer)}
    named = zip(model.outputs, arrays, strict=True)
    return {spec.name: array for spec, array in named}


def show(found: Situation, as_json: bool, outputs: Outputs | None = None) -> None:
    outputs = outputs or {}
    if as_json:
        from oracle.cli.show.portrait import as_numbers

        numbers = {
            name: found if isinstance(found, str) else as_numbers(found)
            for name, found in outputs.items()
        }
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
