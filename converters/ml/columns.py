"""Features chosen, joined and named: ArrayFeatureExtractor, FeatureVectorizer,
LabelEncoder, OneHotEncoder, ZipMap."""

from collections.abc import Sequence
from math import prod
from typing import Any

import numpy as np

from converters.ml.forest import tensor
from converters.ml.scaling import as_floats
from converters.registry import Graph, Refused, lowers
from converters.source import ML_DOMAIN
from converters.values import Array, Constant, Labels, Value, number, whole_numbers

NAN_IS_A_KEY = 4
"""Since this version of LabelEncoder."""

TEXT = "number the words outside of the model"


@lowers("ai.onnx.ml.ArrayFeatureExtractor")
def array_feature_extractor(graph: Graph, x: Value, chosen: Value) -> Value:
    """Elements along the last axis; of constant text the places."""
    count = prod(chosen.shape)
    shape = (1, count) if len(x.shape) == 1 else (*x.shape[:-1], count)
    places = graph.reshape(chosen, (count,))
    if isinstance(x, Constant) and x.array.dtype == np.dtype(object):
        if len(x.shape) != 1 and x.shape[0] != 1:
            raise Refused(f"text: expected one row, got {x.shape}", TEXT)
        names = tuple(map(as_text, x.array.reshape(-1)))
        return Labels(graph.settle(graph.reshape(places, shape)), names)
    found = graph.apply("Gather", x, places, axis=len(x.shape) - 1)
    return graph.reshape(found, shape)


def as_text(word: Any) -> str:
    return word.decode() if isinstance(word, bytes) else str(word)


@lowers("ai.onnx.ml.FeatureVectorizer")
def feature_vectorizer(
    graph: Graph, *parts: Value, inputdimensions: Sequence[int] = ()
) -> Value:
    """Columns of all inputs side by side, each cut or filled up with zeros."""
    if len(inputdimensions) != len(parts):
        raise Refused(f"inputdimensions: expected {len(parts)}, got {inputdimensions}")
    columns = []
    for part, width in zip(parts, inputdimensions, strict=True):
        rows = 1 if len(part.shape) == 1 else part.shape[0]
        x = graph.reshape(as_floats(graph, part), (rows, -1))
        if x.shape[1] > width:
            bounds = (whole_numbers([n]) for n in (0, width, 1))
            x = graph.apply("Slice", x, *bounds)
        elif x.shape[1] < width:
            pads = whole_numbers([0, 0, 0, width - x.shape[1]])
            x = graph.apply("Pad", x, pads, number(0))
        columns.append(x)
    return graph.apply("Concat", *columns, axis=1)


@lowers("ai.onnx.ml.LabelEncoder")
def label_encoder(graph: Graph, x: Value, **attributes: Any) -> Value:
    """Values by keys; the first of equal keys. Text that comes out is numbered."""
    keys, values = (table(attributes, name) for name in ("keys", "values"))
    if keys.dtype == np.dtype(object) or isinstance(x, Labels):
        return renamed(graph, x, keys, values, attributes)
    if len(keys) != len(values) or not len(keys):
        raise Refused(f"values: expected {len(keys)}, got {len(values)}")
    known = graph.reshape(x, (*x.shape, 1))
    if keys.dtype.kind == "f" and x.dtype != "float32":
        raise Refused(f"keys: expected those of {x.dtype}, got floats")
    equal = graph.apply("Equal", known, Constant(keys))
    if keys.dtype.kind == "f" and graph.version(ML_DOMAIN) >= NAN_IS_A_KEY:
        missing = Constant(np.isnan(keys))
        nan = graph.apply("And", graph.apply("IsNaN", known), missing)
        equal = graph.apply("Or", equal, nan)
    ones = graph.apply("Cast", equal, to=1)
    place = graph.apply("ArgMax", ones, axis=len(x.shape), keepdims=0)
    place = graph.reshape(place, x.shape)
    last = whole_numbers([len(x.shape)])
    found = graph.apply("ReduceMax", ones, last)
    there = graph.apply("Greater", graph.reshape(found, x.shape), number(0))
    if values.dtype == np.dtype(object):
        names = (*map(as_text, values), default_of(attributes, values))
        other = Constant(np.array(len(values), np.int64))
        index = graph.apply("Where", there, place, other)
        return Labels(graph.settle(index), names)
    other = Constant(np.array(default_of(attributes, values), values.dtype))
    chosen = graph.apply("Gather", Constant(values), place)
    return graph.apply("Where", there, chosen, other)


def renamed(
    graph: Graph, x: Value, keys: Array, values: Array, attributes: dict[str, Any]
) -> Value:
    """Of labels that the model made itself: each name has its value."""
    if not isinstance(x, Labels) or keys.dtype != np.dtype(object):
        raise Refused("keys: expected numbers, got text", TEXT)
    other = default_of(attributes, values)
    known = dict(zip(map(as_text, keys), values.tolist(), strict=True))
    found = [known.get(name, other) for name in x.names]
    if values.dtype == np.dtype(object):
        return Labels(x.index, tuple(map(as_text, found)))
    return graph.apply("Gather", Constant(np.array(found, values.dtype)), x.index)


def table(attributes: dict[str, Any], side: str) -> Array:
    """The keys or the values."""
    if f"{side}_tensor" in attributes:
        return tensor(attributes, f"{side}_tensor")
    for kind, dtype in (("floats", np.float32), ("int64s", np.int64)):
        if f"{side}_{kind}" in attributes:
            return np.array(attributes[f"{side}_{kind}"], dtype)
    if f"{side}_strings" in attributes:
        return np.array(attributes[f"{side}_strings"], object)
    raise Refused(f"{side}: expected numbers, got none", TEXT)


def default_of(attributes: dict[str, Any], values: Array) -> Any:
    """What a key that is not known has."""
    if "default_tensor" in attributes:
        return tensor(attributes, "default_tensor").item()
    if values.dtype == np.dtype(object):
        return attributes.get("default_string", "_Unused")
    if values.dtype.kind == "f":
        return attributes.get("default_float", -0.0)
    return attributes.get("default_int64", -1)


@lowers("ai.onnx.ml.OneHotEncoder")
def one_hot_encoder(
    graph: Graph, x: Value, *, cats_int64s: Sequence[int] = (), zeros: int = 1, **_: Any
) -> Value:
    """1 at the place of a category, along a new last axis."""
    if not cats_int64s:
        raise Refused("categories: expected numbers, got text", TEXT)
    if x.dtype == "float32":  # onnxruntime takes the whole part
        x = graph.apply("Cast", x, to=6)
    if not zeros:
        graph.note("a category that is not known is zeros, not an error")
    known = graph.reshape(x, (*x.shape, 1))
    equal = graph.apply("Equal", known, whole_numbers(cats_int64s))
    return graph.apply("Cast", equal, to=1)


@lowers("ai.onnx.ml.ZipMap")
def zip_map(
    graph: Graph,
    x: Value,
    *,
    classlabels_int64s: Sequence[int] = (),
    classlabels_strings: Sequence[str] = (),
) -> Value:
    """The scores as they are: a matrix, one column a class."""
    names = [*map(str, classlabels_strings or classlabels_int64s)]
    graph.name_columns(x, tuple(names))
    return x
