"""Blocks of files as blocks of images: not a bit of a weight is another."""

import numpy as np
import pytest

from converters.language.building.packing import packed
from converters.language.encodings import ENCODINGS
from converters.language.matrix import Matrix

BLOCKED = [encoding for encoding in ENCODINGS.values() if encoding.take]


@pytest.mark.parametrize("encoding", BLOCKED, ids=lambda one: one.name)
def test_packed_weights_are_the_files(encoding) -> None:
    """On blocks of any bits; 13 rows are no whole panels."""
    rng, columns = np.random.default_rng(encoding.size), 512
    raw = rng.integers(0, 256, (13, encoding.row_bytes(columns)), np.uint8)
    matrix = Matrix(encoding, columns, raw)
    found, expected = packed(matrix).dequantized(), matrix.floats()
    assert found.shape == expected.shape == (13, columns)
    same = found.view(np.uint32) == expected.view(np.uint32)
    assert (same | (np.isnan(found) & np.isnan(expected))).all()


def test_part_of_a_matrix_is_its_rows() -> None:
    encoding = BLOCKED[0]
    raw = np.random.default_rng(1).integers(
        0, 256, (24, encoding.row_bytes(64)), np.uint8
    )
    matrix = Matrix(encoding, 64, raw)
    part = packed(matrix.part(8, 21)).dequantized()
    whole = packed(matrix).dequantized()[8:21]
    assert np.array_equal(part, whole, equal_nan=True)
