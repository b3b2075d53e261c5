"""Gas of single steps: receipts on py-evm, and the bounds that are promised."""

import random

import pytest
from support.chains.verifier import Verifier
from support.machine.assembler import assemble

import tinynn
from mips_vm import Machine, Status
from oracle.bench.errors import JudgeDisagrees
from oracle.bench.step_gas import Judge, sample, summarise
from tinynn import models

WORST, ALU, LOAD_STORE = 95_000, 48_000, 65_000


COUNT_ONCE = assemble(
    "lui $t0, 0x4000",
    "lw $t1, 0($t0)",
    "addiu $t1, $t1, 1",
    "sw $t1, 0($t0)",
    "addiu $v0, $zero, 4001",
    "syscall",
)


def counter() -> Machine:
    """Six steps to the end of a run: one load, one store, one system call."""
    return Machine.from_program(COUNT_ONCE)


def test_judge_receipt_is_what_the_calldata_formula_says():
    machine, judge, verifier = counter(), Judge(), Verifier()
    while machine.status is Status.RUNNING:
        witness = machine.witness()
        gas, post_root = judge.gas(witness)
        machine.step()
        assert post_root == machine.state_root()
        assert gas == verifier.transaction_gas(witness)


def test_sample_runs_the_machine_to_its_end():
    machine = counter()
    steps = list(sample(machine, samples=100))
    assert machine.status is Status.HALTED
    mnemonics = ["lui", "lw", "addiu", "sw", "addiu", "syscall"]
    assert [step.mnemonic for step in steps] == mnemonics
    assert [step.touches_memory for step in steps].count(True) == 2


def test_sample_refuses_a_judge_that_disagrees(monkeypatch):
    honest = Judge.gas
    monkeypatch.setattr(
        Judge, "gas", lambda self, witness: (honest(self, witness)[0], bytes(32))
    )
    with pytest.raises(JudgeDisagrees, match="expected 0x"):
        list(sample(counter(), samples=2))


def test_step_gas_on_the_digits_model_is_within_its_bounds():
    model = tinynn.load(models.path("mnist"))
    pixels = random.Random(5).randbytes(784)
    summary = summarise(list(sample(model.machine(pixels), samples=40)))
    assert summary.alu <= ALU
    assert summary.load_store <= LOAD_STORE
    assert summary.worst <= WORST
