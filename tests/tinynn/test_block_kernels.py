"""Native kernels of block weights, by every way that a processor may have."""

import ctypes

import numpy as np
import pytest
from llvmlite import ir

from mips_vm.compiled import native
from tinynn.blocks import PANEL_ROWS, BlockKind
from tinynn.blocks.kinds import tensor_bytes
from tinynn.kernels.blocks import activations, halves, panels
from tinynn.kernels.blocks.halves import Widen
from tinynn.kernels.blocks.products import AVX2, NEEDS, PLAIN, VNNI, Way
from tinynn.kernels.writing import FLOAT_BYTES, LANES, Values, Writer, word

WIDENED: dict[str, tuple[Widen, tuple[str, ...]]] = {
    "converted": (halves.widen_converted, ("f16c",)),
    "plain": (halves.widen_plain, ()),
}


def run(module: str, kernel: str, *words: object) -> None:
    """The kernel, on arrays and numbers."""
    function = native.load_ir(module).function(kernel, None, ctypes.c_void_p)
    plain = [w.ctypes.data if isinstance(w, np.ndarray) else w for w in words]
    function(np.array(plain, np.int64).ctypes.data)


def skip_without(features: tuple[str, ...]) -> None:
    if not native.has_feature(*features):
        pytest.skip(f"this processor lacks {', '.join(features)}")


@pytest.mark.parametrize("way", WIDENED)
def test_every_half_is_widened_exactly(way: str) -> None:
    widen, features = WIDENED[way]
    skip_without(features)
    module = ir.Module("widen")
    write = Writer(module, "widen", 2)
    kind = ir.VectorType(ir.IntType(16), LANES)

    def eight(index: ir.Value, _: Values) -> Values:
        at = write.at(write.pointer(1), write.build.mul(index, word(2)))
        found = widen(write, write.build.load(at, typ=kind, align=1))
        to = write.build.mul(index, word(FLOAT_BYTES))
        write.store(found, write.at(write.pointer(0), to))
        return []

    write.loop(word(0), word(1 << 16), eight, step=LANES)
    write.finish()
    words = np.arange(1 << 16, dtype=np.uint16)
    y = np.zeros(1 << 16, np.float32)
    run(str(module), "widen", y, words)
    expected = words.view(np.float16).astype(np.float32)
    nan = np.isnan(expected)
    assert (np.isnan(y) == nan).all()
    assert y[~nan].tobytes() == expected[~nan].tobytes()


@pytest.mark.parametrize("fine", [False, True])
@pytest.mark.parametrize("x", [-128, 127, 0])
@pytest.mark.parametrize("way", [VNNI, AVX2], ids=lambda way: way.name)
@pytest.mark.parametrize("kind", [*BlockKind], ids=lambda kind: kind.name)
def test_panels_by_any_way_are_those_of_plain_ones(
    kind: BlockKind, way: Way, x: int, fine: bool
) -> None:
    """A block of bytes that are alike, on weights as large as they get, and others; of
    what is left of them, too, where there is no second level."""
    skip_without(NEEDS[way.name])
    if fine and kind.is_long:
        return
    rng = np.random.default_rng(kind)
    count, rows = 5, 2 * PANEL_ROWS + 3
    data = rng.integers(0, 256, tensor_bytes(kind, rows, count * kind.block))
    data[kind.head_bytes : kind.block_bytes] = 255 if x else 0x7F
    q = rng.integers(-128, 128, count * kind.block).astype(np.int8)
    q[: kind.block] = x
    d = rng.random(count).astype(np.float32)
    sums = q.reshape(-1, kind.group).sum(axis=1).astype(np.int32)
    pairs, rests, more = np.zeros(q.size, np.int16), q[::-1].copy(), []
    run(activations.module_ir(), "block.pairs", pairs, q, q.size)
    assert pairs.reshape(-1, 4)[:, [0, 2, 1, 3]].reshape(-1).tolist() == q.tolist()
    if fine:
        left = rests.reshape(-1, kind.group).sum(axis=1).astype(np.int32)
        run(activations.module_ir(), "block.join", sums, sums.copy(), left, sums.size)
        more = [rests, np.zeros(q.size, np.int16)]
        run(activations.module_ir(), "block.pairs", more[1], rests, q.size)
    name, found = f"{'fine' if fine else 'panel'}.{kind.name.lower()}", []
    for each, widen in ((way, halves.best_widen()), (PLAIN, halves.widen_plain)):
        y = np.zeros(rows + 1, np.float32)
        held = (y, q, pairs, d, sums, data.astype(np.uint8))
        module = panels.panel_ir(kind, each, widen, fine=fine)
        run(module, name, *held, rows, count, *more)
        assert y[rows] == 0
        found.append(y.tobytes())
    assert found[0] == found[1]
