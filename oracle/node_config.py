"""Settings of the programs that hold models."""

from typing import Annotated

from pydantic import Field

from oracle.config import Listed, Settings
from oracle.model_store import ModelStore


class NodeSettings(Settings):
    """What workers and challengers have in common. Times are in seconds."""

    models: Annotated[tuple[str, ...], Listed] = ()
    poll: float = Field(1.0, gt=0)
    max_model_bytes: int = Field(1 << 31, gt=0)
    log_json: bool = False
    metrics: str | None = Field(None, pattern=r"^[^:]*:\d{1,5}$")

    @property
    def model_store(self) -> ModelStore:
        return ModelStore(self.home / "models")
