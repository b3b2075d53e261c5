"""A model's outputs written to a file, in whichever form its name asks for.

`.npz` and `.json` hold every output by name; `.npy` and `.png` one; a file of any other
name the answer's bytes, as they are on the chain.
"""

import io
import json
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np

from converters.files import write_atomically
from oracle.cli.common.errors import ImageAbsent, NoSuchOutput, NotAPicture
from oracle.cli.inputs.pictures import picture_file
from oracle.cli.show.portrait import as_numbers
from oracle.layout import layout
from oracle.node.roles.node_config import NodeSettings
from oracle.pixels import Array
from oracle.requester.requests import Situation
from tinynn import TensorSpec
from tinynn.asking import answered_text, takes_text

Named = Mapping[str, Array]
Limits = tuple[float, float] | None


def write_outputs(
    path: Path, specs: Sequence[TensorSpec], arrays: Sequence[Array], limits: Limits
) -> None:
    """The outputs in the file `path`, whole or not at all.

    Raises NoSuchOutput if the form holds one and there are several, NotAPicture if a
    picture is asked for and there is none.
    """
    named = {spec.name: array for spec, array in zip(specs, arrays, strict=True)}
    writer = WRITERS.get(path.suffix.lower(), as_raw)
    write_atomically(path, writer(path, named, limits))


def write_answer(path: Path, settings: NodeSettings, found: Situation) -> None:
    """A request's answer in the file `path`. ImageAbsent where its model's image is not
    here, without which nobody knows what the bytes are."""
    answer, store = found.asked.output, settings.model_store
    if path.suffix.lower() not in FORMS:
        write_atomically(path, answer)
        return
    if not store.holds(found.model_root):
        raise ImageAbsent(path, found.asked.request.model_id)
    model = store.load(found.model_root)
    if path.suffix.lower() == TEXT:
        if not takes_text(model.tables):
            raise NoSuchOutput("a language model's, for .txt", model.name)
        write_atomically(path, answered_text(answer).encode())
        return
    write_outputs(path, model.outputs, model.decode_output(answer), None)


def chosen(
    specs: Sequence[TensorSpec], arrays: Sequence[Array], name: str | None
) -> tuple[list[TensorSpec], list[Array]]:
    """All outputs, or the one called `name`; NoSuchOutput if there is none."""
    pairs = list(zip(specs, arrays, strict=True))
    kept = [pair for pair in pairs if name in (None, pair[0].name)]
    if not kept:
        raise NoSuchOutput(" or ".join(spec.name for spec in specs), str(name))
    return [spec for spec, _ in kept], [array for _, array in kept]


def as_npy(path: Path, named: Named, limits: Limits) -> bytes:
    with io.BytesIO() as file:
        np.save(file, the_only(path, named))
        return file.getvalue()


def as_npz(path: Path, named: Named, limits: Limits) -> bytes:
    """As numpy's savez does, to which an output could not be called `file`."""
    with io.BytesIO() as file:
        with zipfile.ZipFile(file, "w") as archive:
            for name, array in named.items():
                with archive.open(f"{name}.npy", "w") as member:
                    np.lib.format.write_array(member, array, allow_pickle=False)
        return file.getvalue()


def as_json(path: Path, named: Named, limits: Limits) -> bytes:
    numbers = {name: as_numbers(array) for name, array in named.items()}
    return (json.dumps(numbers) + "\n").encode()


def as_png(path: Path, named: Named, limits: Limits) -> bytes:
    """The only output that can be a picture."""
    pictures = {n: a for n, a in named.items() if layout(a.shape) is not None}
    if not pictures:
        shapes = (f"{name} {array.shape}" for name, array in named.items())
        raise NotAPicture(path, ", ".join(shapes))
    return picture_file(the_only(path, pictures), limits)


def as_raw(path: Path, named: Named, limits: Limits) -> bytes:
    return b"".join(
        array.astype(array.dtype.newbyteorder("<")).tobytes()
        for array in named.values()
    )


def the_only(path: Path, named: Named) -> Array:
    if len(named) != 1:
        expected = f"one output for {path.name} (choose it with --take)"
        raise NoSuchOutput(expected, ", ".join(named))
    return next(iter(named.values()))


Writer = Callable[[Path, Named, Limits], bytes]
TEXT: Final = ".txt"
WRITERS: Mapping[str, Writer] = {
    ".npy": as_npy,
    ".npz": as_npz,
    ".json": as_json,
    ".png": as_png,
}
FORMS: Final = (*WRITERS, TEXT)
