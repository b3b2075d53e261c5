"""An answer's check as one file, which needs neither a server nor a network."""

import base64
import hashlib
import json
import re
from pathlib import Path
from typing import Final

from oracle.web.pages.looks import environment
from oracle.web.scene.onlooker import Scene
from oracle.web.views.basics import as_of, hexed
from oracle.web.views.requests import request_whole
from tinynn.wasm import BUILDS, path_of

STATIC: Final = Path(__file__).parent.parent / "static"
SCRIPTS: Final = ("executor.js", "checking.js", "verdict.js", "saved.js")
"""Put together in this order; what one exports, the next has by name."""
MODULE_WORDS: Final = re.compile(
    r"^import .*?;\n|^export (?=async |function |const |class )", re.MULTILINE
)
MOST_EMBEDDED: Final = 32 * 2**20
"""Bytes of an image that is put into the file; a larger one is a file beside it."""


def saved(scene: Scene, request_id: int, rpc_url: str = "") -> str | None:
    """The page; None without a request, an answer to it, or the model's image here.

    `rpc_url`: the endpoint that it proposes.
    """
    whole = request_whole(scene, request_id)
    asked = scene.tables.requests.get(request_id)
    model = scene.model_of(asked.model) if asked else None
    if whole is None or whole["claim"] is None or model is None:
        return None
    embedded = model.image.size <= MOST_EMBEDDED
    contracts = {
        name: hexed(placed.address)
        for name, placed in scene.site.deployments.placed.items()
        if name in ("InferenceOracle", "ModelRegistry")
    }
    data = {
        "asked": whole,
        "contracts": contracts,
        "modules": {build: _base64(path_of(build).read_bytes()) for build in BUILDS},
        "image": _base64(bytes(model.image)) if embedded else "",
    }
    code, style = script(), (STATIC / "style.css").read_text()
    return (
        environment()
        .get_template("saved.html")
        .render(
            asked=whole,
            as_of=as_of(scene),
            contracts=contracts,
            embedded=embedded,
            image_bytes=int(model.image.size),
            rpc_url=rpc_url,
            hashes=hashes(),
            policy=policy_of(code),
            style=style,
            code=code,
            # No `<` is left that could end the element.
            saved=json.dumps(data).replace("<", "\\u003c"),
        )
    )


def script() -> str:
    """The page's own scripts as one that imports nothing."""
    texts = [MODULE_WORDS.sub("", (STATIC / name).read_text()) for name in SCRIPTS]
    whole = "\n".join(texts)
    assert "</script" not in whole and "import(" not in whole
    return whole


def policy_of(code: str) -> str:
    """This one script and what it starts; nothing is fetched but from the endpoint."""
    digest = _base64(hashlib.sha256(code.encode()).digest())
    return (
        f"default-src 'none'; script-src 'sha256-{digest}' 'wasm-unsafe-eval' blob:; "
        "worker-src blob:; style-src 'unsafe-inline'; img-src data:; "
        "connect-src http: https:; form-action 'none'; base-uri 'none'"
    )


def hashes() -> dict[str, str]:
    """SHA-256 of all that runs when an answer is checked, by file name."""
    files = [STATIC / name for name in ("check-worker.js", "check.js", *SCRIPTS)]
    files += [path_of(build) for build in BUILDS]
    return {
        file.name: hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(files)
    }


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()
