"""Tokens whose pictures the chain draws, on a chain of tests; and what they tell."""

import io
import json
from base64 import b64decode
from xml.etree import ElementTree

import numpy as np
from PIL import Image
from support.chains.evm import Chain
from support.chains.nets import address

import tinynn
from converters.evm import compiled
from oracle.evm.pictures import TOKENS, arguments
from tinynn import Model, models


def created(chain: Chain, name: str) -> tuple[Model, str]:
    """The model's net by the factory, and its token; the token's name."""
    model = tinynn.load(models.path(name))
    chain.deploy("NetFactory")
    made = compiled(model, address(chain.address("NetFactory")))
    for creation in made.creations:
        chain.send("NetFactory", "create", creation, sender=chain.deployer)
    net, root = arguments(made, model)
    chain.deploy(TOKENS[name], ("0x" + made.address.hex(), *net[1:]), root)
    return model, TOKENS[name]


def told(uri: str) -> dict[str, str]:
    """The metadata of a data URI."""
    kind, _, data = uri.partition(",")
    assert kind == "data:application/json;base64"
    return json.loads(b64decode(data, validate=True))


def seen(uri: str) -> np.ndarray:
    """The pixels (height, width, 3) that an SVG in a data URI shows, by PIL."""
    kind, _, data = uri.partition(",")
    assert kind == "data:image/svg+xml;base64"
    root = ElementTree.fromstring(b64decode(data, validate=True))
    (image,) = root
    assert root.tag.endswith("svg") and image.tag.endswith("image")
    href = image.get("href")
    kind, _, data = href.partition(",")
    assert kind == "data:image/bmp;base64"
    with Image.open(io.BytesIO(b64decode(data, validate=True))) as picture:
        return np.array(picture.convert("RGB"))
