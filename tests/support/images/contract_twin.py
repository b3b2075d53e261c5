"""A model in the contract of tinynn/cosmwasm/, in wasmtime.

`sealed` leaves out what costs most where many models are tried: the contract's own look
at the root. The store is then what `seal` would have left.
"""

import base64

from tinynn import Model
from tinynn.cosmwasm import CHUNK_BYTES, NET
from tinynn.cosmwasm.host import OWNER, Coin, Contract

MOST_IMAGE_BYTES = 16 << 20


def base64_of(data: bytes) -> str:
    return base64.b64encode(data).decode()


def terms(model: Model, fees: dict[str, str] | None = None) -> dict[str, object]:
    """What a contract of this model is instantiated with."""
    root, size = model.model_root.hex(), model.image.size
    return {"model_root": root, "image_bytes": size, "fees": fees}


def chunks(model: Model) -> list[bytes]:
    image = model.image.tobytes()
    return [image[i : i + CHUNK_BYTES] for i in range(0, len(image), CHUNK_BYTES)]


def deployed(model: Model, fees: dict[str, str] | None = None) -> Contract:
    """By its messages, as on a chain."""
    contract = Contract(NET.read_bytes())
    contract.instantiate(terms(model, fees))
    for i, data in enumerate(chunks(model)):
        contract.execute({"chunk": {"index": i, "bytes": base64_of(data)}})
    contract.execute({"seal": {}})
    return contract


def sealed(model: Model) -> Contract:
    """By its store: config.c has the layout."""
    tables = model.tables
    varies = tables.accepts(tables.input_bytes) and tables.accepts(0)
    sizes = (tables.image_bytes, tables.input_bytes)
    config = bytes(32) + b"".join(size.to_bytes(4, "little") for size in sizes)
    config += bytes([varies and tables.input_bytes > 0, 1, 0, 0])
    for text in (OWNER, "", "0", "0", "0"):
        config += bytes([len(text)]) + text.encode()
    store = {b"config": config}
    for i, data in enumerate(chunks(model)):
        store[b"image" + i.to_bytes(8, "big")] = data
    return Contract(NET.read_bytes(), store)


def answer(contract: Contract, data: bytes) -> bytes:
    """By a query."""
    told = contract.query({"answer": {"input": base64_of(data)}})
    return base64.b64decode(told["output"])


def asked(contract: Contract, data: bytes, *funds: Coin) -> bytes:
    """By a transaction."""
    return contract.execute({"ask": {"input": base64_of(data)}}, funds=funds).data
