"""A model's image as chain state, for the precompile: chunks of code and their list."""

from collections.abc import Callable

from converters.evm.factory import address_of, creation_of
from oracle.chain.abi import Abi
from oracle.chain.chain import Chain, Contract, contract_of
from oracle.chain.local.inference import MODEL_CODE, manifest_of
from oracle.sending.sender import Receipt, Sender
from solidity import artifact
from tinynn import Model

CHUNK_BYTES = 24_575
"""Of an image, behind a first byte 0x00: a full chunk is 24,576 bytes of code."""

STORE = "ModelCode"


def chunks_of(image: bytes) -> list[bytes]:
    """The image's chunks as code. Zeros at its end are left out: its header says how
    long it is."""
    kept = image.rstrip(b"\0")
    starts = range(0, len(kept), CHUNK_BYTES)
    return [b"\0" + kept[at : at + CHUNK_BYTES] for at in starts]


def store_abi() -> Abi:
    return Abi(STORE, artifact(STORE).abi)


def has_precompile(chain: Chain) -> bool:
    """Whether ModelCode is where such a chain has it."""
    return chain.code(MODEL_CODE) == artifact(STORE).deployed_bytecode


def store_image(
    sender: Sender, factory: Contract, model: Model, tell: Callable[[str], None]
) -> list[Receipt]:
    """Puts the image's chunks on the chain, those that are missing, and lists them."""
    receipts, addresses = [], []
    chunks = chunks_of(model.image.tobytes())
    for number, chunk in enumerate(chunks, start=1):
        creation = creation_of(chunk)
        address = address_of(factory.address, creation)
        addresses.append(address)
        if sender.chain.code(address) != chunk:
            tell(f"creating chunk {number} of {len(chunks)}")
            receipts.append(sender.send(factory, "create", creation))
    if not sender.chain.code(manifest_of(model.model_root)):
        tell("storing the manifest")
        store = contract_of(artifact(STORE), MODEL_CODE)
        receipts.append(sender.send(store, "store", model.model_root, addresses))
    return receipts
