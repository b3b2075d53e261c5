"""`deployments/<chainId>.evm.json`: the factory, the directory and the nets of a chain.

Beside the protocol's file: nets need no oracle, and may be where there is none.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from eth_utils.address import to_checksum_address

from mips_vm.json_text import parse
from oracle.evm.errors import BadPlaces

ADDRESS_BYTES = 20


@dataclass(frozen=True, slots=True)
class Places:
    """Addresses; `nets`, and `relays` of those in parts, by the model's root,
    `pictures` of tokens by their model's name."""

    chain_id: int
    factory: bytes | None = None
    directory: bytes | None = None
    nets: Mapping[bytes, bytes] = field(default_factory=dict)
    relays: Mapping[bytes, bytes] = field(default_factory=dict)
    pictures: Mapping[str, bytes] = field(default_factory=dict)

    def write(self, folder: Path) -> Path:
        """Makes, or replaces, the file of this chain."""
        from converters.files import write_atomically  # with all that converts

        data = {
            "chainId": self.chain_id,
            "factory": self.factory and to_checksum_address(self.factory),
            "directory": self.directory and to_checksum_address(self.directory),
            "nets": by_root(self.nets),
            "relays": by_root(self.relays),
            "pictures": {
                name: to_checksum_address(token)
                for name, token in self.pictures.items()
            },
        }
        path = file_of(folder, self.chain_id)
        folder.mkdir(parents=True, exist_ok=True)
        write_atomically(path, (json.dumps(data, indent=2) + "\n").encode())
        return path


def file_of(folder: Path, chain_id: int) -> Path:
    return folder / f"{chain_id}.evm.json"


def read_places(folder: Path, chain_id: int) -> Places:
    """What the file says; nothing if there is none. Raises BadPlaces."""
    path = file_of(folder, chain_id)
    if not path.exists():
        return Places(chain_id)
    try:
        data = parse(path.read_bytes())
        found = int(data["chainId"])
        factory, directory = (address_in(data, k) for k in ("factory", "directory"))
        nets = addresses_in(data["nets"])
        # A file of an older plumb has neither relays nor tokens.
        relays = addresses_in(data.get("relays", {}))
        tokens = data.get("pictures", {}).items()
        pictures = {str(name): address_of(token) for name, token in tokens}
    except (
        ArithmeticError,
        AttributeError,
        LookupError,
        TypeError,
        ValueError,
    ) as error:
        raise BadPlaces(path, f"{type(error).__name__}: {error}") from error
    if found != chain_id:
        raise BadPlaces(path, f"chain {found}")
    return Places(chain_id, factory, directory, nets, relays, pictures)


def by_root(addresses: Mapping[bytes, bytes]) -> dict[str, str]:
    return {f"0x{root.hex()}": to_checksum_address(a) for root, a in addresses.items()}


def addresses_in(table: Mapping[str, str]) -> dict[bytes, bytes]:
    return {
        bytes.fromhex(root.removeprefix("0x")): address_of(address)
        for root, address in table.items()
    }


def address_in(data: Mapping[str, Any], key: str) -> bytes | None:
    return address_of(data[key]) if data[key] else None


def address_of(text: str) -> bytes:
    """20 bytes; ValueError if it is no address."""
    try:
        found = bytes.fromhex(text.removeprefix("0x"))
    except ValueError:
        wanted = "an address, 0x and 40 hexadecimal digits"
        raise ValueError(f"expected {wanted}, got {text!r}") from None
    if len(found) != ADDRESS_BYTES:
        raise ValueError(f"expected {ADDRESS_BYTES} bytes, got {len(found)}")
    return found
