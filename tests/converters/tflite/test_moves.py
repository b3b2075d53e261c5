"""Moves of bytes in full-integer TFLite files: what TFLite's kernels make."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from support.sources.tflite_files import Part, Step, held, write
from support.sources.tflite_nets import PICTURE, compared, random_bytes, single

litert = pytest.importorskip("ai_edge_litert", reason="LiteRT is not installed")


def moved(shape: Sequence[int]) -> Part:
    return replace(PICTURE, shape=tuple(shape))


MOVES: dict[str, tuple[dict[str, Part], Part, dict[str, Any]]] = {
    "PAD": ({"p": held([[0, 0], [1, 2], [0, 3], [0, 0]])}, moved((1, 10, 9, 4)), {}),
    "TRANSPOSE": ({"p": held([0, 3, 1, 2])}, moved((1, 4, 7, 6)), {}),
    "SLICE": (
        {"b": held([0, 1, 2, 0]), "s": held([1, 3, -1, 2])},
        moved((1, 3, 4, 2)),
        {},
    ),
    "STRIDED_SLICE": (
        {"b": held([0, -1, 1, 0]), "e": held([1, 0, 5, 0]), "s": held([1, -2, 2, 1])},
        moved((4, 2, 4)),
        {"shrinkAxisMask": 1, "endMask": 10},
    ),
    "EXPAND_DIMS": ({"a": held(1)}, moved((1, 1, 7, 6, 4)), {}),
    "SPACE_TO_DEPTH": ({}, moved((1, 6, 3, 16)), {"blockSize": 2}),
    "DEPTH_TO_SPACE": ({}, moved((1, 14, 12, 1)), {"blockSize": 2}),
    "GATHER": ({"i": held([2, 0, 2])}, moved((1, 7, 3, 4)), {"axis": 2}),
    "REDUCE_MAX": ({"a": held([1, 2])}, moved((1, 4)), {}),
}


@pytest.mark.parametrize("kind", MOVES)
def test_tflite_move_changes_no_byte(kind: str, tmp_path: Path) -> None:
    others, output, options = MOVES[kind]
    table = "Reducer" if kind == "REDUCE_MAX" else ""
    picture = moved((1, 6, 6, 4)) if kind == "SPACE_TO_DEPTH" else PICTURE
    path = single(tmp_path, kind, {"x": picture, **others}, output, table, **options)
    compared(path)


def test_tflite_batches_of_a_dilated_convolution_come_back(tmp_path: Path) -> None:
    block, pads = held([2, 3]), held([[0, 1], [2, 1]])
    parts = {
        "x": PICTURE,
        "block": block,
        "pads": pads,
        "mid": moved((6, 4, 3, 4)),
        "crops": held([[1, 0], [0, 2]]),
        "y": moved((1, 7, 7, 4)),
    }
    steps = [
        Step("SPACE_TO_BATCH_ND", ["x", "block", "pads"], ["mid"]),
        Step("BATCH_TO_SPACE_ND", ["mid", "block", "crops"], ["y"]),
    ]
    compared(write(tmp_path / "net.tflite", parts, steps, ["x"], ["y"]))


def test_tflite_parts_are_split_and_put_together(tmp_path: Path) -> None:
    half = moved((1, 7, 6, 2))
    parts = {
        "x": PICTURE,
        "axis": held(3),
        "a": half,
        "b": half,
        "most": half,
        "y": moved((1, 7, 6, 4)),
    }
    steps = [
        Step("SPLIT", ["axis", "x"], ["a", "b"], {"numSplits": 2}),
        Step("MAXIMUM", ["a", "b"], ["most"], {}, "MaximumMinimum"),
        Step("CONCATENATION", ["most", "b"], ["y"], {"axis": -1}),
    ]
    compared(write(tmp_path / "net.tflite", parts, steps, ["x"], ["y"]))


def test_tflite_version_that_reference_kernels_are_not_listed_by_is_judged(
    tmp_path: Path,
) -> None:
    """TensorFlow's converter writes this one for what is repeated in bytes."""
    parts = {"x": PICTURE, "n": held([1, 2, 1, 1]), "y": moved((1, 14, 6, 4))}
    steps = [Step("TILE", ["x", "n"], ["y"], version=3)]
    compared(write(tmp_path / "net.tflite", parts, steps, ["x"], ["y"]))


def test_tflite_places_in_a_table_are_counted_from_its_end(tmp_path: Path) -> None:
    """As TensorFlow's converter writes an embedding whose input is in floats."""
    line = Part((1, 5), "int32")
    parts = {
        "x": Part((1, 5), "float32"),
        "i": line,
        "zero": held([0]),
        "less": Part((1, 5), "bool"),
        "rows": held([9]),
        "more": line,
        "at": line,
        "table": held(random_bytes(9, 4), "int8", scale=0.02, zero=3),
        "y": Part((1, 5, 4), scale=0.02, zero=3),
    }
    casting = {"inDataType": 0, "outDataType": 2}
    steps = [
        Step("CAST", ["x"], ["i"], casting),
        Step("LESS", ["i", "zero"], ["less"]),
        Step("ADD", ["i", "rows"], ["more"]),
        Step("SELECT", ["less", "more", "i"], ["at"]),
        Step("GATHER", ["table", "at"], ["y"]),
    ]
    compared(write(tmp_path / "net.tflite", parts, steps, ["x"], ["y"]))
