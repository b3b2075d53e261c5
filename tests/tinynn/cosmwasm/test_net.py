"""A model as a contract: its bits, its image in store or code, its requests."""

import base64
from typing import Any

import numpy as np
import pytest
from support.images.contract_twin import (
    answer,
    asked,
    base64_of,
    chunks,
    deployed,
    sealed,
    terms,
)
from support.images.models import (
    dense_layer,
    digit_reader,
    random_floats,
    single_operator,
)
from support.sources import byte_nets

import tinynn
from mips_vm.hashing.keccak import keccak256
from oracle.bench.nets.byte_nets import lenet
from tinynn import Model, models
from tinynn.cosmwasm import NET, cargo
from tinynn.cosmwasm.host import OWNER, Coin, Contract
from tinynn.errors import CodeTooLarge, ContractRefused

pytest.importorskip("wasmtime", reason="no wasmtime: pip install -e '.[wasm]'")

FEES = {"denom": "stake", "price": "100", "reward": "25"}
PRICE, TOTAL = Coin("stake", 100), Coin("stake", 125)
INPUTS = 200


@pytest.fixture(scope="module")
def reader() -> Model:
    return tinynn.load(models.path("mnist-int8"))


@pytest.fixture(scope="module")
def small() -> Model:
    return tinynn.load(digit_reader())


@pytest.fixture
def contract(small: Model) -> Contract:
    return deployed(small, FEES)


def extremes(model: Model) -> list[bytes]:
    size = model.tables.input_bytes
    return [bytes(size), b"\xff" * size, b"\x80" * size, b"\x7f" * size, b"\1" * size]


def float_extremes(count: int) -> list[bytes]:
    """NaNs of any payload, infinities, subnormals, the greatest and the least."""
    words = (0x7FC00000, 0xFFC00001, 0x7F800001, 0x7F800000, 0xFF800000, 1, 0x80000001)
    words += (0x007FFFFF, 0x7F7FFFFF, 0xFF7FFFFF, 0x80000000)
    rng = np.random.default_rng(1)
    drawn = rng.choice(np.array(words, "<u4"), (20, count))
    return [row.tobytes() for row in drawn]


