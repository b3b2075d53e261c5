"""From a file of another framework to a model image.

`convert` reads a file as an ONNX model, lowers its nodes one by one through the
registry and has `tinynn.GraphBuilder` lay out the image. `inspect` does the same and
reports; neither stops at the first node that can't be lowered, so that all of them are
told at once.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from converters.errors import BadOption, Problem, Unsupported
from converters.frameworks import losses_of
from converters.graph import GraphLowering, Options
from converters.source import Port, Source, checked, read, refusing
from converters.values import Shape

Progress = Callable[[str], None]
NO_SHAPES: Mapping[str, Shape] = {}


@dataclass(frozen=True, slots=True)
class Report:
    """What a file holds, and what stands against its conversion."""

    path: Path
    producer: str
    opset: int
    inputs: tuple[Port, ...]
    outputs: tuple[Port, ...]
    operators: dict[str, int]
    parameters: int
    multiply_adds: int
    problems: tuple[Problem, ...]
    notes: tuple[str, ...]
    image: bytes | None


@dataclass(frozen=True, slots=True)
class Conversion:
    """An image, and how it came about; `notes` say what of the source is lost."""

    image: bytes
    notes: tuple[str, ...]
    source: Source
    shapes: Mapping[str, Shape]
    work: GraphLowering


def conversion(
    path: str | Path,
    options: Options,
    *,
    input_shapes: Mapping[str, Shape] = NO_SHAPES,
    trust_code: bool = False,
    progress: Progress | None = None,
) -> Conversion:
    """The model image of the file `path`, and what there is to say of it.

    Raises `Unsupported` with every node that can't be lowered, `BadModelFile` if the
    file is no sound model, `BadOption` if an option does not fit it.
    """
    tell = progress or (lambda message: None)
    tell(f"reading {path}")
    source = read(Path(path), input_shapes, trust_code)
    image, work = image_of(source, options, tell)
    return Conversion(image, tuple(work.notes.lines()), source, input_shapes, work)


def convert(
    path: str | Path,
    *,
    name: str | None = None,
    input_type: str | None = None,
    input_scale: float | None = None,
    argmax: bool = False,
    input_shapes: Mapping[str, Shape] = NO_SHAPES,
    trust_code: bool = False,
    progress: Progress | None = None,
) -> bytes:
    """The image alone; raises as `conversion` does."""
    return conversion(
        path,
        Options(name, input_type, input_scale, argmax),
        input_shapes=input_shapes,
        trust_code=trust_code,
        progress=progress,
    ).image


def convert_module(
    module: Any, examples: Sequence[Any], *, name: str, argmax: bool = False
) -> bytes:
    """The image of a PyTorch `nn.Module` that takes tensors like `examples`.

    Raises as `convert` does.
    """
    from converters.frameworks import pytorch, quietly

    path = Path(name)
    with refusing(path), quietly():
        model = pytorch.from_module(module, examples)
    source = checked(path, model, NO_SHAPES)
    image, _ = image_of(source, Options(name, argmax=argmax), lambda message: None)
    return image


def image_of(
    source: Source, options: Options, tell: Progress
) -> tuple[bytes, GraphLowering]:
    tell(f"lowering {len(source.model.graph.node)} nodes")
    work = lowered(source, options)
    tell("laying out the image")
    image = work.build()
    if image is None:
        raise Unsupported(source.path, work.problems)
    return image, work


def inspect(
    path: str | Path,
    *,
    input_shapes: Mapping[str, Shape] = NO_SHAPES,
    trust_code: bool = False,
) -> Report:
    """What the file holds; its problems are listed, not raised."""
    source = read(Path(path), input_shapes, trust_code)
    work = lowered(source, Options())
    image = work.build()
    return Report(
        path=source.path,
        producer=source.producer,
        opset=source.opset,
        inputs=source.inputs,
        outputs=tuple(output_ports(source)),
        operators=dict(Counter(node.op_type for node in source.model.graph.node)),
        parameters=sum(array.size for array in source.constants.values()),
        multiply_adds=source.multiply_adds(),
        problems=tuple(work.problems),
        notes=tuple(work.notes.lines()),
        image=image,
    )


def output_ports(source: Source) -> Iterator[Port]:
    """What ONNX could tell of the outputs; of an open shape nothing."""
    for name in source.outputs:
        found = source.inferred.get(name)
        yield Port(name, found.dtype, found.shape) if found else Port(name, "?", ())


def lowered(source: Source, options: Options) -> GraphLowering:
    """The whole model lowered, or its problems."""
    check_options(source, options)
    work = GraphLowering(source, options)
    work.lower_all()
    for layer, loss in losses_of(source.path):
        work.notes.add(loss, layer)
    return work


def check_options(source: Source, options: Options) -> None:
    """`BadOption` unless the options fit each other and the model."""
    if options.input_type not in (None, "uint8", "float32"):
        raise BadOption("--input-type", "uint8 or float32", str(options.input_type))
    if options.input_scale is not None and options.input_type != "uint8":
        raise BadOption("--input-scale", "--input-type uint8 with it", "none")
    types = [port.dtype for port in source.inputs]
    if options.input_type == "float32" and types != ["float32"]:
        raise BadOption("--input-type", " and ".join(types), "float32")
    if options.input_scale is not None and types != ["float32"]:
        raise BadOption("--input-scale", "one float32 input", " and ".join(types))
    if options.argmax and len(source.outputs) != 1:
        raise BadOption("--argmax", "one output", f"{len(source.outputs)}")
