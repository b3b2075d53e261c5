"""The source of an image as others compute it.

By onnxruntime where it is installed and takes the model, else by ONNX's own
implementation, which also gives every tensor on the way.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from converters.errors import SourceFails
from converters.source import Source, first_line
from converters.values import Array

if TYPE_CHECKING:
    from onnx import ModelProto

Arrays = Mapping[str, Array]
Runner = Callable[[dict[str, Array]], list[Any]]

RUNTIME: Final = "onnxruntime"
OWN: Final = "ONNX's own implementation"
SILENT: Final = 4


class Reference:
    """A source that can be run; `name` says by what."""

    def __init__(self, source: Source) -> None:
        self.path, self.model = source.path, source.model
        runner = runtime_of(source.model)
        self.name = RUNTIME if runner else OWN
        with failing(source.path, self.name):
            self.run_once = runner or own_runner_of(source.model)

    def outputs(self, feeds: Arrays) -> list[Array]:
        with failing(self.path, self.name), np.errstate(all="ignore"):
            return [np.asarray(part) for part in self.run_once(dict(feeds))]

    def everything(self, feeds: Arrays) -> dict[str, Array]:
        """Every tensor of the graph by name, from ONNX's own implementation."""
        from onnx.reference import ReferenceEvaluator

        with failing(self.path, OWN), np.errstate(all="ignore"):
            evaluator = ReferenceEvaluator(self.model)
            return dict(evaluator.run(None, dict(feeds), intermediate=True))


def runtime_of(model: "ModelProto") -> Runner | None:
    """onnxruntime's; None if it is absent, or knows not all of the model's operators.

    Bytes times signed bytes are summed in 32 bits: by default it saturates sums of two
    in 16 bits on processors without VNNI.
    """
    try:
        import onnxruntime  # type: ignore[import-not-found, import-untyped, unused-ignore]
    except ImportError:
        return None
    options = onnxruntime.SessionOptions()
    options.add_session_config_entry("session.x64quantprecision", "1")
    options.log_severity_level = SILENT
    try:
        session = onnxruntime.InferenceSession(
            model.SerializeToString(), options, providers=["CPUExecutionProvider"]
        )
    except Exception:  # its classes have no public root
        return None
    return lambda feeds: list(session.run(None, feeds))


def own_runner_of(model: "ModelProto") -> Runner:
    from onnx.reference import ReferenceEvaluator

    evaluator = ReferenceEvaluator(model)
    return lambda feeds: list(evaluator.run(None, feeds))


@contextmanager
def failing(path: Path, runner: str) -> Iterator[None]:
    """SourceFails for whatever a runtime raises: their errors have no common root."""
    try:
        yield
    except MemoryError:
        raise
    except Exception as error:
        raise SourceFails(path, runner, first_line(error)) from error
