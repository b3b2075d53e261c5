"""Keystores: made for their owner only, found where others keep theirs, opened."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from eth_account import Account

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
from oracle.sending import keys

KEY = b"\7" * 32
ADDRESS: str = Account.from_key(KEY).address
PASSWORD = "correct horse"


def content(**changes: object) -> dict[str, object]:
    """A keystore that is quick to open."""
    made = Account.encrypt(KEY, PASSWORD, kdf="pbkdf2", iterations=2)
    return {**made, **changes}


@pytest.fixture
def user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user's home with nothing in it, and the tests in it."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    for name in ("ETH_FROM", "ETH_KEYSTORE", "ETH_KEYSTORE_ACCOUNT", "ETH_PASSWORD"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "password").write_text(f"{PASSWORD}\nnot this\n")
    return tmp_path


def put(file: Path, made: dict[str, object]) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(made))
    return file


def settings(user: Path, **flags: object) -> Settings:
    return Settings.read(password_file=user / "password", **flags)


def test_create_keystore_is_its_owners_alone(user: Path) -> None:
    path = user / ".plumb" / "keystores" / "worker"
    address = keys.create(path, PASSWORD, "pbkdf2")
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    keystore = keys.read(path)
    assert not keystore.exposed
    assert keystore.address == address
    opened = keys.account(settings(user, account="worker"), 1)
    assert bytes.fromhex(opened.address[2:]) == address


def test_create_keystore_never_overwrites(user: Path) -> None:
    path = put(user / "k", content())
    with pytest.raises(FileExistsError):
        keys.create(path, PASSWORD, "pbkdf2")
    assert json.loads(path.read_text())["version"] == 3


@pytest.mark.parametrize(
    "place", [".plumb/keystores/me", ".foundry/keystores/me", ".ape/accounts/me.json"]
)
def test_keystore_found_by_name_where_tools_keep_theirs(user: Path, place: str) -> None:
    put(user / place, content())
    assert keys.account(settings(user, account="me"), 1).address == ADDRESS


def test_keystore_without_address_opens_but_is_not_found_by_it(user: Path) -> None:
    """Foundry leaves the address out."""
    made = content()
    del made["address"]
    path = put(user / ".foundry" / "keystores" / "me", made)
    assert keys.read(path).address == b""
    chosen = settings(user, account="me", sender=ADDRESS)
    assert keys.account(chosen, 1).address == ADDRESS
    with pytest.raises(NoKeystore, match=f"expected one of {ADDRESS}"):
        keys.account(settings(user, sender=ADDRESS), 1)


def test_keystore_found_by_address_among_other_files(user: Path) -> None:
    folder = user / "store"
    put(folder / "a", {"version": 1})
    (folder / "b").write_bytes(b"\xff\xfe")
    put(folder / "z", content())
    chosen = settings(user, keystore=folder, sender=ADDRESS.lower())
    assert keys.account(chosen, 1).address == ADDRESS
    assert [k.path.name for k in keys.keystores(user)] == []


def test_keystore_of_another_account_refused(user: Path) -> None:
    path = put(user / "k", content())
    other = "0x" + "11" * 20
    with pytest.raises(WrongAccount, match=f"key of {other}, got {ADDRESS}"):
        keys.account(settings(user, keystore=path, sender=other), 1)
    path = put(user / "lies", content(address="22" * 20))
    with pytest.raises(WrongAccount, match=f"key of 0x{'22' * 20}, got {ADDRESS}"):
        keys.account(settings(user, keystore=path), 1)


def test_keystore_wrong_password_says_so(user: Path) -> None:
    path = put(user / "k", content())
    (user / "password").write_text("wrong")
    with pytest.raises(WrongPassword, match="look into the password file"):
        keys.account(settings(user, keystore=path), 1)


@pytest.mark.parametrize(
    "made, message",
    [
        ({}, "got JSON without a crypto section"),
        (content(version=1), "got version 1"),
        (content(address="xyz"), "got the address xyz"),
        (content(crypto={}), "got none of its"),
        (content(crypto={"kdf": "rot13"}), "expected a version 3 keystore"),
    ],
)
def test_keystore_malformed_refused(
    user: Path, made: dict[str, object], message: str
) -> None:
    path = put(user / "k", made)
    with pytest.raises(BadKeystore, match=message):
        keys.account(settings(user, keystore=path), 1)


def mark(text: str) -> bytes:
    """With a byte order mark before it."""
    return b"\xef\xbb\xbf" + text.encode()


@pytest.mark.parametrize(
    "written",
    [
        lambda made: json.dumps({k.capitalize(): v for k, v in made.items()}).encode(),
        lambda made: json.dumps(made | {"version": "3"}).encode(),
        lambda made: mark(json.dumps(made)),
    ],
    ids=["MyEtherWallet's Crypto", "version in quotes", "byte order mark"],
)
def test_keystore_as_other_wallets_write_it_opens(
    user: Path, written: Callable[[dict[str, object]], bytes]
) -> None:
    (user / "kept").write_bytes(written(content()))
    keystore = keys.read(user / "kept")
    assert keystore.address == bytes.fromhex(ADDRESS[2:])
    assert keystore.unlock(PASSWORD).address == ADDRESS


@pytest.mark.parametrize(
    "written",
    [mark(PASSWORD), f"{PASSWORD}\r\n".encode(), f"{PASSWORD}\rnot".encode()],
    ids=["byte order mark", "Windows' line ends", "an old Mac's"],
)
def test_password_as_editors_write_it_is_read(user: Path, written: bytes) -> None:
    (user / "password").write_bytes(written)
    assert keys.password(settings(user)) == PASSWORD


def test_keystore_that_is_no_json_refused(user: Path) -> None:
    (user / "k").write_text("0x" + KEY.hex())
    with pytest.raises(BadKeystore, match="got no JSON") as refused:
        keys.account(settings(user, keystore=user / "k"), 1)
    assert KEY.hex() not in str(refused.value)


def test_account_not_named_asks_for_one(user: Path) -> None:
    with pytest.raises(MissingSetting, match=r"dev:0 to dev:19\), got none: set --a"):
        keys.account(settings(user), 1)
    with pytest.raises(NoKeystore, match="expected a file in"):
        keys.account(settings(user, keystore=user / "absent"), 1)
    with pytest.raises(NoKeystore, match="expected one named nobody in"):
        keys.account(settings(user, account="nobody"), 1)


def test_account_without_password_file_asks_for_one(user: Path) -> None:
    path = put(user / "k", content())
    with pytest.raises(MissingSetting, match="set --password-file, ETH_PASSWORD"):
        keys.account(Settings.read(keystore=path), 1)
    (user / "password").write_bytes(b"\xff\xff")
    with pytest.raises(BadSetting, match="expected a password, got no text"):
        keys.account(settings(user, keystore=path), 1)


def test_development_account_only_on_the_devnet(user: Path) -> None:
    chosen = settings(user, account="dev:1")
    account = keys.account(chosen, CHAIN_ID)
    assert account.address == "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"
    with pytest.raises(OnlyForDevnet, match="expected chain 31337, got 1"):
        keys.account(chosen, 1)
