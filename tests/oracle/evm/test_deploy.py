"""`plumb model deploy --evm` and `check-evm`, on a devnet, as a user would."""

from pathlib import Path
from typing import Any

import pytest
from eth_abi import decode
from support.sources.byte_nets import mlp, odd
from support.testbeds.devnet import DevnetTestbed

from mips_vm.hashing.keccak import keccak256
from oracle.chain.chain import contract_of
from oracle.chain.local.accounts import development_accounts
from oracle.evm import publish
from oracle.evm.places import Places, read_places
from oracle.sending.sender import Sender
from solidity import artifact
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


@pytest.mark.parametrize("spoil", ["nobody", "another oracle's"])
def test_bond_is_sent_to_no_other_directory(
    testbed: DevnetTestbed, tmp_path: Path, spoil: str
) -> None:
    """As a file of an older devnet names one: wei sent there would be lost."""
    path = tmp_path / "odd.plumb"
    path.write_bytes(bytes(odd().image))
    if spoil == "nobody":
        wrong = b"\x77" * 20
    else:
        sender = Sender(testbed.chain, development_accounts(4)[3])
        wrong = publish.create_directory(sender, b"\x55" * 20).address
    Places(CHAIN_ID, directory=wrong).write(tmp_path)
    given = (path, "--bond", "0.01ether", "--json")
    done = testbed.plumb("model", "deploy", "--evm", *given).json()
    assert done["directory"] != f"0x{wrong.hex()}"
    assert testbed.chain.balance(wrong) == 0
    assert testbed.chain.balance(bytes.fromhex(done["directory"][2:])) == 10**16


def test_factory_of_an_older_chain_is_replaced(
    testbed: DevnetTestbed, tmp_path: Path
) -> None:
    path = tmp_path / "odd.plumb"
    path.write_bytes(bytes(odd().image))
    Places(CHAIN_ID, factory=b"\x77" * 20).write(tmp_path)
    ended = testbed.plumb("model", "deploy", "--evm", path, "--json")
    assert "a new one is made" in ended.err and ended.json()["sent"]
    assert read_places(tmp_path, CHAIN_ID).factory != b"\x77" * 20


@pytest.mark.parametrize("at", [1, 2])
def test_interrupted_first_deployment_goes_on(
    testbed: DevnetTestbed,
    image: Path,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    at: int,
) -> None:
    """Whatever was paid before the endpoint died is not paid again."""
    send, sent = Sender.send, []

    def dying(sender: Sender, *given: Any, **named: Any) -> Any:
        if len(sent) == at:
            raise OSError("the line went dead")
        sent.append(given)
        return send(sender, *given, **named)

    given = ("model", "deploy", "--evm", image, "--samples", 1, "--json")
    with monkeypatch.context() as patched:
        patched.setattr(Sender, "send", dying)
        ended = testbed.plumb(*given)
    assert ended.status == 1 and "the line went dead" in ended.err
    again = testbed.plumb(*given).json()
    there = [step["present"] for step in again["steps"]]
    assert there == [True] * (1 + at) + [False] * (len(there) - 1 - at)
    checked = testbed.plumb("model", "check-evm", again["net"], image, "--json")
    assert checked.json()["good"]


def test_net_that_comes_with_plumb_is_known_by_its_name(testbed: DevnetTestbed) -> None:
    given = ("mnist-int8", "--samples", 1, "--dry-run", "--json")
    assert not testbed.plumb("model", "deploy", "--evm", *given).json()["sent"]


def test_bond_without_an_oracle_is_told_before_anything_is_sent(
    testbed: DevnetTestbed, image: Path, tmp_path: Path
) -> None:
    (tmp_path / f"{CHAIN_ID}.json").unlink()
    before = testbed.chain.balance(testbed.address(1))
    given = (image, "--bond", "0.01ether", "--samples", 1)
    assert testbed.plumb("model", "deploy", "--evm", *given).status == 1
    assert testbed.chain.balance(testbed.address(1)) == before


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


@pytest.mark.parametrize("text", ["zz", "0x", "0x1234", "hand", "0x" + "g" * 40])
def test_factory_that_is_no_address_is_told(
    testbed: DevnetTestbed, image: Path, text: str
) -> None:
    ended = testbed.plumb("model", "deploy", "--evm", image, "--factory", text)
    assert ended.status == 2 and "--factory" in ended.err
    assert "expected an address, 0x and 40 hex" in ended.err or "20 bytes" in ended.err


