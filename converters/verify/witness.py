"""The source of an image as somebody else computes it: who judges a conversion.

An ONNX file is computed by onnxruntime, a file of another framework by that framework,
from the file itself and not from what was read out of it here. Who has no witness gets
no verdict.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from converters.errors import SourceFails
from converters.frameworks import Runner, quietly, runner_of
from converters.source import Source, first_line
from converters.values import Array, Shape

if TYPE_CHECKING:
    from onnx import ModelProto

Arrays = Mapping[str, Array]
RUNTIME: Final = "onnxruntime"
SILENT: Final = 4


@dataclass(frozen=True, slots=True)
class Witness:
    """A model that can be run; `name` says by what."""

    name: str
    path: Path
    run: Runner

    def outputs(self, feeds: Arrays) -> list[Any]:
        """SourceFails if it can't be run on them."""
        with failing(self.path, self.name), quietly(), np.errstate(all="ignore"):
            return self.run(feeds)


@dataclass(frozen=True, slots=True)
class NoWitness:
    """Why nobody but us can compute the source."""

    reason: str


def witness_of(
    source: Source, shapes: Mapping[str, Shape], trust_code: bool
) -> Witness | NoWitness:
    """By the kind of file that the source was read from."""
    try:
        with quietly():
            named = runner_of(source.path, shapes, trust_code)
        if named is not None:
            name, run = named
            return Witness(name, source.path, run)
        return Witness(RUNTIME, source.path, onnx_runner(source))
    except Exception as error:  # frameworks' errors have no common root
        return NoWitness(first_line(error))


def onnx_runner(source: Source) -> Runner:
    """onnxruntime's, of the file as it is."""
    session = session_of(source.path)
    names = list(source.outputs)
    return lambda feeds: list(session.run(names, dict(feeds)))


def session_of(model: "ModelProto | Path") -> Any:
    """onnxruntime's session, on the processor.

    Not optimised: its fusions round elsewhere, and some are lossy (it quantises what is
    multiplied by dequantised weights). Bytes times signed bytes are summed in 32 bits:
    by default it saturates sums of two in 16 bits on processors without VNNI.
    """
    import onnxruntime  # type: ignore[import-not-found, import-untyped, unused-ignore]

    options = onnxruntime.SessionOptions()
    options.add_session_config_entry("session.x64quantprecision", "1")
    options.log_severity_level = SILENT
    level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.graph_optimization_level = level
    held = str(model) if isinstance(model, Path) else model.SerializeToString()
    return onnxruntime.InferenceSession(
        held, options, providers=["CPUExecutionProvider"]
    )


@contextmanager
def failing(path: Path, runner: str) -> Iterator[None]:
    """SourceFails for whatever a runtime raises: their errors have no common root."""
    try:
        yield
    except MemoryError:
        raise
    except Exception as error:
        raise SourceFails(path, runner, first_line(error)) from error
