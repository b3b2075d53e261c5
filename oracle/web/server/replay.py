"""A dispute that somebody saved, shown without any chain.

The file is what `/api/v1/disputes/GAME` gives; as a stranger may have written it, each
part of it is checked before any is shown.
"""

from collections.abc import Collection
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from fastapi import FastAPI
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from oracle.legible import legible
from oracle.web.pages.drawing import drawn
from oracle.web.pages.looks import environment
from oracle.web.server.guarding import Guard, policy_of

STATIC: Final = Path(__file__).parent.parent / "static"
MOST_BYTES: Final = 4 * 2**20
Count = Annotated[int, Field(ge=0, lt=1 << 64)]
Text = Annotated[str, Field(max_length=400)]
Hash = Annotated[str, Field(pattern="^0x[0-9a-fA-F]{0,130}$")]


class BadReplay(Exception):
    def __init__(self, expected: str, actual: str) -> None:
        self.expected, self.actual = expected, actual
        super().__init__(f"expected {expected}, got {actual}")


class Checked(BaseModel):
    model_config = ConfigDict(extra="ignore", strict=True)


class Part(Checked):
    start: Count
    end: Count
    verdict: Literal["true", "false", "unknown"]
    selected: bool


class Level(Checked):
    unit: Literal["segments", "instructions"]
    where: Text
    start: Count
    end: Count
    parts: Annotated[list[Part], Field(min_length=1, max_length=4096)]

    @model_validator(mode="after")
    def in_order(self) -> "Level":
        """Parts lie within, so that all can be drawn."""
        within = all(self.start <= p.start < p.end <= self.end for p in self.parts)
        if not within:
            raise ValueError("parts must lie within their level")
        return self


class Move(Checked):
    name: Annotated[str, Field(pattern="^[a-z]{1,32}$")]
    text: Text
    by: Hash | None
    gas: Count | None
    time: Count
    block: Count
    transaction: Hash


class Proof(Checked):
    step: Text
    instruction: Text
    pc: Text
    pre_root: Hash
    worker_says: Hash
    verifier_says: Hash
    worker_was_right: bool


class Clock(Checked):
    used: Count
    running: bool


class Clocks(Checked):
    worker: Clock
    challenger: Clock


class Dispute(Checked):
    game: Hash
    request_id: Count
    worker: Hash
    challenger: Hash
    over: bool
    winner: Literal["worker", "challenger"] | None
    checked: bool
    levels: Annotated[list[Level], Field(max_length=64)]
    moves: Annotated[list[Move], Field(max_length=1024)]
    proof: Proof | None
    clock_seconds: Count
    clocks: Clocks


class Saved(Checked):
    dispute: Dispute


def read(file: Path) -> dict[str, Any]:
    """The dispute in the file; raises `BadReplay`, or OSError."""
    with file.open("rb") as opened:
        data = opened.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise BadReplay(f"at most {MOST_BYTES} bytes", "more")
    try:
        found = Saved.model_validate_json(data)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"])) or "the file"
        told = legible(f"{place}: {first['msg']}")
        expected = "a dispute as /api/v1/disputes/GAME gives it"
        raise BadReplay(expected, told) from None
    whole = found.dispute.model_dump()
    for entry in (*whole["moves"], *whole["levels"], whole["proof"] or {}):
        for name in ("text", "where", "step", "instruction", "pc"):
            if name in entry:
                entry[name] = legible(entry[name])
    return whole


def application(dispute: dict[str, Any], hosts: Collection[str]) -> ASGIApp:
    """One page, which never changes."""
    page = (
        environment()
        .get_template("dispute.html")
        .render(game=dispute, picture=drawn(dispute["levels"]), replay=True, path="/")
    )
    app = FastAPI(title="Plumbline", docs_url=None, redoc_url=None, openapi_url=None)

    @app.get("/")
    def show() -> HTMLResponse:
        return HTMLResponse(page, headers={"Cache-Control": "no-store"})

    app.mount("/static", StaticFiles(directory=STATIC), "static")
    return Guard(app, hosts, policy_of(()))