def test_bond_below_the_directorys_is_told_before_anything_is_sent(
    testbed: DevnetTestbed, image: Path, tmp_path: Path
) -> None:
    before = testbed.chain.balance(testbed.address(1))
    given = ("model", "deploy", "--evm", image, "--samples", 1, "--bond")
    ended = testbed.plumb(*given, "9999999999999999")
    assert ended.status == 1 and "expected at least 0.01 ether" in ended.err
    assert testbed.chain.balance(testbed.address(1)) == before
    done = testbed.plumb(*given, publish.MIN_BOND_WEI, "--json").json()
    directory = contract_of(
        artifact("NetDirectory"), bytes.fromhex(done["directory"][2:])
    )
    least = testbed.chain.call(directory, "MIN_BOND")
    assert least == publish.MIN_BOND_WEI == done["bond_wei"]


def test_net_in_parts_is_put_beside_its_relay_and_checked(
    testbed: DevnetTestbed, tmp_path: Path
) -> None:
    path, model = tmp_path / "odd.plumb", odd()
    path.write_bytes(bytes(model.image))
    given = (path, "--parts", 3, "--samples", 2, "--json")
    dry = testbed.plumb("model", "deploy", "--evm", "--dry-run", *given).json()
    done = testbed.plumb("model", "deploy", "--evm", *given).json()
    assert done["gas_used"] == dry["gas_to_send"] > 0 and not dry["sent"]
    relay = contract_of(artifact("NetRelay"), bytes.fromhex(done["relay"][2:]))
    sender = Sender(testbed.chain, development_accounts(6)[5])
    state = bytes(range(99, 99 + model.tables.input_bytes % 100)).ljust(
        model.tables.input_bytes, b"\x07"
    )
    answer, job = model.answer(state), keccak256(state)
    for most in done["part_gas_most"]:
        receipt = sender.send(relay, "advance", job, state)
        assert receipt.gas_used < most * 1.2
        (told,) = relay_logs(testbed, receipt)
        state = told
    assert state == answer
    checked = testbed.plumb("model", "check-evm", done["relay"], *given)
    assert checked.json()["good"] and checked.json()["inputs_compared"] == 2
    other = tmp_path / "other.plumb"
    other.write_bytes(bytes(odd(seed=4).image))
    ended = testbed.plumb("model", "check-evm", done["relay"], other, *given[1:])
    assert ended.status == 1 and '"good": false' in ended.out
    again = testbed.plumb("model", "deploy", "--evm", *given).json()
    assert again["gas_used"] == again["relay_gas"] == 0
    assert again["relay"] == done["relay"]
    places = read_places(
        Path(done["written_to"]).parent, testbed.chain.endpoint.chain_id
    )
    assert places.relays == {model.model_root: bytes.fromhex(done["relay"][2:])}


def relay_logs(testbed: DevnetTestbed, receipt: Any) -> list[bytes]:
    """The states that a transaction's logs tell."""
    web3 = testbed.chain.endpoint.web3
    logs = web3.eth.get_transaction_receipt(receipt.transaction)["logs"]
    return [bytes(decode(["bytes"], bytes(log["data"]))[0]) for log in logs]


def test_pictures_of_another_model_are_refused(
    testbed: DevnetTestbed, image: Path
) -> None:
    ended = testbed.plumb("model", "deploy", "--evm", image, "--pictures")
    assert ended.status == 1
    assert "expected the model hand or painter" in " ".join(ended.err.split())


@pytest.mark.slow
def test_pictures_are_put_beside_their_net_once(
    testbed: DevnetTestbed, tmp_path: Path
) -> None:
    given = ("model", "deploy", "--evm", "hand", "--samples", 1, "--pictures", "--json")
    done = testbed.plumb(*given).json()
    again = testbed.plumb(*given).json()
    assert (again["pictures"], again["pictures_gas"]) == (done["pictures"], 0)
    token = contract_of(artifact("HandToken"), bytes.fromhex(done["pictures"][2:]))
    assert read_places(tmp_path, CHAIN_ID).pictures == {"hand": token.address}
    svg = testbed.chain.call(token, "draw", 7)
    assert svg.startswith("data:image/svg+xml;base64,")


def test_places_that_are_spoiled_are_told(tmp_path: Path) -> None:
    from oracle.evm.errors import BadPlaces

    path = Places(5, b"\x01" * 20).write(tmp_path)
    assert read_places(tmp_path, 5) == Places(5, b"\x01" * 20)
    path.write_text('{"chainId": 5, "factory": "0x12", "directory": null, "nets": {}}')
    with pytest.raises(BadPlaces, match="expected 20 bytes, got 1"):
        read_places(tmp_path, 5)
    path.write_text('{"chainId": 1e999}')
    with pytest.raises(BadPlaces, match="OverflowError"):
        read_places(tmp_path, 5)
