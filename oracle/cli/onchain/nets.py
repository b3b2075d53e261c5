"""`plumb model deploy --evm | check-evm`: a model inside the chain, byte for byte.

What meets the chain is imported when it is needed: the group's other commands don't.
"""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from oracle.cli.common.output import (
    AsJson,
    console,
    facts,
    grid,
    hexadecimal,
    print_json,
    remark,
    stage,
)
from oracle.cli.common.settled import settled
from oracle.cli.inputs.modelfile import ModelFile, loaded

if TYPE_CHECKING:
    from mips_vm.json_text import Json
    from oracle.chain.chain import Chain, Contract
    from oracle.config import Settings
    from oracle.evm.checking import Checked
    from oracle.evm.places import Places
    from oracle.evm.rehearsal import Rehearsal
    from oracle.sending.sender import Sender
    from tinynn import Model

app = typer.Typer()

Parts = Annotated[
    int,
    typer.Option(
        min=1, help="So many transactions an answer, for what one does not hold."
    ),
]

Inputs = Annotated[
    Path | None,
    typer.Option(
        "--inputs", metavar="FILE", help="Compare on these; else on some drawn here."
    ),
]
Samples = Annotated[
    int, typer.Option("--samples", min=1, help="Compare on so many inputs at most.")
]


@app.command()
@settled()
def deploy(
    settings: "Settings",
    image: ModelFile,
    evm: Annotated[
        bool, typer.Option("--evm", help="As contracts of the chain's own machine.")
    ] = False,
    precompile: Annotated[
        bool,
        typer.Option(
            "--precompile",
            help="As the image, for a chain with the precompile (devnet --inference).",
        ),
    ] = False,
    skip_zeros: Annotated[
        bool,
        typer.Option("--skip-zeros", help="Cheaper where most of an input is zeros."),
    ] = False,
    inputs: Inputs = None,
    samples: Samples = 4,
    factory: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS", help="The NetFactory; else ours, or a new one."
        ),
    ] = None,
    bond: Annotated[
        str | None,
        typer.Option(
            metavar="AMOUNT", help="Enter the net in the directory, with that bond."
        ),
    ] = None,
    pictures: Annotated[
        bool,
        typer.Option(
            "--pictures", help="And the token whose pictures it draws: hand, painter."
        ),
    ] = False,
    parts: Parts = 1,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Tell the gas, send nothing.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Put a model of bytes on a chain as contracts that compute it, bit for bit.

    All of it is played here first: gas is told exactly, and the net's answers are
    compared with the model's, before anything is paid. What was interrupted goes on.
    """
    from dataclasses import replace

    from converters.evm import Options, compiled
    from oracle.amounts import parse_wei
    from oracle.cli.inputs.samples import requests_of
    from oracle.evm import pictures as drawing
    from oracle.evm import publish, rehearsal
    from oracle.evm.places import read_places
    from oracle.sending.connection import connected, deployed_on, sender_of

    if evm == precompile:
        told_apart = "expected --evm or --precompile with it"
        raise typer.BadParameter(told_apart, param_hint="deploy")
    if precompile:
        deploy_image(settings, image, factory, as_json)
        return
    if parts > 1:
        from oracle.cli.onchain.parts import deployed_in_parts

        alone = {"--skip-zeros": skip_zeros, "--bond": bond, "--pictures": pictures}
        if given := [name for name, is_given in alone.items() if is_given]:
            raise typer.BadParameter(f"expected none with --parts, got {given[0]}")
        split = settings, loaded(image), parts, inputs, samples, factory
        show(deployed_in_parts(*split, dry_run=dry_run), as_json)
        return
    bond_wei = None if bond is None else publish.checked_bond(parse_wei(bond))
    model, options = loaded(image), Options(skip_zeros)
    if pictures:
        drawing.check(model)
    # What is outside the subset is told before a chain is dialled.
    compiled(model, bytes(20), options)
    requests = requests_of(model, inputs, samples)
    chain = connected(settings)
    places = read_places(settings.deployments, chain.endpoint.chain_id)
    sender = sender_of(settings, chain)
    if bond_wei is not None:  # without an oracle nothing is sent
        deployed_on(settings, chain)
    with stage(f"rehearsing {model.name}"):
        contract, new = factory_of(chain, sender, places, factory)
        made = compiled(model, contract.address, options)
        there = publish.present(chain, made)
        played = rehearsal.rehearse(made, model, requests, there, new)
    told: dict[str, Any] = rehearsal_data(played, made.memory_bytes)
    if dry_run:
        show(told | {"sent": False}, as_json)
        return
    # Before anything is sent: whoever is interrupted finds the factory, and with it
    # all that was created, again.
    places = replace(places, factory=contract.address)
    places.write(settings.deployments)
    with stage(f"deploying {model.name}") as tell:
        sent = publish.publish(sender, contract, played, tell)
    path = publish.noted(settings.deployments, places, model.model_root, made)
    used = [step.receipt.gas_used for step in sent if step.receipt]
    told |= {"sent": True, "gas_used": sum(used), "written_to": str(path)}
    if sum(used) != played.gas:
        remark("The chain charged other gas than was told: its rules are not Prague's.")
    if bond_wei is not None:
        told |= entered(settings, chain, sender, model, made.address, bond_wei)
    if pictures:
        from oracle.cli.onchain.parts import with_pictures

        told |= with_pictures(settings, chain, sender, model, made)
    show(told, as_json)


def deploy_image(
    settings: "Settings", image: Path, given: str | None, as_json: bool
) -> None:
    """The image as chain state, where the precompile finds it by its root."""
    from dataclasses import replace

    from oracle.chain.local.inference import manifest_of
    from oracle.evm import code, publish
    from oracle.evm.errors import NoPrecompile
    from oracle.evm.places import read_places
    from oracle.sending.connection import connected, sender_of

    model, chain = loaded(image), connected(settings)
    if not code.has_precompile(chain):
        raise NoPrecompile(chain.endpoint.chain_id)
    places = read_places(settings.deployments, chain.endpoint.chain_id)
    sender = sender_of(settings, chain)
    with stage(f"storing {model.name}") as tell:
        contract, new = factory_of(chain, sender, places, given)
        replace(places, factory=contract.address).write(settings.deployments)
        if new:
            publish.create_factory(sender, contract)
        receipts = code.store_image(sender, contract, model, tell)
    told: dict[str, Json] = {
        "model_root": hexadecimal(model.model_root),
        "manifest": hexadecimal(manifest_of(model.model_root)),
        "transactions": len(receipts),
        "gas_used": sum(receipt.gas_used for receipt in receipts),
    }
    if as_json:
        print_json(told)
    else:
        console().print(facts(told))


def factory_of(
    chain: "Chain", sender: "Sender", places: "Places", given: str | None
) -> "tuple[Contract, bool]":
    """The factory that was given, or was used before if it is still there; else a new
    one, and True."""
    from oracle.evm import publish
    from oracle.evm.errors import NoFactory
    from oracle.evm.places import address_of

    if given is not None:
        try:
            known = address_of(given)
        except ValueError as error:
            raise typer.BadParameter(str(error), param_hint="--factory") from None
        return publish.factory_at(chain, known), False
    if places.factory is not None:
        try:
            return publish.factory_at(chain, places.factory), False
        except NoFactory:
            remark("The factory used before is not on this chain: a new one is made.")
    return publish.next_contract(sender, "NetFactory"), True


def entered(
    settings: "Settings",
    chain: "Chain",
    sender: "Sender",
    model: "Model",
    net: bytes,
    bond_wei: int,
) -> dict[str, Any]:
    """Enters the net in the oracle's directory, which is created if there is none."""
    from dataclasses import replace

    from oracle.evm import publish
    from oracle.evm.places import read_places
    from oracle.sending.connection import deployed_on

    places = read_places(settings.deployments, chain.endpoint.chain_id)
    oracle = deployed_on(settings, chain).contracts.oracle.address
    directory = publish.directory_at(chain, places.directory, oracle)
    if directory is None:
        directory = publish.create_directory(sender, oracle)
        replace(places, directory=directory.address).write(settings.deployments)
    roots = model.model_root, model.program_root
    receipt = sender.send(directory, "enter", *roots, net, value=bond_wei)
    return {
        "directory": hexadecimal(directory.address),
        "bond_wei": bond_wei,
        "directory_gas": receipt.gas_used,
    }


