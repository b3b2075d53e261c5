"""Products that skip zeros: scheme A of docs/evm.md, a row an input."""
from dataclasses import dataclass, replace

from converters.evm.products import Product
from converters.evm.store import Store
from converters.evm.work import Work


def can_skip(product: Product) -> bool:
    return False


@dataclass(slots=True)
class Sparse:
    product: Product

    def needs(self) -> dict[str, int]:
        return {}

    def lay(self, store: Store) -> None:
        """X"""

    def emit(self, work: Work) -> None:
        """X"""

    def fitted(self, code: int) -> "Sparse":
        return replace(self)
