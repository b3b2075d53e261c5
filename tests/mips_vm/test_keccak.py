"""Our Keccak against an independent one, at every boundary of a block and of a lane."""

import ctypes
import mmap
import os
import platform
import signal
import warnings
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import sha3

from mips_vm.compiled import native
from mips_vm.hashing import keccak
from mips_vm.hashing.keccak import MAX_ALONE, hash_pairs, keccak256


def reference(data: bytes) -> bytes:
    return sha3.keccak_256(data).digest()


@pytest.mark.parametrize(
    "size", [0, 1, 31, 64, 135, 136, 137, 176, 271, 272, 273, 5000]
)
def test_keccak256_any_length_equals_reference(size: int) -> None:
    data = os.urandom(size)
    assert keccak256(data) == reference(data)


def test_keccak256_empty_equals_the_constant_of_the_evm() -> None:
    expected = "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"
    assert keccak256(b"").hex() == expected


@pytest.mark.parametrize("count", [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 100, 1023])
def test_hash_pairs_any_count_equals_reference(count: int) -> None:
    pairs = np.frombuffer(os.urandom(64 * count), np.uint8).reshape(count, 64)
    expected = [reference(pair.tobytes()) for pair in pairs]
    assert [row.tobytes() for row in hash_pairs(pairs)] == expected


def test_hash_pairs_many_in_threads_equal_few() -> None:
    count = 2 * MAX_ALONE + 5
    pairs = np.frombuffer(os.urandom(64 * count), np.uint8).reshape(count, 64)
    alone = [hash_pairs(pairs[i : i + 9000]) for i in range(0, count, 9000)]
    assert (hash_pairs(pairs) == np.concatenate(alone)).all()


def test_hash_pairs_after_fork_has_threads_of_its_own() -> None:
    pairs = np.zeros((2 * MAX_ALONE, 64), np.uint8)
    hash_pairs(pairs)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of forking with threads
        child = os.fork()
    if child == 0:
        signal.alarm(30)
        os._exit(0 if hash_pairs(pairs).any() else 1)
    assert os.waitpid(child, 0)[1] == 0


@pytest.mark.skipif(platform.machine() != "x86_64", reason="names x86 processors")
@pytest.mark.parametrize("cpu", ["x86-64", "x86-64-v3"])
def test_hash_pairs_other_processors_equal_reference(
    cpu: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Four lanes need no vectors of that size: LLVM makes do with what there is."""
    monkeypatch.setenv("PLUMB_CACHE", str(tmp_path))
    monkeypatch.setattr(native, "_cpu", lambda: cpu)
    monkeypatch.setattr(native, "_features", lambda: "")
    monkeypatch.setattr(keccak, "_kernel", cache(keccak._Kernel))
    pairs = np.frombuffer(os.urandom(64 * 9), np.uint8).reshape(9, 64)
    expected = [reference(pair.tobytes()) for pair in pairs]
    assert [row.tobytes() for row in hash_pairs(pairs)] == expected


def test_hash_pairs_strided_input_equals_reference() -> None:
    pairs = np.frombuffer(os.urandom(64 * 20), np.uint8).reshape(20, 64)[::3]
    expected = [reference(pair.tobytes()) for pair in pairs]
    assert [row.tobytes() for row in hash_pairs(pairs)] == expected


def test_hash_pairs_last_row_of_a_page_reads_nothing_behind() -> None:
    room = mmap.mmap(-1, 2 * mmap.PAGESIZE)
    pairs = np.frombuffer(room, np.uint8)[mmap.PAGESIZE - 64 * 5 : mmap.PAGESIZE]
    libc_protect(pairs.ctypes.data + 64 * 5, mmap.PAGESIZE)
    assert len(hash_pairs(pairs.reshape(5, 64))) == 5


def libc_protect(address: int, size: int) -> None:
    libc = ctypes.CDLL(None)
    libc.mprotect.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int)
    assert libc.mprotect(address, size, 0) == 0
