"""What a device may be believed: found out on the pipelines that answers use.

Before the first answer, and again every so many: a driver may be replaced, a chip may
grow old. What a device gets wrong it isn't asked any more.
"""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np

from mips_vm.constants import WORD_BYTES

from ..errors import GpuUnusable
from ..image.image import aligned
from ..memory.floatmode import exact_floats
from .cases import Case, byte_cases, float_cases
from .device import Device
from .layout import CONSTANT, Arithmetic, Common, Launch

RETEST_ANSWERS: Final = 10_000

_SOURCES: Final = (Common.A, Common.B, Common.C, Common.D)
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Trust:
    """Whose floats: the device's own, integers', or None; `problems` say why."""

    integers: bool
    floats: Arithmetic | None
    problems: tuple[str, ...] = ()


NONE: Final = Trust(False, None)


def found_by(device: Device, case: Case, arithmetic: Arithmetic) -> bytes:
    """What a device makes of a case. Source B lies among the constants, the others in
    memory, as weights and inputs do."""
    words, memory, constants = list(case.launch.words), b"", b""
    for name, source in zip(_SOURCES, case.sources, strict=False):
        unit = 1 if source.itemsize == 1 else WORD_BYTES
        data = source.tobytes()
        data += bytes(aligned(len(data)) - len(data))
        if name is Common.B:
            words[name], constants = CONSTANT, data
        else:
            words[name] = len(memory) // unit
            memory += data
    words[Common.TARGET] = len(memory) // WORD_BYTES
    size = WORD_BYTES * case.launch.count
    held, beside = device.buffer(len(memory) + size), device.buffer(len(constants))
    if memory:
        device.write(held, 0, memory)
    if constants:
        device.write(beside, 0, constants)
    launch = Launch(case.launch.kernel, tuple(words))
    stride = (len(memory) + size) // WORD_BYTES
    device.run([device.prepare(launch, arithmetic, beside, held, stride)], 1)
    (found,) = device.read(held, [(len(memory), size)])
    return found


def problem(
    device: Device, cases: Iterable[Case], arithmetic: Arithmetic
) -> str | None:
    """What a device gets wrong first, in words."""
    for case in cases:
        found = np.frombuffer(found_by(device, case, arithmetic), "<u4")
        if wrong := np.flatnonzero(found != case.expected).tolist():
            first = wrong[0]
            expected, actual = int(case.expected[first]), int(found[first])
            return (
                f"{arithmetic.value}: {case.what}: expected {expected:#010x}, got "
                f"{actual:#010x} at {first}, and {len(wrong) - 1} others"
            )
    return None


def examined(device: Device, seed: int = 1) -> Trust:
    """By every kernel; integers first, for floats in integers rest on them."""
    problems: list[str] = []
    with exact_floats(), np.errstate(all="ignore"):
        rng = np.random.default_rng(seed)
        if told := problem(device, byte_cases(rng), Arithmetic.WHOLE):
            return Trust(False, None, (told,))
        for arithmetic in device.arithmetics:
            rng = np.random.default_rng(seed)
            told = problem(device, float_cases(rng), arithmetic)
            if told is None:
                return Trust(True, arithmetic, tuple(problems))
            problems.append(told)
    return Trust(True, None, tuple(problems))


class Trusted:
    """A device with what it may be believed. GpuUnusable if that is nothing."""

    def __init__(self, device: Device, every: int = RETEST_ANSWERS) -> None:
        self.device, self._every = device, every
        self._answers, self._tests = 0, 1
        self.trust = examined(device)
        if not self.trust.integers:
            raise GpuUnusable("exact integers", self.trust.problems[0])
        self._tell()

    def answered(self, number: int) -> None:
        """So many more; with other numbers it is examined anew, if it is time."""
        self._answers += number
        if self._answers >= self._every:
            self._answers, self._tests = 0, self._tests + 1
            self.trust = examined(self.device, self._tests)
            self._tell()

    def lose(self, problem: str) -> None:
        """It has failed: all is native from now on."""
        self.trust = Trust(False, None, (problem,))
        self._tell()

    def _tell(self) -> None:
        for each in self.trust.problems:
            _log.warning("GPU %s: %s", self.device.name, each)
