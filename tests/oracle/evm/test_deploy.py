"""`plumb model deploy --evm` and `check-evm`, on a devnet, as a user would."""

from pathlib import Path

import pytest
from support.byte_nets import mlp, odd
from support.devnet_testbed import DevnetTestbed

from oracle.evm.places import Places, read_places
from tinynn import GraphBuilder

CHAIN_ID = 31337


@pytest.fixture
def image(tmp_path: Path) -> Path:
    path = tmp_path / "net.plumb"
    path.write_bytes(bytes(mlp(300, 80, 4, seed=9).image))
    return path


def test_deploy_tells_the_gas_to_the_unit_and_resumes(
    testbed: DevnetTestbed, image: Path
) -> None:
    given = (image, "--samples", 2, "--json")
    dry = testbed.plumb("model", "deploy", "--evm", "--dry-run", *given).json()
    assert not dry["sent"] and not any(step["present"] for step in dry["steps"])
    done = testbed.plumb("model", "deploy", "--evm", *given).json()
    assert done["gas_used"] == done["gas_to_send"] == dry["gas_to_send"]
    assert len(done["steps"]) > 2
    assert all(step["gas"] < 2**24 for step in done["steps"])
    again = testbed.plumb("model", "deploy", "--evm", *given).json()
    assert (again["gas_used"], again["net"]) == (0, done["net"])
    assert all(step["present"] for step in again["steps"])
    checked = testbed.plumb("model", "check-evm", done["net"], *given).json()
    assert checked["good"] and checked["parts"] == len(done["steps"]) - 1


def test_check_finds_the_byte_that_differs(testbed: DevnetTestbed, image: Path) -> None:
    given = ("--samples", 2, "--json")
    done = testbed.plumb("model", "deploy", "--evm", image, *given).json()
    other = image.with_name("other.plumb")
    other.write_bytes(bytes(mlp(300, 80, 4, seed=10).image))
    ended = testbed.plumb("model", "check-evm", done["net"], other, *given)
    assert ended.status == 1 and '"good": false' in ended.out
    nobody = testbed.plumb("model", "check-evm", "0x" + "77" * 20, image, *given)
    assert nobody.status == 1 and '"good": false' in nobody.out


def test_net_of_either_scheme_is_checked(testbed: DevnetTestbed, image: Path) -> None:
    given = (image, "--samples", 2, "--json")
    done = testbed.plumb("model", "deploy", "--evm", "--skip-zeros", *given).json()
    assert testbed.plumb("model", "check-evm", done["net"], *given).json()["good"]


def test_deploy_enters_the_net_with_its_bond(
    testbed: DevnetTestbed, tmp_path: Path
) -> None:
    path = tmp_path / "odd.plumb"
    path.write_bytes(bytes(odd().image))
    given = (path, "--bond", "0.01ether", "--json")
    done = testbed.plumb("model", "deploy", "--evm", *given).json()
    assert done["bond_wei"] == 10**16
    places = read_places(tmp_path, CHAIN_ID)
    assert places.directory is not None
    assert f"0x{places.directory.hex()}" == done["directory"]


def test_model_outside_the_subset_is_refused_whole_before_a_chain_is_dialled(
    testbed: DevnetTestbed, tmp_path: Path
) -> None:
    graph = GraphBuilder("floats")
    x = graph.scale_u8(graph.input("x", "uint8", (8,)), 1 / 255)
    graph.output(graph.softmax(graph.relu(x)), "y")
    path = tmp_path / "floats.plumb"
    path.write_bytes(graph.build())
    ended = testbed.plumb("model", "deploy", "--evm", path, "--chain-id", 1)
    assert ended.status == 1
    for name in ("#0 scale_u8", "#1 relu", "#2 softmax"):
        assert name in ended.err
    assert "chain id" not in ended.err


def test_factory_that_is_none_is_refused(testbed: DevnetTestbed, image: Path) -> None:
    given = (image, "--factory", "0x" + "66" * 20)
    ended = testbed.plumb("model", "deploy", "--evm", *given)
    assert ended.status == 1 and "expected the code of NetFactory" in ended.err


def test_places_that_are_spoiled_are_told(tmp_path: Path) -> None:
    from oracle.evm.errors import BadPlaces

    path = Places(5, b"\x01" * 20).write(tmp_path)
    assert read_places(tmp_path, 5) == Places(5, b"\x01" * 20)
    path.write_text('{"chainId": 5, "factory": "0x12", "directory": null, "nets": {}}')
    with pytest.raises(BadPlaces, match="expected 20 bytes, got 1"):
        read_places(tmp_path, 5)
