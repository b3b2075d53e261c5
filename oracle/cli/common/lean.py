"""A start without what no command uses: more than half of the time of web3's import.

web3 has an asynchronous half on aiohttp, and eth_keyfile keystores of validators on the
pairings of py_ecc. Neither is needed to ask a node, nor to sign. While these two
packages are imported, what they take from there is put off: a name stands for it, and
the first use imports the real thing. Afterwards nothing of this is left in
`sys.modules`, so whoever else imports aiohttp or py_ecc gets them whole.

Garbage is looked for less often, too. What modules make while they are imported stays;
Python would go through all of it dozens of times, a tenth of a short command's time.
"""

import gc
import sys
from collections.abc import Mapping, MutableSequence, Sequence
from importlib import import_module
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType
from typing import Any, Final

PUT_OFF: Final[Mapping[str, Sequence[str]]] = {
    "web3": ("aiohttp",),
    "eth_keyfile": ("py_ecc", "py_ecc.bls", "py_ecc.bls12_381", "py_ecc.secp256k1"),
}
"""What is put off while each package is imported."""
NUMBERS: Final[Mapping[str, int]] = {
    "curve_order": 0x73EDA753299D7D483339D80809A1D80553BDA402FFFE5BFEFFFFFFFF00000001,
    "N": 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141,
}
"""Orders of BLS12-381's groups and of secp256k1, which are reckoned with at once."""


COLLECT_AFTER: Final = (50_000, 20, 20)
"""Objects, and collections of younger ones; Python's own are 700 and 10."""


class Later(type):
    """A class that is made, or asked for anything, by the one whose name it has."""

    def __call__(cls, *values: Any, **named: Any) -> Any:
        return cls.real(*values, **named)

    def __getattr__(cls, name: str) -> Any:
        return getattr(cls.real, name)

    @property
    def real(cls) -> Any:
        return getattr(import_module(cls.__module__), cls.__name__)


class Stand(ModuleType):
    """A module that is not there yet."""

    __path__: MutableSequence[str] = []

    def __getattr__(self, name: str) -> Any:
        if name in NUMBERS:
            return NUMBERS[name]
        if name.startswith("__"):
            raise AttributeError(name)
        return Later(name, (Exception,), {"__module__": self.__name__})


class Sparing:
    """Finds a package for the import system, and has others put off meanwhile."""

    def find_spec(
        self, name: str, path: Any = None, target: Any = None
    ) -> ModuleSpec | None:
        if name not in PUT_OFF or PUT_OFF[name][0] in sys.modules:
            return None
        spec = PathFinder.find_spec(name, path)
        if spec is not None and spec.loader is not None:
            spec.loader.exec_module = executing(  # type: ignore[method-assign]
                spec.loader.exec_module, PUT_OFF[name]
            )
        return spec


def executing(execute: Any, put_off: Sequence[str]) -> Any:
    def sparingly(module: ModuleType) -> None:
        stands = {name: Stand(name) for name in put_off}
        sys.modules.update(stands)
        try:
            execute(module)
        finally:
            for name, stand in stands.items():
                if sys.modules.get(name) is stand:
                    del sys.modules[name]

    return sparingly


def spare() -> None:
    """From now on; without effect on what is imported already."""
    gc.set_threshold(*COLLECT_AFTER)
    if not any(isinstance(finder, Sparing) for finder in sys.meta_path):
        sys.meta_path.insert(0, Sparing())
