"""PyTorch's models through torch.onnx: modules, exported programs, TorchScript.

A `.pt2` holds a graph: it is read without executing anything. A TorchScript archive
and a pickled module hold code, and are read only if they are trusted. A pickle of
weights alone has no architecture: its author has to make the module and hand it over
(`from_module`).
"""

import os
import pickle
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from converters.errors import (
    BadModelFile,
    BadOption,
    MissingExtra,
    UntrustedCode,
)
from converters.frameworks import Runner, is_script
from converters.values import Array, Shape

if TYPE_CHECKING:
    from onnx import ModelProto

ONLY_WEIGHTS = "TORCH_FORCE_WEIGHTS_ONLY_LOAD"


def torch_of() -> Any:
    """PyTorch with its exporter."""
    try:
        import onnxscript  # type: ignore[import-not-found, unused-ignore]  # noqa: F401
        import torch  # type: ignore[import-not-found, unused-ignore]
    except ImportError as error:
        raise MissingExtra("torch with onnxscript", "train") from error
    return torch


def from_module(module: Any, examples: Sequence[Any]) -> "ModelProto":
    """The ONNX model of an `nn.Module`, as it treats inputs like `examples`."""
    return exported(module.eval(), tuple(examples))


def pytorch_file(
    path: Path, shapes: Mapping[str, Shape], trust_code: bool
) -> "ModelProto":
    """The model in a `.pt2`, a TorchScript archive or a pickle."""
    torch = torch_of()
    if is_script(path):
        if not trust_code:
            raise UntrustedCode(path, "TorchScript")
        module = torch.jit.load(path, map_location="cpu").eval()
        return scripted(module, inputs_like(torch, path, shapes), list(shapes))
    if path.suffix.lower() == ".pt2":
        with only_weights(trust_code), telling_code(path):
            return exported(torch.export.load(path), None)
    module = unpickled(torch, path, trust_code)
    if not isinstance(module, torch.nn.Module):
        what = f"weights without one: a {type(module).__name__}"
        advice = "build the module in Python and use torch.export.save(.., '.pt2')"
        raise BadModelFile(path, "a model with its architecture", f"{what} ({advice})")
    return exported(module.eval(), inputs_like(torch, path, shapes), list(shapes))


def pytorch_runner(path: Path, trust_code: bool) -> Runner:
    """PyTorch itself, of inputs in the order that they come in."""
    torch = torch_of()
    if is_script(path):
        if not trust_code:
            raise UntrustedCode(path, "TorchScript")
        module = torch.jit.load(path, map_location="cpu").eval()
    elif path.suffix.lower() == ".pt2":
        with only_weights(trust_code), telling_code(path):
            module = torch.export.load(path).module()
    else:
        module = unpickled(torch, path, trust_code).eval()

    def run(feeds: Mapping[str, Array]) -> list[Array]:
        with torch.no_grad():
            outputs = module(*(torch.tensor(array) for array in feeds.values()))
        leaves, _ = torch.utils._pytree.tree_flatten(outputs)
        return [leaf.numpy() for leaf in leaves if isinstance(leaf, torch.Tensor)]

    return run


def unpickled(torch: Any, path: Path, trust_code: bool) -> Any:
    """What the pickle holds; anything but tensors and plain containers needs trust."""
    with telling_code(path):
        return torch.load(path, map_location="cpu", weights_only=not trust_code)


@contextmanager
def telling_code(path: Path) -> Iterator[None]:
    """UntrustedCode for what torch says of a pickle that names a function."""
    try:
        yield
    except pickle.UnpicklingError as error:
        if "weights_only" in str(error):
            raise UntrustedCode(path, "a pickle with code") from error
        raise


@contextmanager
def telling_cause() -> Iterator[None]:
    """The exporter's errors begin with advice; what caused them says what is wrong."""
    try:
        yield
    except Exception as error:
        cause: BaseException = error
        while cause.__cause__ is not None:
            cause = cause.__cause__
        raise cause from None


@contextmanager
def only_weights(trust_code: bool) -> Iterator[None]:
    """No pickle inside an archive may name a function, whoever reads it."""
    before = os.environ.get(ONLY_WEIGHTS)
    if not trust_code:
        os.environ[ONLY_WEIGHTS] = "1"
    try:
        yield
    finally:
        os.environ.pop(ONLY_WEIGHTS, None)
        if before is not None:
            os.environ[ONLY_WEIGHTS] = before


def inputs_like(torch: Any, path: Path, shapes: Mapping[str, Shape]) -> tuple[Any, ...]:
    """Zeros of the shapes that the publisher names: such a file does not say them."""
    if not shapes:
        raise BadOption(
            "--input-shape", "NAME=1,3,32,32 for each input", f"none: {path}"
        )
    return tuple(torch.zeros(shape) for shape in shapes.values())


def exported(
    module: Any, examples: tuple[Any, ...] | None, names: list[str] | None = None
) -> "ModelProto":
    """Inputs are called `names`, or as the module calls them."""
    import onnx

    torch = torch_of()
    with TemporaryDirectory() as folder, telling_cause():
        file = Path(folder) / "model.onnx"
        torch.onnx.export(
            module, examples, file, input_names=names, dynamo=True, verbose=False
        )
        return onnx.load_model(file)


def scripted(module: Any, examples: tuple[Any, ...], names: list[str]) -> "ModelProto":
    """TorchScript goes through the older exporter: the newer one can't read it."""
    import onnx

    torch = torch_of()
    with TemporaryDirectory() as folder:
        file = Path(folder) / "model.onnx"
        torch.onnx.export(module, examples, str(file), input_names=names, dynamo=False)
        return onnx.load_model(file)
