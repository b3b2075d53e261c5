"""Products that take turns: a transposed convolution is as many as its stride makes."""

from dataclasses import dataclass, replace

from converters.evm.stages.product import Product
from converters.evm.store import Store
from converters.evm.work import Work


@dataclass(slots=True)
class Phases:
    """Products one after the other, into places between each other's."""

    products: tuple[Product, ...]

    def needs(self) -> dict[str, int]:
        """Areas that all use in turn."""
        needed: dict[str, int] = {}
        for product in self.products:
            for name, size in product.needs().items():
                needed[name] = max(size, needed.get(name, 0))
        return needed

    def fitted(self, code: int) -> "Phases":
        """With rows written out in an equal share of so many bytes of code each."""
        share = code // len(self.products)
        return replace(self, products=tuple(p.fitted(share) for p in self.products))

    def lay(self, store: Store) -> None:
        for product in self.products:
            product.lay(store)

    def emit(self, work: Work) -> None:
        for product in self.products:
            product.emit(work)
