"""`plumb cosmos` against a node in this process, which runs the contracts."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from coincurve import PrivateKey
from support.chains.fake_cosmos import CHAIN_ID, FakeNode, served
from support.images.models import digit_reader
from support.programs.command import Plumb, plumb_in

import tinynn
from mips_vm.cosmwasm import VERIFIER
from oracle.cosmos.messages import Signer, store_code
from oracle.sending import keys
from tinynn.cosmwasm import NET

NOBODY = "cosmos1h806c7khnvmjlywdrkdgk2vrayy2mmvf9rxk2r"
"""An address of the SDK's documentation."""

pytest.importorskip("wasmtime", reason="no wasmtime: pip install -e '.[wasm]'")


@pytest.fixture
def node() -> FakeNode:
    return FakeNode()


@pytest.fixture
def plumb(
    node: FakeNode,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Iterator[Plumb]:
    """With an account, and the node as the default."""
    password = tmp_path / "password"
    password.write_text("secret\n")
    keystore = tmp_path / "key.json"
    keys.create(keystore, "secret", "pbkdf2")
    monkeypatch.setenv("ETH_KEYSTORE", str(keystore))
    monkeypatch.setenv("ETH_PASSWORD", str(password))
    monkeypatch.chdir(tmp_path)
    with served(node) as url:
        monkeypatch.setenv("PLUMB_COSMOS_NODE", url)
        yield plumb_in(capsys)


@pytest.fixture
def image(tmp_path: Path) -> Path:
    path = tmp_path / "small.plumb"
    path.write_bytes(digit_reader())
    return path


@pytest.fixture
def data(tmp_path: Path) -> Path:
    path = tmp_path / "input.bin"
    path.write_bytes(bytes(range(36)))
    return path


@pytest.mark.parametrize("place", ["--in-code", "--in-state"])
def test_model_is_deployed_asked_and_looked_at(
    plumb: Plumb, node: FakeNode, image: Path, data: Path, place: str
) -> None:
    fees = ("--price", "100stake", "--reward", "20stake", "--gas-price", "0.5stake")
    made = plumb("cosmos", "deploy", image, place, *fees, "--json").json()
    contract = made["contract"]
    assert made["inputs_compared"] == 4 and made["operators_most"] > 10_000
    assert made["transactions"] == (2 if place == "--in-code" else 4)
    assert all(fee > 0 for fee in node.paid)
    told = plumb("cosmos", "ask", contract, data, "--image", image, "--json").json()
    expected = tinynn.load(image).answer(data.read_bytes())
    assert told["output"] == f"0x{expected.hex()}" and told["same_here"]
    free = plumb("cosmos", "ask", contract, data, "--query", "--json").json()
    assert free == {"output": told["output"]}
    later = plumb("cosmos", "ask", contract, data, "--later", "--json").json()
    assert later["request"] == 0
    done = plumb("cosmos", "answer", contract, 0, "--json").json()
    assert done["output"] == told["output"]
    status = plumb("cosmos", "status", contract, "--request", 0, "--json").json()
    assert status["status"] == "answered"
    status = plumb("cosmos", "status", contract, "--image", image, "--json").json()
    assert status["holds"] and status["price"] == "100stake"
    assert status["requests"] == 1


def test_status_of_another_image_or_code_fails(
    plumb: Plumb, node: FakeNode, image: Path, tmp_path: Path
) -> None:
    contract = plumb("cosmos", "deploy", image, "--in-state", "--json").json()
    other = tmp_path / "other.plumb"
    other.write_bytes(digit_reader(seed=2))
    ended = plumb("cosmos", "status", contract["contract"], "--image", other, "--json")
    assert ended.status == 1 and '"root_is_the_images": false' in ended.out
    node.codes[0] = NET.read_bytes() + b"\0\1\0"
    ended = plumb("cosmos", "status", contract["contract"], "--image", image, "--json")
    assert ended.status == 1 and '"code_is_ours": false' in ended.out


def test_deployment_that_was_cut_off_goes_on(
    plumb: Plumb, node: FakeNode, tmp_path: Path
) -> None:
    """Behind two of its four transactions."""
    model = "mnist-int8"
    node.fails_after = 2
    ended = plumb("cosmos", "deploy", model, "--in-state", "--samples", 1)
    assert ended.status == 1 and "the mempool is full" in ended.err
    (contract,) = node.places
    ended = plumb("cosmos", "status", contract, "--image", model)
    assert ended.status == 1
    node.fails_after = None
    flags = ("--contract", contract, "--samples", 1, "--json")
    made = plumb("cosmos", "deploy", model, "--in-state", *flags).json()
    assert (made["contract"], made["transactions"]) == (contract, 2)
    assert plumb("cosmos", "status", contract, "--image", model).status == 0


def test_rehearsal_alone_sends_nothing(
    plumb: Plumb, node: FakeNode, image: Path
) -> None:
    told = plumb("cosmos", "deploy", image, "--dry-run", "--json").json()
    assert told["image"] == "in the code" and "contract" not in told
    assert not node.blocks and not node.codes


def test_verifier_is_deployed(plumb: Plumb, node: FakeNode) -> None:
    told = plumb("cosmos", "deploy", "--verifier", "--json").json()
    assert node.codes == [VERIFIER.read_bytes()] and told["contract"] in node.places


def test_code_that_is_there_is_not_stored_again(
    plumb: Plumb, node: FakeNode, image: Path
) -> None:
    plumb("cosmos", "deploy", image, "--in-state").json  # noqa: B018
    told = plumb(
        "cosmos", "deploy", image, "--in-state", "--code-id", 1, "--json"
    ).json()
    assert len(node.codes) == 1 and told["transactions"] == 3


def test_what_the_contract_refuses_is_told_in_a_line(
    plumb: Plumb, image: Path, data: Path, tmp_path: Path
) -> None:
    contract = plumb("cosmos", "deploy", image, "--json").json()["contract"]
    short = tmp_path / "short.bin"
    short.write_bytes(b"x")
    ended = plumb("cosmos", "ask", contract, short)
    assert ended.status == 1 and "input: expected 36 bytes, got 1" in ended.err
    ended = plumb("cosmos", "answer", contract, 5)
    assert ended.status == 1 and "expected an id below 0, got 5" in ended.err


@pytest.mark.parametrize(
    "words, told",
    [
        (("ask", "nonsense", "x"), "expected one in bech32, got 'nonsense'"),
        (("status", "wasm1qqqq"), "expected one in bech32"),
        (
            ("status", "cosmos1h806c7khnvmjlywdrkdgk2vrayy2mmvf9rxk2r"),
            "a model's contract",
        ),
        (("deploy",), "expected MODEL or --verifier"),
        (("deploy", "mnist-int8", "--price", "1"), "expected an amount"),
        (
            ("deploy", "mnist-int8", "--price", "1aaa", "--reward", "1bbb"),
            "one denomin",
        ),
        (("deploy", "mnist-int8", "--gas-price", "x"), "expected an amount"),
    ],
)
def test_what_makes_no_sense_is_told(
    plumb: Plumb, words: tuple[str, ...], told: str
) -> None:
    ended = plumb("cosmos", *words)
    assert ended.status in (1, 2) and told in " ".join(ended.err.split())


def test_node_that_is_not_there_is_told(plumb: Plumb) -> None:
    ended = plumb("cosmos", "status", NOBODY, "--node", "http://127.0.0.1:9")
    assert ended.status == 1 and "expected a CometBFT node's RPC" in ended.err


def test_signature_of_another_key_is_refused_by_the_node(
    plumb: Plumb, node: FakeNode
) -> None:
    """That the fake looks at signatures at all."""

    message = store_code("anybody", b"code")
    key = PrivateKey(b"\7" * 32)
    right = Signer(key, CHAIN_ID, 7, 0).transaction([message], 10**6, [])
    wrong = Signer(key, "other-chain", 7, 0).transaction([message], 10**6, [])
    assert node.broadcast(wrong)["log"] == "signature verification failed"
    assert node.broadcast(right)["code"] == 0
    assert node.broadcast(right)["log"] == "account sequence mismatch"


def test_input_of_a_picture_is_read_as_elsewhere(
    plumb: Plumb, image: Path, tmp_path: Path
) -> None:
    contract = plumb("cosmos", "deploy", image, "--json").json()["contract"]
    array = tmp_path / "x.npy"
    spec = tinynn.load(image).inputs[0]
    np.save(array, np.zeros(spec.shape, spec.dtype))
    ended = plumb("cosmos", "ask", contract, array, "--image", image, "--json")
    assert ended.json()["same_here"]
