"""Settings: which source wins, what the file may say, what is refused and how."""

from pathlib import Path
from typing import Any, ClassVar

import pytest

from oracle.amounts import brief_wei, parse_wei, show_wei, with_unit, written_wei
from oracle.config import Paths, Settings, Wei
from oracle.errors import BadAmount, BadSetting, BadSettingsFile, UnknownSetting

ADDRESS = "0x" + "ab" * 20


class Diver(Settings):
    section: ClassVar[str] = "diver"
    depth: Wei = 5
    nets: Paths = ()


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No settings but those of the test."""
    monkeypatch.chdir(tmp_path)
    for name in ("ETH_RPC_URL", "ETH_FROM", "ETH_KEYSTORE", "ETH_PASSWORD"):
        monkeypatch.delenv(name, raising=False)


def test_settings_flag_wins_then_environment_then_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = 'rpc_url = ["http://file"]\nchain_id = 3\nmax_fee = "3gwei"\n'
    (tmp_path / "plumb.toml").write_text(written)
    monkeypatch.setenv("ETH_RPC_URL", "http://one, http://two")
    monkeypatch.setenv("PLUMB_CHAIN_ID", "2")
    settings = Settings.read(chain_id=1, max_fee=None, rpc_url=[])
    assert settings.chain_id == 1
    assert settings.rpc_url == ("http://one", "http://two")
    assert settings.max_fee == 3 * 10**9


def test_settings_none_given_defaults() -> None:
    settings = Settings.read()
    assert settings.rpc_url == ("http://127.0.0.1:8545",)
    assert settings.home == Path.home() / ".plumb"


def test_settings_empty_variable_sets_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLUMB_CHAIN_ID", "")
    assert Settings.read().chain_id is None


def test_settings_own_table_wins_over_common_keys(tmp_path: Path) -> None:
    written = f'account = "all"\nfrom = "{ADDRESS}"\n[diver]\naccount = "own"\n'
    (tmp_path / "plumb.toml").write_text(written + 'depth = "7gwei"\n[other]\nx = 1\n')
    assert Settings.read().account == "all"
    diver = Diver.read()
    assert (diver.account, diver.sender) == ("own", ADDRESS)
    assert diver.depth == 7 * 10**9


def test_settings_paths_in_file_are_relative_to_it(tmp_path: Path) -> None:
    folder = tmp_path / "etc"
    folder.mkdir()
    file = folder / "other.toml"
    file.write_text('home = "~/x"\nkeystore = "k"\n[diver]\nnets = ["a", "/b"]\n')
    diver = Diver.read(config=file)
    assert diver.home == Path.home() / "x"
    assert diver.keystore == folder / "k"
    assert diver.nets == (folder / "a", Path("/b"))


@pytest.mark.parametrize(
    "flags, message",
    [
        ({"max_fee": "3knots"}, "--max-fee: not an amount: expected the unit"),
        ({"rpc_url": ["ftp://secret"]}, r"--rpc-url: expected http\(s\)://..., got f"),
        ({"chain_id": "x"}, "--chain-id: input should be a valid integer"),
        ({"chain_id": 0}, "--chain-id: input should be greater than 0"),
        ({"sender": "0x1"}, "--from: expected 0x and 40 hex digits, got 0x1"),
    ],
)
def test_settings_bad_flag_refused_by_name(flags: dict[str, Any], message: str) -> None:
    with pytest.raises(BadSetting, match=message) as refused:
        Settings.read(**flags)
    assert "secret" not in str(refused.value)


def test_settings_bad_value_names_where_it_came_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "plumb.toml").write_text('max_fee = "much"\n')
    with pytest.raises(BadSetting, match="^plumb.toml: max_fee: not an amount"):
        Settings.read()
    monkeypatch.setenv("PLUMB_MAX_FEE", "more")
    with pytest.raises(BadSetting, match="^PLUMB_MAX_FEE: not an amount"):
        Settings.read()


@pytest.mark.parametrize(
    "written, error, message",
    [
        ('rpc_ulr = "http://a"', UnknownSetting, "expected rpc_url, got rpc_ulr"),
        ('depth = "1wei"', UnknownSetting, "unknown key: expected one of account"),
        ('private_key = "0x1"', BadSetting, "private_key: keys and passwords are not"),
        ("[diver]\nseals = 1", UnknownSetting, "got seals"),
        ("diver = 1", UnknownSetting, "got diver"),
        ("a = ", BadSettingsFile, "expected settings in TOML, got Invalid value"),
    ],
)
def test_settings_file_with_a_slip_refused(
    tmp_path: Path, written: str, error: type[Exception], message: str
) -> None:
    (tmp_path / "plumb.toml").write_text(written)
    with pytest.raises(error, match=message):
        Diver.read()


def test_settings_named_file_absent_refused(tmp_path: Path) -> None:
    with pytest.raises(BadSettingsFile, match="absent.toml"):
        Settings.read(config=tmp_path / "absent.toml")


@pytest.mark.parametrize(
    "written, wei, shown",
    [
        ("0.1ether", 10**17, "0.1 ether"),
        ("30 gwei", 3 * 10**10, "30 gwei"),
        ("7", 7, "7 wei"),
        ("1_000wei", 1000, "1000 wei"),
        ("1.000000000000000001Ether", 10**18 + 1, "1.000000000000000001 ether"),
        (0, 0, "0 wei"),
    ],
)
def test_amount_read_and_shown(written: str | int, wei: int, shown: str) -> None:
    assert parse_wei(written) == wei
    assert show_wei(wei) == shown
    assert parse_wei(shown) == wei
    assert parse_wei(written_wei(wei)) == wei
    assert " " not in written_wei(wei)


@pytest.mark.parametrize(
    "wei, shown",
    [
        (718_863_157_894_735, "0.000718863 ether"),
        (9_998_999_950_515_251_215_947, "9998.999950515 ether"),
        (10**12, "0.000001 ether"),
        (10**12 - 1, "999.999999999 gwei"),
        (14_000_000, "0.014 gwei"),
        (999_999, "999999 wei"),
        (0, "0 wei"),
    ],
)
def test_amount_in_brief_leaves_out_what_is_below_a_gwei(wei: int, shown: str) -> None:
    assert brief_wei(wei) == shown
    assert parse_wei(shown) <= wei


def test_amount_that_a_person_types_needs_a_unit() -> None:
    assert with_unit("1wei") == 1 and with_unit("0") == 0
    assert with_unit("0.5 ether") == 10**18 // 2
    with pytest.raises(BadAmount, match="a unit, such as 1ether or 1wei, got 1"):
        with_unit("1")


@pytest.mark.parametrize("written", ["", "ether", "1.5wei", "-1", "1e3", "3 pounds"])
def test_amount_that_is_none_refused(written: str) -> None:
    with pytest.raises(BadAmount):
        parse_wei(written)
