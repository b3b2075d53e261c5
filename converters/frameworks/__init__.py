"""Files of any framework as ONNX models; frameworks are imported only when needed."""

import logging
import os
import warnings
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from converters.errors import BadModelFile
from converters.values import Array, Shape

if TYPE_CHECKING:
    from onnx import ModelProto

Runner = Callable[[Mapping[str, Array]], list[Any]]
"""A framework's outputs, in order, of inputs by name."""

KERAS = (".keras", ".h5", ".hdf5")
PYTORCH = (".pt2", ".pt", ".pth", ".th", ".ckpt")
TFLITE = (".tflite",)
SAVED_MODEL = "saved_model.pb"

STANDARD_ERROR = 2

MAX_BYTES = 2 << 30
"""As large as a model image can be, and as a protobuf can be."""


def is_source(path: Path) -> bool:
    """Whether the file is a model to be converted, not an image."""
    known = (".onnx", *KERAS, *PYTORCH, *TFLITE)
    named = path.suffix.lower() in known or path.name == SAVED_MODEL
    return named or (path / SAVED_MODEL).exists() or is_script(path)


def is_pytorch(path: Path) -> bool:
    """By its name; TorchScript is known by what is in it, whatever its name."""
    return path.suffix.lower() in PYTORCH or is_script(path)


def is_script(path: Path) -> bool:
    """Whether the file is an archive with TorchScript's code in it."""
    if not path.is_file() or not zipfile.is_zipfile(path):
        return False
    with zipfile.ZipFile(path) as archive:
        return any("/code/" in name for name in archive.namelist())


@contextmanager
def quietly() -> Iterator[None]:
    """Frameworks talk a lot; what matters comes as an exception."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(before)


@contextmanager
def unheard() -> Iterator[None]:
    """What a framework's C++ code writes to standard error goes nowhere."""
    kept = os.dup(STANDARD_ERROR)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, STANDARD_ERROR)
    try:
        yield
    finally:
        os.dup2(kept, STANDARD_ERROR)
        os.close(kept)
        os.close(nowhere)


def as_onnx(path: Path, shapes: Mapping[str, Shape], trust_code: bool) -> "ModelProto":
    """The model in `path`, by what its name says it is.

    Raises MissingExtra if the framework is not installed, UntrustedCode for a file
    that would have to be executed.
    """
    suffix = path.suffix.lower()
    if path.exists() and not path.is_dir() and not path.is_file():
        raise BadModelFile(path, "a file or a folder", "a device or a pipe")
    check_unpacked(path)
    if path.is_dir():
        if not (path / SAVED_MODEL).exists():
            expected = (
                "a model file, a SavedModel, or a folder with config.json and "
                "model.safetensors"
            )
            raise BadModelFile(path, expected, "another folder")
        from converters.frameworks import tensorflow

        return tensorflow.saved_model(path, shapes, trust_code)
    if suffix in KERAS:
        from converters.frameworks import keras

        return keras.keras_file(path, shapes, trust_code)
    if is_pytorch(path):
        from converters.frameworks import pytorch

        return pytorch.pytorch_file(path, shapes, trust_code)
    if suffix in TFLITE:
        from converters.frameworks import tflite

        return tflite.tflite_file(path, shapes)
    from converters.frameworks import onnxfile

    return onnxfile.onnx_file(path)


def runner_of(
    path: Path, shapes: Mapping[str, Shape], trust_code: bool
) -> tuple[str, Runner] | None:
    """The framework's name and what computes the file in it; None of an ONNX file."""
    suffix = path.suffix.lower()
    if path.is_dir():
        from converters.frameworks import tensorflow

        return "TensorFlow", tensorflow.saved_model_runner(path, trust_code)
    if suffix in KERAS:
        from converters.frameworks import keras

        return "Keras", keras.keras_runner(path, trust_code)
    if is_pytorch(path):
        from converters.frameworks import pytorch

        return "PyTorch", pytorch.pytorch_runner(path, trust_code)
    if suffix in TFLITE:
        from converters.frameworks import tflite

        return tflite.tflite_runner(path, shapes)
    return None


def losses_of(path: Path) -> Iterator[tuple[str, str]]:
    """Layers, and what of them an image does not have."""
    if path.suffix.lower() in KERAS:
        from converters.frameworks import keras

        yield from keras.lost_states(keras.config_of(path))


def check_unpacked(path: Path) -> None:
    """Of an archive: what is in it is not larger than a model can be."""
    if path.is_dir() or not zipfile.is_zipfile(path):
        return
    with zipfile.ZipFile(path) as archive:
        size = sum(part.file_size for part in archive.infolist())
    if size > MAX_BYTES:
        raise BadModelFile(path, f"at most {MAX_BYTES} bytes unpacked", f"{size}")
