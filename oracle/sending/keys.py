"""Keys: Web3 Secret Storage of version 3, and nothing else.

Other wallets write it in their own way (`Crypto`, a version in quotes, a byte order
mark), which changes nothing of what it means.

Keystores are read where Foundry and Ape keep theirs too. A raw key never comes in, nor
goes out: what others get is an account that signs. Only the development chain's
accounts, whose keys everyone knows, need no keystore.
"""

import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eth_account import Account
from eth_account.signers.local import LocalAccount

from oracle.chain.local.accounts import development_accounts
from oracle.chain.local.known import CHAIN_ID
from oracle.config import Settings
from oracle.errors import (
    BadKeystore,
    BadSetting,
    MissingSetting,
    NoKeystore,
    OnlyForDevnet,
    WrongAccount,
    WrongPassword,
)

VERSION = 3
TEXT = "utf-8-sig"
"""With a byte order mark or without, as editors have it."""
OWNER_ONLY = 0o600
OWNER_ONLY_FOLDER = 0o700
DEVELOPMENT = re.compile(r"dev:([0-9]|1[0-9])")
"""How the twenty development accounts are called."""


@dataclass(frozen=True, slots=True)
class Keystore:
    """One file. `address` (20 bytes) is empty where the file doesn't tell."""

    path: Path
    address: bytes
    content: dict[str, Any]

    @property
    def exposed(self) -> bool:
        """Whether others than its owner may read the file."""
        return bool(self.path.stat().st_mode & 0o077)

    def unlock(self, password: str) -> LocalAccount:
        """The account. Raises `WrongPassword`, `BadKeystore` or `WrongAccount`."""
        try:
            key = Account.decrypt(self.content, password)
        except ValueError as error:
            if "MAC" in str(error):
                raise WrongPassword(self.path) from None
            raise BadKeystore(self.path, str(error)) from None
        except (KeyError, TypeError) as error:
            raise BadKeystore(self.path, f"none of its {error}") from None
        account: LocalAccount = Account.from_key(key)
        if self.address and bytes.fromhex(account.address[2:]) != self.address:
            raise WrongAccount(self.path, f"0x{self.address.hex()}", account.address)
        return account


def folders(home: Path) -> tuple[Path, ...]:
    """Where keystores are looked for: ours, Foundry's, Ape's."""
    user = Path.home()
    return (
        home / "keystores",
        user / ".foundry" / "keystores",
        user / ".ape" / "accounts",
    )


def create(path: Path, password: str, kdf: str | None = None) -> bytes:
    """A new account's keystore, readable by its owner only; gives the address.

    Never overwrites: raises `FileExistsError`.
    """
    path.parent.mkdir(mode=OWNER_ONLY_FOLDER, parents=True, exist_ok=True)
    account = Account.create()
    content = json.dumps(account.encrypt(password, kdf))
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY)
    with os.fdopen(descriptor, "w") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    return bytes.fromhex(account.address.removeprefix("0x"))


def read(path: Path) -> Keystore:
    """The keystore in a file. Raises `BadKeystore`."""
    try:
        found = json.loads(path.read_text(TEXT))
    except (UnicodeDecodeError, json.JSONDecodeError):
        raise BadKeystore(path, "no JSON") from None
    content = {key.lower(): v for key, v in found.items()} if _is_map(found) else {}
    if not _is_map(content.get("crypto")):
        raise BadKeystore(path, "JSON without a crypto section")
    if str(content.get("version")) != str(VERSION):
        raise BadKeystore(path, f"version {content.get('version')}")
    return Keystore(path, _address(path, content), content | {"version": VERSION})


def keystores(home: Path) -> Iterator[Keystore]:
    """Every keystore that can be found; files that are none are passed over."""
    for folder in folders(home):
        yield from _within(folder)


def find(settings: Settings) -> Keystore:
    """The keystore of the settings: a file, a name, or the one of an address.

    Raises `NoKeystore`, `BadKeystore`, or `MissingSetting` if nothing names one.
    """
    home, path, name = settings.home, settings.keystore, settings.account
    if path is not None and path.is_file():
        return read(path)
    places = folders(home) if path is None else (path,)
    if name is not None:
        files = [f / file for f in places for file in (name, f"{name}.json")]
        for file in files:
            if file.is_file():
                return read(file)
        raise NoKeystore(f"one named {name}", places)
    if settings.sender is None:
        if path is not None:
            raise NoKeystore("a file", places)
        purpose = "an account (on a devnet dev:0 to dev:19)"
        raise MissingSetting(purpose, "--account", "ETH_KEYSTORE_ACCOUNT")
    wanted = bytes.fromhex(settings.sender.removeprefix("0x"))
    for place in places:
        for keystore in _within(place):
            if keystore.address == wanted:
                return keystore
    raise NoKeystore(f"one of {settings.sender}", places)


def account(settings: Settings, chain_id: int) -> LocalAccount:
    """The account that signs: of a keystore, or `dev:0` to `dev:19` on a devnet."""
    if settings.keystore is None and settings.account is not None:
        named = DEVELOPMENT.fullmatch(settings.account)
        if named is not None:
            return development(int(named[1]), chain_id)
        if settings.account.startswith("dev:"):
            problem = f"expected dev:0 to dev:19, got {settings.account}"
            raise BadSetting("account", problem)
    keystore = find(settings)
    unlocked = keystore.unlock(password(settings))
    wanted = settings.sender
    if wanted is not None and unlocked.address.lower() != wanted.lower():
        raise WrongAccount(keystore.path, wanted, unlocked.address)
    return unlocked


def development(index: int, chain_id: int) -> LocalAccount:
    """One of the accounts that everyone knows. Raises `OnlyForDevnet` elsewhere."""
    if chain_id != CHAIN_ID:
        raise OnlyForDevnet(CHAIN_ID, chain_id)
    return development_accounts(index + 1)[index]


def password(settings: Settings) -> str:
    """The password file's first line."""
    file = settings.password_file
    if file is None:
        raise MissingSetting("a password file", "--password-file", "ETH_PASSWORD")
    try:
        text = file.read_text(TEXT)  # any line end is read as a newline
    except UnicodeDecodeError:
        raise BadSetting(str(file), "expected a password, got no text") from None
    return text.partition("\n")[0]


def _within(folder: Path) -> Iterator[Keystore]:
    if not folder.is_dir():
        return
    for file in sorted(folder.iterdir()):
        try:
            if file.is_file():
                yield read(file)
        except (BadKeystore, OSError):
            continue  # other tools keep other files there


def _is_map(found: Any) -> bool:
    return isinstance(found, dict)


def _address(path: Path, content: dict[str, Any]) -> bytes:
    """20 bytes; empty where the file has none, as Foundry's."""
    written = content.get("address", "")
    try:
        address = bytes.fromhex(str(written).removeprefix("0x"))
    except ValueError:
        address = b"?"
    if len(address) not in (0, 20):
        raise BadKeystore(path, f"the address {written}")
    return address
