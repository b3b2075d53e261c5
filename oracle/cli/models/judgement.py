"""What `plumb model convert` says of the image that it made, before it is written."""

from dataclasses import dataclass
from typing import Any

from rich.console import RenderableType

from converters.hub import Conversion
from converters.verify.verdict import Verdict
from converters.verify.verify import Verification, verify_conversion
from oracle.cli.common.output import facts
from oracle.cli.inputs.drawn import drawn, told
from oracle.cli.models.verifying import BY_LEVELS, comparison_data, comparison_tables
from oracle.legible import number_of
from tinynn import Model

DRAWN = 3


@dataclass(frozen=True, slots=True)
class Judgement:
    """An image beside its source, on inputs drawn here."""

    found: Verification
    inputs: str

    @property
    def verdict(self) -> Verdict:
        """Which output is the greatest tells nothing on such inputs."""
        return self.found.verdict(max_drop=1.0)

    @property
    def good(self) -> bool:
        """Nobody says that the image is wrong."""
        return self.verdict is not Verdict.BEYOND

    @property
    def data(self) -> Any:
        return comparison_data(self.found, self.verdict, self.inputs)

    @property
    def tables(self) -> list[RenderableType]:
        """All of a bad verdict, one line of another."""
        if not self.good:
            return comparison_tables(self.found, self.verdict, self.inputs)
        return [facts({"verified": self.line})]

    @property
    def line(self) -> str:
        found, verdict = self.found, self.verdict.value
        if not found.reference:
            return f"{verdict}: {found.absent}"
        most = max(part.maximum for part in found.outputs)
        on = f"{number_of(found.samples, 'input')} drawn here ({self.inputs})"
        doubts = "".join(f"; {doubt}" for doubt in found.doubts)
        off = f"off by {most:.3g}" + (f", {BY_LEVELS}" if found.levels_decide else "")
        off += f", {found.apart}" if found.apart else ""
        return f"{verdict}, against {found.reference} on {on}: {off}{doubts}"


def judged(made: Conversion, model: Model, trust_code: bool) -> Judgement:
    found = verify_conversion(made, model, drawn(model, DRAWN), trust_code)
    return Judgement(found, told(model))
