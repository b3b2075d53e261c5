"""Settings: one name as a flag, an environment variable and a key in `plumb.toml`.

The flag wins, then the environment, then the file. A command's settings may have a
table of their own in the file, whose keys win over those above all tables.
"""

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, Self, TypeVar
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
)
from pydantic.fields import FieldInfo

from oracle.amounts import parse_wei
from oracle.errors import BadSetting, BadSettingsFile, UnknownSetting
from oracle.naming import flag_of, key_of, variable_of

DEFAULT_FILE = "plumb.toml"
LIKE_KEYS = ("private_key", "mnemonic", "secret", "password")


def _listed(value: Any) -> Any:
    """What the environment gives as one text, parted by commas."""
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    return value


def _checked_urls(urls: tuple[str, ...]) -> tuple[str, ...]:
    for url in urls:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            # The rest may hold a provider's key.
            raise ValueError(f"expected http(s)://..., got {parts.scheme or 'none'}:")
    return urls


def _checked_address(address: str | None) -> str | None:
    digits = (address or "").removeprefix("0x")
    if address is not None and (len(digits) != 40 or not _is_hex(digits)):
        raise ValueError(f"expected 0x and 40 hex digits, got {address}")
    return address


def _is_hex(digits: str) -> bool:
    return all(digit in "0123456789abcdefABCDEF" for digit in digits)


def _counted(value: Any) -> Any:
    """A number of blocks, or the name of a tag."""
    if value is None or value == "finalized":
        return value
    try:
        count = int(str(value))
    except ValueError:
        count = -1
    if count < 0:
        raise ValueError(f"expected a number of blocks, or finalized, got {value}")
    return count


Listed = BeforeValidator(_listed)
Wei = Annotated[int, BeforeValidator(parse_wei)]
"""`0.1ether`, `30gwei`; wei if there is no unit."""
Confirmations = Annotated[int | Literal["finalized"] | None, BeforeValidator(_counted)]
Urls = Annotated[tuple[str, ...], Listed, AfterValidator(_checked_urls)]
Address = Annotated[str | None, AfterValidator(_checked_address)]
Folder = Annotated[Path, AfterValidator(Path.expanduser)]
Paths = Annotated[tuple[Folder, ...], Listed]

S = TypeVar("S", bound="Settings")


class Settings(BaseModel):
    """Where the chain is, who acts on it, what may be spent, where things are kept.

    Subclasses add the settings of one command; `section` is their table in the file.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True)
    section: ClassVar[str] = ""

    config: Folder | None = None
    rpc_url: Urls = ("http://127.0.0.1:8545",)
    chain_id: int | None = Field(None, gt=0)
    account: str | None = None
    keystore: Folder | None = None
    password_file: Folder | None = None
    sender: Address = None
    max_fee: Wei | None = None
    confirmations: Confirmations = None
    home: Folder = Path("~/.plumb")
    deployments: Folder = Path("deployments")
    database: str | None = None

    @classmethod
    def read(cls, **flags: Any) -> Self:
        """The settings, with the flags that are not None on top.

        Raises `SettingsError`.
        """
        given = {name: value for name, value in flags.items() if _is_given(value)}
        found = settings_file(given)
        written = {} if found is None else file_values(cls, found)
        try:
            return cls(**written | environment_values(cls) | given)
        except ValidationError as error:
            raise _first_problem(cls, error, given) from None


def environment_values(settings: type[Settings]) -> dict[str, str]:
    """What the environment sets; an empty variable sets nothing."""
    found = {name: os.environ.get(variable_of(name)) for name in settings.model_fields}
    return {name: value for name, value in found.items() if value}


def settings_file(flags: Mapping[str, Any]) -> Path | None:
    """The file named by flag or variable, or `plumb.toml` here, if there is one."""
    named = flags.get("config") or os.environ.get(variable_of("config"))
    if named:
        return Path(named).expanduser()
    default = Path(DEFAULT_FILE)
    return default if default.is_file() else None


def file_values(settings: type[Settings], file: Path) -> dict[str, Any]:
    """What the file sets, by the settings' names; paths are relative to the file."""
    try:
        table = tomllib.loads(file.read_text())
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadSettingsFile(file, str(error)) from None
    common = {k: v for k, v in table.items() if not isinstance(v, dict)}
    own = table.get(settings.section, {}) if settings.section else {}
    names = _keys(settings)
    _check_keys(file, _keys(Settings) if settings.section else names, common)
    _check_keys(file, names, own)
    return {
        names[key]: _from_file(settings.model_fields[names[key]], value, file.parent)
        for key, value in {**common, **own}.items()
    }


def _keys(settings: type[Settings]) -> dict[str, str]:
    """The settings' names by their keys in the file."""
    return {key_of(name): name for name in settings.model_fields if name != "config"}


def _check_keys(file: Path, names: Mapping[str, str], table: Any) -> None:
    """Raises unless each key is known: a slip of the pen must not go unheard."""
    if not isinstance(table, dict):
        raise BadSettingsFile(file, "a value where a table of settings belongs")
    for key in table:
        if key in LIKE_KEYS:
            problem = "keys and passwords are not read from here: use --keystore"
            raise BadSetting(f"{file}: {key}", problem)
        if key not in names:
            raise UnknownSetting(file, sorted(names), key)


def _from_file(info: FieldInfo, value: Any, folder: Path) -> Any:
    if "Path" not in str(info.annotation):
        return value
    if isinstance(value, list):
        return tuple(_from_file(info, each, folder) for each in value)
    return folder / Path(value).expanduser()


def _is_given(value: Any) -> bool:
    """Flags that may be repeated are empty, not None, when they are not there."""
    return value is not None and value != [] and value != ()


def _first_problem(
    settings: type[Settings], error: ValidationError, flags: Mapping[str, Any]
) -> BadSetting:
    """The first complaint, with where the value came from."""
    complaint = error.errors()[0]
    name = str(complaint["loc"][0])
    if name in flags:
        origin = flag_of(name)
    elif name in environment_values(settings):
        origin = variable_of(name)
    else:
        origin = f"{settings_file(flags)}: {key_of(name)}"
    problem = complaint["msg"].removeprefix("Value error, ")
    return BadSetting(origin, problem[:1].lower() + problem[1:])
