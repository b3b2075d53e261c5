"""What becomes of the files that people name, and of those that nodes serve."""

import os
import shutil
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from support.testbeds.embedded import EmbeddedTestbed

import tinynn
from mips_vm.constants import MODEL
from oracle.chain.deployments import Deployments
from oracle.compute import task
from oracle.compute.task import Order, Task, carry_out
from oracle.errors import WrongImage
from oracle.models.library import Library
from oracle.models.model_store import ModelStore
from oracle.models.models import ModelProvider

DATA = b"abcd"


@pytest.fixture
def store(tmp_path: Path) -> ModelStore:
    return ModelStore(tmp_path / "models")


def served(world: EmbeddedTestbed, store: ModelStore) -> Library:
    """What a node with `--model PATH` serves."""
    deployments = Deployments(1, {})
    provider = ModelProvider(store, world.chain, deployments)
    return provider.stock([str(world.image)])


def emptied(path: Path) -> None:
    os.truncate(path, 0)


def overwritten(path: Path) -> None:
    """As `cp` does it."""
    with path.open("r+b") as file:
        file.write(b"?" * path.stat().st_size)


@pytest.mark.parametrize("happens", [emptied, overwritten, os.unlink])
def test_stock_file_that_is_changed_later_is_served_as_it_was(
    happens: Callable[[Path], None], world: EmbeddedTestbed, store: ModelStore
) -> None:
    expected = tinynn.load(world.image.read_bytes())
    library = served(world, store)
    happens(world.image)
    (registered,) = world.record().tables.models.values()
    model = library.find(registered)
    assert model.model_root == expected.model_root
    assert model.answer(DATA) == expected.answer(DATA)
    root = model.machine(DATA).memory.region_root(MODEL)
    assert root == expected.model_root


def test_store_image_is_a_file_of_its_own_that_nobody_writes(
    world: EmbeddedTestbed, store: ModelStore
) -> None:
    stored = store.path_of(store.add(world.image))
    assert not stored.samefile(world.image)
    assert not stat.S_IMODE(stored.stat().st_mode) & 0o222
    inode = stored.stat().st_ino
    store.add(world.image)
    store.add(stored)
    assert stored.stat().st_ino == inode
    assert list(store.folder.iterdir()) == [stored]


def test_store_two_that_add_at_once_write_two_files(
    world: EmbeddedTestbed, store: ModelStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One is done, and its image mapped, while the other still copies."""
    copy, parts = shutil.copyfile, []

    def copy_while_another_does(source: Path, part: Path) -> None:
        parts.append(part)
        if len(parts) == 1:
            store.add(world.image)
        copy(source, part)

    monkeypatch.setattr(shutil, "copyfile", copy_while_another_does)
    root = store.add(world.image)
    assert len(set(parts)) == 2
    assert list(store.folder.iterdir()) == [store.path_of(root)]
    assert store.load(root).model_root == root


def test_store_image_that_changes_while_it_is_copied_is_not_taken(
    world: EmbeddedTestbed, store: ModelStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def copy(_: Path, part: Path) -> None:
        part.write_bytes(b"something else")

    monkeypatch.setattr(shutil, "copyfile", copy)
    with pytest.raises(WrongImage):
        store.add(world.image)
    assert not list(store.folder.iterdir())


def test_carry_out_of_a_model_whose_file_was_replaced_refused(
    world: EmbeddedTestbed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process would compute with another model than this one."""
    monkeypatch.setattr(task, "_models", {})  # as in a process that starts
    graph = tinynn.GraphBuilder("other")
    graph.output(graph.scale_u8(graph.input("bytes", "uint8", (4,)), 2.0), "double")
    mine = Task(tinynn.load(world.image), DATA, 0)
    other = world.image.with_name("other")
    other.write_bytes(graph.build())
    os.replace(other, world.image)
    delivery = carry_out(Order.of(mine))
    assert delivery.output == b""
    assert delivery.problem.startswith("WrongImage")
    assert mine.compute() == mine.model.answer(DATA) != b""
