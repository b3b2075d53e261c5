"""What an image's inference will cost: work, seconds, and the gas of its worst step."""

import time
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random

from mips_vm import Machine, Witness
from mips_vm.constants import MODEL
from mips_vm.isa.decode import Kind, decode
from mips_vm.json_text import JsonObject
from oracle.cli.inputs.samples import read_samples
from oracle.cli.models.counting import counted, made_up
from oracle.legible import number_of
from tinynn import Model
from tinynn.builder.planner import in_all
from tinynn.operators import FAMILIES, Operator, conv, matmul
from tinynn.text import TextModel

MOST_RUN = 20_000_000_000
"""Of a longer inference no step is sampled."""

COUNTED = 8
"""Samples of the publisher's data of which the work is counted."""

MOST_TIMED, LONG_ENOUGH = 20, 0.5
"""Native inferences that are timed, and seconds after which no more are."""

SAMPLES, NEAR = 40, 16
"""Places in the longest segment, and steps looked at from each on."""


@dataclass(frozen=True, slots=True)
class Foretold:
    """`usual_instructions` are counted in the machine, on `samples` inputs of the
    publisher's, or on one of random numbers. Seconds are measured on this computer, or
    foretold from what was.

    `worst_step_gas` is what the costliest step of a sample took as a transaction of its
    own, on an embedded chain: a load or a store, whose proofs are the longest. None if
    the inference is too long to look for it. `token_instructions` are those of a pass
    of a text model.
    """

    parameters: int
    multiply_adds: int
    usual_instructions: int
    samples: int
    native_seconds: float
    machine_seconds: float
    machine_seconds_at_most: float
    worst_step_gas: int | None
    token_instructions: int | None = None

    @property
    def counted_on(self) -> str:
        """What the usual instructions are of."""
        if self.token_instructions is not None:
            return "a short question"
        if self.samples:
            return number_of(self.samples, "sample")
        return "random numbers"


def foretell(model: Model, data: Path | None = None) -> Foretold:
    """`data` holds inputs like those to come; BadInputFile if they do not fit."""
    operators = model.tables.operators
    samples = read_samples(data, model, COUNTED).inputs if data else ()
    requests = [
        model.encode_input([sample[spec.name] for spec in model.inputs])
        for sample in samples
    ] or [made_up(model)]
    work, request = counted(model, requests), requests[0]
    usual, most = work.instructions, model.most_instructions
    return Foretold(
        parameters=parameters(operators),
        multiply_adds=in_all(model.tables, [*map(multiply_adds, operators)]),
        usual_instructions=usual,
        samples=len(samples),
        native_seconds=native_seconds(model, request),
        machine_seconds=work.seconds,
        machine_seconds_at_most=work.seconds * most / usual,
        worst_step_gas=worst_step_gas(model, request) if usual <= MOST_RUN else None,
        token_instructions=work.pass_instructions if TextModel.of(model) else None,
    )


def foretold_data(found: Foretold) -> JsonObject:
    """All of it for `--json`."""
    return asdict(found)


def foretold_facts(found: Foretold) -> dict[str, object]:
    """The same for a person."""
    usual, most = found.machine_seconds, found.machine_seconds_at_most
    gas = found.worst_step_gas
    token = found.token_instructions
    return {
        "parameters": f"{found.parameters:,}",
        "multiply-adds": f"{found.multiply_adds:,}",
        "usually": f"{found.usual_instructions:,} instructions on {found.counted_on}",
        **({"a token": f"about {token:,} instructions"} if token is not None else {}),
        "natively": f"{found.native_seconds:.3g} s",
        "in the machine": f"about {usual:.3g} s, at most {most:.3g} s",
        "worst step": "-" if gas is None else f"about {gas:,} gas to prove",
    }


def parameters(operators: tuple[Operator, ...]) -> int:
    """Elements of all constants; shared ones count once, tokenizers don't."""
    constants = {
        source.address: count
        for operator in operators
        for source, count in zip(operator.sources, counts(operator), strict=True)
        if source.address >= MODEL.base
    }
    return sum(constants.values())


def counts(operator: Operator) -> list[int]:
    """Of each source, how many numbers it is: a tensor of blocks is bytes."""
    name = FAMILIES[operator.opcode].name
    found = [source.count for source in operator.sources]
    if name in ("block_matvec", "block_row"):
        _, rows, columns = operator.attributes
        found[-1] = rows * columns
    if name in ("encode", "decode", "decode_length"):
        found[0] = 0
    return found


def multiply_adds(operator: Operator) -> int:
    """Of a product; others have none."""
    count, name = operator.target.count, FAMILIES[operator.opcode].name
    if name in ("dense", "block_matvec"):
        return count * operator.sources[0].count
    if name in ("conv", "conv_integer"):
        return count * conv.terms_of(operator)
    if name == "matmul_integer":
        return count * operator.sources[1].shape[-1]
    return count * matmul.terms_of(operator) if name == "matmul" else 0


def native_seconds(model: Model, request: bytes) -> float:
    """Of one inference, when all is compiled: the best of some."""
    model.answer(request)
    times: list[float] = []
    while len(times) < MOST_TIMED and sum(times) < LONG_ENOUGH:
        begin = time.perf_counter()
        model.answer(request)
        times.append(time.perf_counter() - begin)
    return min(times)


def worst_step_gas(model: Model, request: bytes) -> int:
    """Of the sampled steps of the longest segment, the one with the most calldata."""
    from oracle.bench.step_gas import Judge

    execution = model.execution(request)
    bounds = model.bounded_instructions
    execution.seek(execution.boundaries_of(bounds.index(max(bounds)))[0])
    witnesses = sampled(execution.machine)
    gas, _ = Judge().gas(max(witnesses, key=weight))
    return gas


def sampled(machine: Machine) -> list[Witness]:
    """Loads and stores of the segment that comes next, or its last step."""
    machine.resume()
    start = machine.snapshot()
    length = machine.run()
    machine.restore(start)
    rng, done, found = Random(1), 0, []
    for place in sorted(rng.sample(range(length), min(SAMPLES, length))):
        done += machine.run(max(0, place - done))
        for _ in range(min(NEAR, length - 1 - done)):
            instruction = decode(machine.memory.load_word(machine.pc))
            assert instruction is not None, "the guest has no other words"
            if instruction.instruction.kind in (Kind.LOAD, Kind.STORE):
                found.append(machine.witness())
                break
            machine.step()
            done += 1
    return found or [machine.witness()]


def weight(witness: Witness) -> int:
    """Its calldata's tokens under EIP-7623: four for a byte that is not zero."""
    data = witness.calldata()
    return 4 * len(data) - 3 * data.count(0)
