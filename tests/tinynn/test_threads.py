"""Operators shared by threads: the same bits, whatever a thread's float mode was."""

import time
from concurrent.futures import ThreadPoolExecutor
from functools import cache

import numpy as np
import pytest
from support.images.models import dense_layer, random_floats
from support.images.operations import Array, model_of, sparse_floats

from mips_vm.compiled import native
from tinynn import Model
from tinynn.blocks import BlockKind
from tinynn.blocks.kinds import tensor_bytes
from tinynn.execution.program import shares
from tinynn.kernels import program
from tinynn.operators import FAMILIES


def convolution() -> tuple[Model, bytes]:
    rng = np.random.default_rng(1)
    x, w = sparse_floats(rng, 1, 16, 32, 32), random_floats(rng, 40, 16, 3, 3)
    model = model_of("Conv", [x, w[:23] * np.float32(1e-39)], (1,), pads=(1, 1, 1, 1))
    return model, x.tobytes()


def product() -> tuple[Model, bytes]:
    rng = np.random.default_rng(2)
    x, w = sparse_floats(rng, 60, 301), random_floats(rng, 301, 77)
    return model_of("MatMul", [x, w], (1,)), x.tobytes()


def layer() -> tuple[Model, bytes]:
    """Columns that end beside a panel."""
    rng = np.random.default_rng(5)
    x, w = sparse_floats(rng, 1501), random_floats(rng, 1005, 1501)
    return dense_layer(w, random_floats(rng, 1005)), x.tobytes()


def integers() -> tuple[Model, bytes]:
    rng = np.random.default_rng(3)
    x = rng.integers(0, 256, (60, 1600)).astype(np.uint8)
    w = rng.integers(-128, 128, (1600, 400)).astype(np.int8)
    zeros: list[Array] = [np.array([0], np.uint8), np.array([1], np.int8)]
    return model_of("MatMulInteger", [x, w, *zeros], (1, 2, 3)), x.tobytes()


def blocks() -> tuple[Model, bytes]:
    """Weights of any bits; rows that are no whole panels."""
    rng = np.random.default_rng(4)
    kind, rows, columns = BlockKind.FOUR_MIN, 13117, 1056
    size = tensor_bytes(kind, rows, columns)
    data = rng.integers(0, 256, size, dtype=np.uint8)
    q, d = (
        rng.integers(-127, 128, columns).astype(np.int8),
        random_floats(rng, columns // 32),
    )
    words = {"kind": int(kind), "rows": rows, "columns": columns}
    model = model_of("BlockMatVec", [q, d, data], (2,), **words)
    return model, q.tobytes() + d.tobytes()


@pytest.mark.parametrize("made", [convolution, product, layer, integers, blocks])
@pytest.mark.parametrize("threads", [2, 3])
def test_answer_by_several_threads_is_the_same(made: object, threads: int) -> None:
    assert callable(made)
    model, data = made()
    (operator,) = model.tables.operators
    assert 2 <= len(list(shares(operator, threads))) <= threads
    assert model.answer(data, threads) == model.answer(data)


def test_shares_cover_an_operator_in_whole_rows() -> None:
    model, _ = convolution()
    (operator,) = model.tables.operators
    share = FAMILIES[operator.opcode].share
    assert share is not None
    grain = share(operator)
    parts = list(shares(operator, 3))
    assert sum(count for _, count in parts) == operator.target.count
    assert [first for first, _ in parts[1:]] == [
        first + count for first, count in parts[:-1]
    ]
    assert all(first % grain == 0 for first, _ in parts)


def test_small_matrix_of_blocks_is_shared() -> None:
    """From a sixteenth of what is usual on."""
    kind, columns = BlockKind.FOUR, 576
    for rows, parts in ((368, 2), (192, 1)):
        data = np.zeros(tensor_bytes(kind, rows, columns), np.uint8)
        q, d = np.zeros(columns, np.int8), np.zeros(columns // 32, np.float32)
        words = {"kind": int(kind), "rows": rows, "columns": columns}
        model = model_of("BlockMatVec", [q, d, data], (2,), **words)
        (operator,) = model.tables.operators
        assert len(list(shares(operator, 2))) == parts


def test_small_operator_is_not_shared() -> None:
    x, w = np.ones((2, 3), np.float32), np.ones((3, 2), np.float32)
    (operator,) = model_of("MatMul", [x, w], (1,)).tables.operators
    assert list(shares(operator, 4)) == [(0, 4)]


def test_kernels_wanted_by_two_threads_are_loaded_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Else one would call what was freed together with the other's library."""
    loaded = []

    def slowly(ir: str) -> native.Library:
        time.sleep(0.05)
        loaded.append(load_ir(ir))
        return loaded[-1]

    load_ir = native.load_ir
    monkeypatch.setattr(native, "load_ir", slowly)
    kernels = program.address_of, program._library
    for kept in kernels:
        monkeypatch.setattr(program, kept.__name__, cache(kept.__wrapped__))
    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(program.address_of, ["pool.max"] * 2)
    assert first == second and len(loaded) == 1
