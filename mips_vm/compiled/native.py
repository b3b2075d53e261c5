"""LLVM IR made into host code: compile to an object, load an object.

The host's own CPU and features are the target. Nothing here runs on import; LLVM is
imported on first use.
"""

import ctypes
import re
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, Final

from mips_vm.compiled import llvm, object_cache
from mips_vm.sources import FINGERPRINT

CODE_GENERATION_LEVEL = 2


class Library:
    """Loaded host code. Addresses that it gave out are valid while it lives."""

    def __init__(self, image: bytes) -> None:
        machine, binding = _new_target_machine(), llvm.binding()
        nothing = binding.parse_assembly("")
        self._engine = binding.create_mcjit_compiler(nothing, machine)
        self._engine.add_object_file(binding.ObjectFileRef.from_data(image))
        self._engine.finalize_object()

    def address(self, name: str) -> int:
        """Where the function `name` begins; KeyError if the object has none."""
        address = self._engine.get_function_address(name)
        if not address:
            raise KeyError(name)
        return int(address)

    def function(self, name: str, result: Any, *arguments: Any) -> Callable[..., Any]:
        """The function `name`; a call releases the interpreter's lock."""
        function: Any = ctypes.CFUNCTYPE(result, *arguments)(self.address(name))
        function.library = self  # which therefore lives as long as the function
        return function  # type: ignore[no-any-return]


def compile_ir(ir: str, passes: Sequence[str] = ()) -> bytes:
    """An object file of the module `ir`, after `passes` (llvmlite's names) in order."""
    binding = llvm.binding()
    module, machine = binding.parse_assembly(ir), _new_target_machine()
    if passes:
        builder = binding.create_pass_builder(
            machine, binding.PipelineTuningOptions(speed_level=CODE_GENERATION_LEVEL)
        )
        manager = binding.create_new_function_pass_manager()
        for name in passes:
            getattr(manager, f"add_{name}_pass")()
        for function in module.functions:
            if not function.is_declaration:
                manager.run(function, builder)
    return bytes(machine.emit_object(module))


def load_ir(ir: str) -> Library:
    """Host code for `ir`, compiled only if the cache has it not."""
    return _load(ir, _DEFINITION.findall(ir), lambda: ir)


def load_own(name: str, functions: Sequence[str], write: Callable[[], str]) -> Library:
    """The same for IR that code of this folder writes, only if the cache lacks it:
    to write it takes longer than to load what was made of it. It has `functions`."""
    return _load(name, functions, write)


def _load(identity: str, functions: Sequence[str], write: Callable[[], str]) -> Library:
    def use(image: bytes) -> Library:
        library = Library(image)
        for name in functions:
            library.address(name)
        return library

    key = object_cache.cache_key(host_fingerprint(), FINGERPRINT, identity)
    return object_cache.obtain(key, lambda: compile_ir(write()), use)


_DEFINITION: Final = re.compile(r'^define [^@]*@"?([\w.]+)"?\(', re.MULTILINE)
"""A function of a module, all of which can be called from outside."""


@cache
def host_fingerprint() -> str:
    """All that compiled code depends on besides its source."""
    binding = llvm.binding()
    import llvmlite  # type: ignore[import-untyped]

    versions = (llvmlite.__version__, *map(str, binding.llvm_version_info))
    return "|".join((*versions, binding.get_process_triple(), _cpu(), _features()))


def has_feature(*names: str) -> bool:
    """Whether this processor has all of these, by LLVM's names."""
    found = llvm.binding().get_host_cpu_features()
    return all(found.get(name, False) for name in names)


def _cpu() -> str:
    return str(llvm.binding().get_host_cpu_name())


def _features() -> str:
    return str(llvm.binding().get_host_cpu_features().flatten())


def _new_target_machine() -> Any:
    binding = llvm.binding()
    triple = binding.get_process_triple()
    return binding.Target.from_triple(triple).create_target_machine(
        cpu=_cpu(),
        features=_features(),
        opt=CODE_GENERATION_LEVEL,
        jit=True,
    )