@pytest.mark.parametrize(
    "name", ["mnist-int8", "mnist", "lenet", "extreme", "odd", "floats", "softmax"]
)
def test_answer_is_the_models_on_any_bits(name: str) -> None:
    rng = np.random.default_rng(7)
    made = {
        "lenet": lenet,
        "extreme": byte_nets.extreme,
        "odd": byte_nets.odd,
        "floats": lambda: dense_layer(random_floats(rng, 8, 16), random_floats(rng, 8)),
        "softmax": lambda: single_operator("softmax", 16),
    }
    model = made[name]() if name in made else tinynn.load(models.path(name))
    contract = sealed(model)
    size = model.tables.input_bytes
    drawn = [rng.bytes(size) for _ in range(20 if name == "lenet" else INPUTS)]
    floats = float_extremes(size // 4) if name in ("floats", "softmax") else []
    for data in [*extremes(model), *floats, *drawn]:
        assert answer(contract, data) == model.answer(data)


def test_digits_asked_in_a_transaction_are_the_models(reader: Model) -> None:
    contract = Contract(cargo.carrying(reader.image))
    contract.instantiate(terms(reader))
    data = bytes(range(256)) * 3 + bytes(16)
    assert asked(contract, data) == answer(contract, data) == reader.answer(data)


def test_contract_by_its_store_is_the_one_by_its_messages(reader: Model) -> None:
    """Else `sealed` would be a contract that no chain has."""
    mine, theirs = sealed(reader).store, deployed(reader).store
    assert mine.keys() == theirs.keys()
    assert mine[b"config"][32:] == theirs[b"config"][32:]
    assert theirs[b"config"][:32] == reader.model_root
    for key in mine.keys() - {b"config"}:
        assert mine[key] == theirs[key]


def test_ask_pays_the_owner_and_tells_all(contract: Contract, small: Model) -> None:
    data = bytes(range(36))
    response = contract.execute({"ask": {"input": base64_of(data)}}, "bob", [PRICE])
    assert response.data == small.answer(data)
    assert response.sent == ((OWNER, PRICE),)
    assert response.event == {
        "input_hash": keccak256(data).hex(),
        "output": base64_of(small.answer(data)),
    }


def test_request_waits_and_whoever_answers_is_paid(
    contract: Contract, small: Model
) -> None:
    data = bytes(range(36))
    made = contract.execute({"request": {"input": base64_of(data)}}, "bob", [TOTAL])
    assert made.data == b"0" and made.sent == () and made.event["id"] == "0"
    told = contract.query({"request": {"id": 0}})
    assert (told["status"], told["input"]) == ("pending", base64_of(data))
    response = contract.execute({"answer": {"id": 0}}, "carol")
    assert response.data == small.answer(data)
    assert response.sent == ((OWNER, PRICE), ("carol", Coin("stake", 25)))
    assert contract.query({"request": {"id": 0}}) == {
        "requester": "bob",
        "status": "answered",
        "input_hash": keccak256(data).hex(),
        "input": None,
        "output": base64_of(small.answer(data)),
    }
    assert contract.query({"config": {}})["requests"] == 1


def test_cancelled_request_is_paid_back_once(contract: Contract) -> None:
    message = {"request": {"input": base64_of(bytes(36))}}
    for i in range(3):
        assert contract.execute(message, "bob", [TOTAL]).data == str(i).encode()
    with pytest.raises(ContractRefused, match="expected who requested it"):
        contract.execute({"cancel": {"id": 1}}, "carol")
    assert contract.execute({"cancel": {"id": 1}}, "bob").sent == (("bob", TOTAL),)
    for message in ({"cancel": {"id": 1}}, {"answer": {"id": 1}}):
        with pytest.raises(ContractRefused, match="got one that is cancelled"):
            contract.execute(message, "bob")
    contract.execute({"answer": {"id": 2}})
    with pytest.raises(ContractRefused, match="got one that is answered"):
        contract.execute({"answer": {"id": 2}})


def test_coins_are_neither_made_nor_lost(small: Model) -> None:
    """Of any calls by anyone, what came in is what went out and what still waits."""
    rng = np.random.default_rng(4)
    contract = deployed(small, FEES)
    held, waiting, people = 0, 0, ("bob", "carol", OWNER)
    for _ in range(300):
        funds = [[], [PRICE], [TOTAL], [Coin("stake", 1)]][rng.integers(4)]
        input_ = {"input": base64_of(rng.bytes(36 if rng.random() < 0.9 else 35))}
        id_ = {"id": int(rng.integers(12))}
        bodies = {"ask": input_, "request": input_, "answer": id_, "cancel": id_}
        name = list(bodies)[rng.integers(4)]
        try:
            response = contract.execute(
                {name: bodies[name]}, people[rng.integers(3)], funds
            )
        except ContractRefused:
            continue
        held += sum(coin.amount for coin in funds)
        held -= sum(coin.amount for _, coin in response.sent)
        waiting += {"ask": 0, "request": 1, "answer": -1, "cancel": -1}[name]
        assert held == 125 * waiting
    assert waiting > 0


@pytest.mark.parametrize(
    "funds, told",
    [
        ([], "expected 100stake, got none"),
        ([Coin("stake", 99)], "expected 100stake, got 99stake"),
        ([Coin("stake", 101)], "got 101stake"),
        ([Coin("steak", 100)], "got 100steak"),
        ([PRICE, Coin("other", 1)], "got 100stake and 1other"),
        ([PRICE, PRICE], "got 100stake and 100stake"),
    ],
)
def test_wrong_funds_are_refused(
    contract: Contract, funds: list[Coin], told: str
) -> None:
    with pytest.raises(ContractRefused, match=told):
        contract.execute({"ask": {"input": base64_of(bytes(36))}}, "bob", funds)


def test_funds_nobody_asked_for_are_refused(contract: Contract, small: Model) -> None:
    free = deployed(small)
    for target, message in (
        (free, {"ask": {"input": base64_of(bytes(36))}}),
        (free, {"request": {"input": base64_of(bytes(36))}}),
        (contract, {"answer": {"id": 0}}),
        (contract, {"cancel": {"id": 0}}),
    ):
        with pytest.raises(ContractRefused, match="funds: expected none, got 100stake"):
            target.execute(message, "bob", [PRICE])


def test_fees_of_any_size_are_added_exactly(small: Model) -> None:
    price, reward = 10**38 - 1, 1
    fees = {"denom": "ibc/ABC", "price": str(price), "reward": str(reward)}
    contract = deployed(small, fees)
    whole = Coin("ibc/ABC", price + reward)
    contract.execute({"request": {"input": base64_of(bytes(36))}}, "bob", [whole])
    sent = contract.execute({"cancel": {"id": 0}}, "bob").sent
    assert sent == (("bob", whole),)


NASTY: list[tuple[Any, str]] = [
    ({}, "message: expected an object with one of .* got an empty one"),
    ([], "got an array"),
    ("ask", "got a string"),
    (None, "got null"),
    ({"ask": {}, "seal": {}}, "got several"),
    ({"asks": {}}, 'got "asks"'),
    ({'a"\\\n\u0001é': 1}, 'got "a"'),
    ({"x" * 999: 1}, r'got "x{64}\.\.\."'),
    ({"ask": {}}, "ask: expected input, got no input"),
    ({"ask": []}, "ask: expected input, got an array"),
    ({"ask": {"input": "", "other": 1}}, 'got "other"'),
    ({"ask": {"input": 1}}, "input: expected a string, got a number 1"),
    ({"ask": {"input": "AA="}}, 'expected bytes in base64, got a string "AA="'),
    ({"ask": {"input": "AB=="}}, "expected bytes in base64"),
    ({"ask": {"input": "AA=="}}, "input: expected 36 bytes, got 1"),
    ({"answer": {"id": 0}}, "request: expected an id below 0, got 0"),
    ({"answer": {"id": -1}}, "id: expected a whole number, got a number -1"),
    ({"answer": {"id": 2**64}}, "expected a whole number"),
    ({"answer": {"id": 1.5}}, "got a number 1.5"),
    ({"answer": {"id": "0"}}, 'expected a whole number, got a string "0"'),
    ({"seal": {}}, "expected one that may still change, got a sealed one"),
    ({"chunk": {"index": 0, "bytes": ""}}, "sender: expected the owner plumb1owner"),
]


@pytest.mark.parametrize("message, told", NASTY)
def test_nasty_message_is_refused_by_name(
    contract: Contract, message: Any, told: str
) -> None:
    before = dict(contract.store)
    funds = [PRICE] if isinstance(message, dict) and "ask" in message else []
    with pytest.raises(ContractRefused, match=told):
        contract.execute(message, "bob", funds)
    assert contract.store == before


def test_field_twice_is_refused(contract: Contract) -> None:
    info = b'{"sender":"bob","funds":[]}'
    text = b'{"answer":{"id":0,"\\u0069d":0}}'
    told = contract.call("execute", b"{}", info, text)
    assert told == {"error": 'answer: expected id, got twice "id"'}


@pytest.mark.parametrize(
    "text",
    [b"", b"{", b"\xff", b'{"ask":', b'{"ask":{"input":"\\ud800"}}', b"[" * 100_000],
)
def test_malformed_message_is_refused(contract: Contract, text: bytes) -> None:
    info = b'{"sender":"bob","funds":[]}'
    told = contract.call("execute", b"{}", info, text)
    assert told["error"].startswith("message: expected JSON, at most 32 levels deep")
    assert contract.call("query", b"{}", text) == told


def test_any_bytes_as_a_message_are_answered(contract: Contract) -> None:
    """No trap, whatever comes; what is answered is JSON."""
    rng = np.random.default_rng(5)
    info = b'{"sender":"bob","funds":[]}'
    parts = [
        b'{"ask":{"input":"',
        b'"}}',
        b"{",
        b"}",
        b'"',
        b":",
        b"\\",
        b"A",
        b"1",
        b",",
    ]
    for _ in range(400):
        text = b"".join(parts[i] for i in rng.integers(0, len(parts), rng.integers(9)))
        text += rng.bytes(rng.integers(3))
        assert set(contract.call("execute", b"{}", info, text)) == {"error"}


def test_huge_message_is_refused_in_little_time(contract: Contract) -> None:
    """Some hundred operators a byte: gas ends it on a chain."""
    size = 1 << 20
    for text in (
        b'{"ask":{"input":"' + b"A" * size + b'"}}',
        b"[" + b"[]," * (size // 3),
    ):
        told = contract.call("execute", b"{}", b'{"sender":"a","funds":[]}', text)
        assert "error" in told
        assert contract.operators < 200 * size


def test_message_escaped_all_over_means_the_same(
    contract: Contract, small: Model
) -> None:
    data = bytes(range(36))
    spelt = "".join(f"\\u{ord(c):04x}" for c in base64_of(data))
    text = f' {{"\\u0061sk" : {{ "inpu\\u0074" :"{spelt}" }} }} '.encode()
    info = b'{"sender":"bob","funds":[{"denom":"stake","amount":"100"}]}'
    told = contract.call("execute", b"{}", info, text)
    assert base64.b64decode(told["ok"]["data"]) == small.answer(data)


# Deployment


def test_half_an_image_answers_nothing_and_can_be_finished(reader: Model) -> None:
    contract = Contract(NET.read_bytes())
    contract.instantiate(terms(reader))
    parts = chunks(reader)
    contract.execute({"chunk": {"index": 1, "bytes": base64_of(parts[1])}})
    assert contract.query({"chunk": {"index": 0}}) == {"hash": None}
    expected = {"hash": keccak256(parts[1]).hex()}
    assert contract.query({"chunk": {"index": 1}}) == expected
    with pytest.raises(ContractRefused, match="chunk 0: expected 98304 bytes"):
        contract.execute({"seal": {}})
    with pytest.raises(ContractRefused, match="expected a sealed one"):
        asked(contract, bytes(784))
    contract.execute({"chunk": {"index": 0, "bytes": base64_of(parts[0])}})
    contract.execute({"seal": {}}, "bob")
    assert asked(contract, bytes(784)) == reader.answer(bytes(784))
    with pytest.raises(ContractRefused, match="got a sealed one"):
        contract.execute({"chunk": {"index": 0, "bytes": base64_of(parts[0])}})


def test_other_bits_than_announced_are_never_sealed(small: Model) -> None:
    contract = Contract(NET.read_bytes())
    contract.instantiate(terms(small))
    image = bytearray(small.image.tobytes())
    image[-1] ^= 1
    contract.execute({"chunk": {"index": 0, "bytes": base64_of(bytes(image))}})
    with pytest.raises(ContractRefused, match="image: expected the root"):
        contract.execute({"seal": {}})
    with pytest.raises(ContractRefused, match="bytes: expected .* got 1"):
        contract.execute({"chunk": {"index": 0, "bytes": "AA=="}})
    with pytest.raises(ContractRefused, match="at most 0"):
        contract.execute({"chunk": {"index": 1, "bytes": "AA=="}})


@pytest.mark.parametrize(
    "change, told",
    [
        ({"model_root": "ab"}, "expected 64 hex digits"),
        ({"image_bytes": 0}, "expected the image's size, got 0"),
        ({"image_bytes": 1 << 40}, "expected a whole number"),
        ({"fees": {"denom": "stake"}}, "fees: expected denom, price, reward"),
        ({"fees": {**FEES, "denom": '"'}}, "expected a denomination"),
        ({"fees": {**FEES, "price": "01"}}, "expected a whole amount"),
        ({"fees": {**FEES, "price": "1" * 39}}, "expected a whole amount"),
        ({"fees": {**FEES, "reward": 5}}, "expected a string"),
        ({"owner": "bob"}, 'got "owner"'),
    ],
)
def test_terms_that_make_no_sense_are_refused(
    small: Model, change: dict[str, Any], told: str
) -> None:
    with pytest.raises(ContractRefused, match=told):
        Contract(NET.read_bytes()).instantiate({**terms(small), **change})


def test_image_in_the_code_needs_no_chunks(reader: Model, small: Model) -> None:
    contract = Contract(cargo.carrying(reader.image))
    with pytest.raises(ContractRefused, match="image_bytes: expected"):
        contract.instantiate(terms(small))
    wrong = {**terms(reader), "model_root": small.model_root.hex()}
    with pytest.raises(ContractRefused, match="image: expected the root"):
        contract.instantiate(wrong)
    contract.instantiate(terms(reader, FEES))
    told = contract.query({"config": {}})
    assert told["sealed"] and told["chunk_bytes"] == 0 and told["fees"] == FEES
    assert contract.store.keys() == {b"config"}
    assert asked(contract, bytes(784), PRICE) == reader.answer(bytes(784))


def test_image_too_large_for_code_is_refused(reader: Model) -> None:
    with pytest.raises(CodeTooLarge, match="expected at most 819,200 bytes"):
        cargo.carrying(np.tile(reader.image, 8))


def test_instance_kept_for_many_calls_answers_the_same(reader: Model) -> None:
    """Some VMs do that: what a call took is free at the next."""
    from tinynn.cosmwasm.host import _Call, encoded

    contract = Contract(cargo.carrying(reader.image))
    contract.instantiate(terms(reader))
    call = _Call(contract.code, contract.store)
    sizes = set()
    for i in range(8):
        data = bytes([i]) * 784
        message = encoded({"answer": {"input": base64_of(data)}})
        told = call.run("query", (b"{}", message))
        expected = encoded({"output": base64_of(reader.answer(data))})
        inner = base64.b64decode(told.split(b'"')[3])
        assert inner == expected.replace(b" ", b"")
        sizes.add(call._memory.data_len(call._held))
    assert len(sizes) == 1
