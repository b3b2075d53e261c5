"""The guest as a WebAssembly module beside the guest: the same bits in two engines.

wasmtime runs the module with vectors, segment by segment and joined, and the contract
of chains; Node the module without vectors, joined. Where an engine is missing the other
goes on; in CI both must be there.
"""

import atexit
import importlib.util
import os
import shutil
import subprocess
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from support.images import contract_twin

from mips_vm import Machine
from mips_vm.constants import ARENA
from tinynn import Model
from tinynn.operators import FAMILIES
from tinynn.wasm import SCALAR, SIMD, path_of
from tinynn.wasm.runtime import WasmProgram

NODE_SCRIPT = Path(__file__).with_name("wasm_node.mjs")
OWN_BYTES = 4 << 20
"""What a module may have beside image and arena, unless it has a tokenizer."""

has_wasmtime = importlib.util.find_spec("wasmtime") is not None
has_node = shutil.which("node") is not None
if os.environ.get("CI"):
    assert has_wasmtime and has_node, "expected wasmtime and node in CI"


@dataclass
class Twin:
    """Follows a machine from boundary to boundary."""

    model: Model
    data: bytes
    program: WasmProgram | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        if has_wasmtime:
            self.program = WasmProgram(self.model.image, SIMD)
            self.program.begin(self.data)

    def follow(self, machine: Machine) -> None:
        """One segment; then the arenas are the same."""
        if self.program is None:
            return
        if self.program.advance(1):
            size = self.model.tables.arena_bytes
            expected = machine.memory.array[ARENA.base : ARENA.base + size]
            assert self.program.arena(size) == expected.tobytes()

    def finish(self, output: bytes) -> None:
        """The outputs are, too, and those of a run that is not cut into segments."""
        if self.program is not None:
            assert self.program.output() == output
            assert self.program.answer(self.data) == output
            if not tokenizes(self.model):
                tables = self.model.tables
                most = tables.image_bytes + tables.arena_bytes + OWN_BYTES
                assert self.program.memory_bytes <= most
            self._ask_contract(output)
        if has_node:
            assert node().answer(self.model.image.tobytes(), self.data) == output

    def _ask_contract(self, output: bytes) -> None:
        tables = self.model.tables
        fits = tables.image_bytes <= contract_twin.MOST_IMAGE_BYTES
        if fits and tables.accepts(len(self.data)):
            contract = contract_twin.sealed(self.model)
            assert contract_twin.answer(contract, self.data) == output


def tokenizes(model: Model) -> bool:
    """Whether it needs scratch for a text."""
    opcodes = {operator.opcode for operator in model.tables.operators}
    return any(FAMILIES[opcode].name == "encode" for opcode in opcodes)


class Node:
    """A process that answers one case after the other."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            ["node", str(NODE_SCRIPT), str(path_of(SCALAR))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        atexit.register(self.close)

    def answer(self, image: bytes, data: bytes) -> bytes:
        given, told = self._process.stdin, self._process.stdout
        assert given is not None and told is not None
        sizes = len(image).to_bytes(4, "little") + len(data).to_bytes(4, "little")
        given.write(sizes + image + data)
        given.flush()
        size = told.read(4)
        assert len(size) == 4, "node answers"
        return told.read(int.from_bytes(size, "little"))

    def close(self) -> None:
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe is not None
            pipe.close()
        self._process.wait()


@cache
def node() -> Node:
    return Node()