def rehearsal_data(played: "Rehearsal", memory_bytes: int) -> dict[str, Any]:
    """All that is foretold."""
    net = played.steps[-1]
    return {
        "net": hexadecimal(net.address),
        "code_bytes": len(net.code),
        "memory_bytes": memory_bytes,
        "inputs_compared": len(played.run_gas),
        "run_gas_least": min(played.run_gas),
        "run_gas_most": max(played.run_gas),
        "gas_to_send": played.gas,
        "steps": [
            {
                "name": step.name,
                "address": hexadecimal(step.address),
                "bytes": len(step.code),
                "gas": step.gas,
                "present": step.present,
            }
            for step in played.steps
        ],
    }


def show(told: dict[str, Any], as_json: bool) -> None:
    if as_json:
        print_json(told)
        return
    steps = told["steps"]
    console().print(facts({k: v for k, v in told.items() if k != "steps"}))
    rows = [
        (
            step["name"],
            step["address"],
            f"{step['bytes']:,}",
            "there already" if step["present"] else f"{step['gas']:,}",
        )
        for step in steps
    ]
    columns = ("part", "address", "bytes", "gas")
    console().print(grid(None, columns, rows, numbers=columns[2:]))


@app.command("check-evm")
@settled()
def check_evm(
    settings: "Settings",
    address: Annotated[str, typer.Argument(metavar="ADDRESS")],
    image: ModelFile,
    inputs: Inputs = None,
    samples: Samples = 4,
    parts: Parts = 1,
    as_json: AsJson = False,
) -> None:
    """Derive every byte of a net and its weights from an image, and compare.

    Some inputs are compared as well, by calls. Exit status 1 if anything differs.
    """
    from eth_utils.address import to_checksum_address

    from oracle.cli.inputs.samples import requests_of
    from oracle.evm.checking import check
    from oracle.evm.errors import BitsDiffer
    from oracle.evm.places import address_of
    from oracle.sending.connection import connected

    try:
        at = address_of(address)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="ADDRESS") from None
    model = loaded(image)
    chain = connected(settings)
    if parts > 1:
        from oracle.cli.onchain.parts import checked_parts

        drawn = partial(requests_of, model, inputs, samples)
        found, compared = checked_parts(chain, at, model, parts, drawn)
        show_checked(found, compared, as_json)
        raise typer.Exit(0 if found.good else 1)
    with stage(f"deriving {model.name}") as tell:
        found = check(chain.code, at, model)
        requests = requests_of(model, inputs, samples) if found.good else []
        for number, data in enumerate(requests):
            tell(f"comparing input {number + 1} of {len(requests)}")
            to: Any = {"to": to_checksum_address(at), "data": data}
            actual = bytes(chain.endpoint.web3.eth.call(to))
            if actual != model.answer(data):
                raise BitsDiffer(number, model.answer(data), actual)
    show_checked(found, len(requests), as_json)
    if not found.good:
        raise typer.Exit(1)


def show_checked(found: "Checked", compared: int, as_json: bool) -> None:
    rows = [
        {
            "name": difference.name,
            "address": hexadecimal(difference.address),
            "first_byte": difference.at,
            "expected_bytes": difference.expected,
            "actual_bytes": difference.actual,
        }
        for difference in found.differences
    ]
    told: dict[str, Any] = {"good": found.good, "inputs_compared": compared}
    if found.made is not None:
        told["parts"] = len(found.made.parts)
        told["bytes"] = sum(len(code) for _, _, code in found.made.parts)
    if as_json:
        print_json(told | {"differences": rows})
        return
    console().print(facts(told))
    if found.made is None:
        console().print("expected a net at this address, got no code that could be one")
    if rows:
        cells = [list(map(str, row.values())) for row in rows]
        console().print(grid(None, list(rows[0]), cells, numbers=list(rows[0])[2:]))
