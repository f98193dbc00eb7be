"""settings.toml: who the mentor is and how the console behaves. Strict: a typing error is an error, never ignored."""

from __future__ import annotations

import getpass
import os
import tomllib
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final, Literal, NoReturn
from zoneinfo import available_timezones

import msgspec

from defense_console.model.errors import ConsoleError, system_reason, toml_fault
from defense_console.words.translation import LANGUAGES, Language, zone_of

SETTINGS_VARIABLE: Final = "DEFENSE_CONSOLE_SETTINGS"
"""Environment variable that names another settings file."""

Theme = Literal["dark", "light"]
SingleKeys = Literal["on", "off"]

_LIMITS: Final[Mapping[str, tuple[int, int]]] = {
    "release_countdown_s": (0, 3_600),
    "max_archive_mb": (1, 100_000),
    "max_files": (1, 100_000),
    "max_ratio": (1, 10_000),
    "compare_max_mb": (1, 100_000),
    "compare_max_unpacked_mb": (1, 100_000),
    "compare_max_pages": (1, 1_000_000),
    "compare_max_characters": (1_000, 1_000_000_000),
    "compare_max_s": (1, 3_600),
    "compare_max_memory_mb": (256, 100_000),
    "calendar_alarm_min": (0, 10_080),
    "calendar_horizon_days": (1, 3_650),
    "backups_kept": (1, 1_000),
    "retention_years": (0, 100),
}
_PATHS: Final = ("backup_folder", "spool")
_CHOICES: Final[Mapping[str, tuple[str, ...]]] = {
    "language": LANGUAGES,
    "theme": ("dark", "light"),
    "single_keys": ("on", "off"),
}


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What settings.toml may say.

    Attributes:
        name: The mentor who records, in events and reports. Empty: the name of the account.
        email: The mentor's address, the sender of drafted messages. Empty: the mail program fills it in.
        zone: IANA name of the mentor's time zone.
        holidays: Country whose holidays have no weekly sessions, such as FR. Empty: none.
        language: "fr", "en", or None to follow the locale.
        theme: "dark" or "light".
        single_keys: "off" removes letters, digits and signs as keys; F keys and the palette still work.
        keys: Keys by command id; they replace all default keys of the command.
        release_countdown_s: Seconds between signing and release, 0 to 3600.
        max_archive_mb: What documents received at once may take at most, as they come and unpacked, in megabytes.
        max_files: How many files and folders may come at once.
        max_ratio: How many times its size an archive may unpack to.
        compare_max_mb: Largest document whose text is compared; a larger one is compared by size and hash alone.
        compare_max_unpacked_mb: What such a document may unpack to.
        compare_max_pages: Its most pages, slides or sheets.
        compare_max_characters: Its longest text.
        compare_max_s: Longest time one comparison may take, in seconds.
        compare_max_memory_mb: Memory the reader may take, where the system can limit it.
        calendar_alarm_min: How many minutes before a defense an exported calendar reminds of it, 0 for never.
        calendar_horizon_days: How far ahead the events of an imported calendar are looked at, repeated ones above all.
        backups_kept: For how many days the last copy of the store is kept.
        backup_folder: Where copies of stores are kept, best on another disk. Empty: in the store's own folder.
        spool: Folder for what could not be saved yet, never in the store's own. Empty: the platform's for states.
        retention_years: For how many years the record of a student must be kept before it may be forgotten; 0 when
            that was not settled.
        no_color: No colours at all; the NO_COLOR variable sets it too. Source: https://no-color.org
        file: Where they were read, for messages; empty for the defaults.
    """

    name: str = ""
    email: str = ""
    zone: str = "UTC"
    holidays: str = ""
    language: Language | None = None
    theme: Theme = "dark"
    single_keys: SingleKeys = "on"
    keys: dict[str, tuple[str, ...]] = msgspec.field(default_factory=dict)
    release_countdown_s: int = 60
    max_archive_mb: int = 500
    max_files: int = 500
    max_ratio: int = 200
    compare_max_mb: int = 100
    compare_max_unpacked_mb: int = 400
    compare_max_pages: int = 2_000
    compare_max_characters: int = 8_000_000
    compare_max_s: int = 120
    compare_max_memory_mb: int = 2_048
    calendar_alarm_min: int = 10
    calendar_horizon_days: int = 366
    backups_kept: int = 14
    backup_folder: str = ""
    retention_years: int = 0
    spool: str = ""
    no_color: bool = False
    file: str = ""


_WRITABLE: Final = tuple(name for name in Settings.__struct_fields__ if name != "file")


def path_named(text: str) -> Path:
    """Return the path that was written down somewhere, `~` being the home.

    Raises:
        ConsoleError: `~name` is nobody here, or it holds what no path does.
    """
    try:
        path = Path(text).expanduser()
        os.fspath(path).encode("utf-8", "surrogateescape")
    except (RuntimeError, UnicodeError):
        path = None
    if path is None or "\0" in text:
        raise ConsoleError("“{path}” is no path on this machine.", path=text)
    return path


def default_path(environ: Mapping[str, str] | None = None) -> Path:
    """Return where the settings are: the override of the environment, else the platform's folder for configurations."""
    environ = os.environ if environ is None else environ
    if override := environ.get(SETTINGS_VARIABLE):
        return path_named(override)
    from platformdirs import user_config_path

    return user_config_path("defense-console", appauthor=False) / "settings.toml"


def load(path: Path | None = None, environ: Mapping[str, str] | None = None) -> Settings:
    """Read the settings; a missing file gives the defaults, unless the environment named it.

    Args:
        path: The file, None for `default_path`.

    Raises:
        ConsoleError: the file cannot be read, is not TOML, or says something unknown or out of range; the message
            names the file, the key, and the nearest known word. Commands and clashes of keys are checked by
            `keymap.check_keymap`, which knows them.
    """
    environ = os.environ if environ is None else environ
    file = default_path(environ) if path is None else path
    values = _read(file, required=path is not None or bool(environ.get(SETTINGS_VARIABLE)))
    if environ.get("NO_COLOR"):
        values["no_color"] = True
    values.setdefault("name", _account())
    values.setdefault("zone", local_zone(environ))
    return Settings(**values, file=str(file))


def _read(file: Path, required: bool) -> dict[str, Any]:
    try:
        if file.exists() and not (file.is_file() or file.is_dir()):  # a pipe would be waited for
            raise ConsoleError("{file}: this is a device or a pipe, not a settings file", file=str(file))
        text = file.read_text(encoding="utf-8-sig")
        table = tomllib.loads(text)
    except FileNotFoundError:
        if required:
            raise ConsoleError("{file}: there is no such settings file", file=str(file)) from None
        return {}
    except tomllib.TOMLDecodeError as error:
        raise ConsoleError("{file}: {problem}", file=str(file), problem=toml_fault(error, text)) from None
    except UnicodeDecodeError:
        raise ConsoleError("{file}: this is not UTF-8 text", file=str(file)) from None
    except OSError as error:
        raise ConsoleError("{file}: cannot be read: {problem}", file=str(file), problem=system_reason(error)) from None
    return {key: _checked(str(file), key, value) for key, value in table.items()}


def _checked(file: str, key: str, value: object) -> object:
    """Return the value of one key as Settings holds it, or the reason why not."""
    if key not in _WRITABLE:
        _refuse_unknown(file, key, _WRITABLE)
    if key in _CHOICES:
        if value not in _CHOICES[key]:
            _refuse(file, key, value, ConsoleError("one of {words}", words=", ".join(_CHOICES[key])))
    elif key == "keys":
        return _keys(file, value)
    elif key in _LIMITS:
        low, high = _LIMITS[key]
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            _refuse(file, key, value, ConsoleError("a whole number from {low} to {high}", low=low, high=high))
    elif key == "no_color":
        if not isinstance(value, bool):
            _refuse(file, key, value, ConsoleError("true or false"))
    elif not isinstance(value, str) or not value.strip():
        _refuse(file, key, value, ConsoleError("a text in quotes"))
    elif key == "zone":
        _check_zone(file, value)
    elif key in _PATHS:
        try:
            path_named(value)
        except ConsoleError as error:
            raise ConsoleError("{file}: {key}: {problem}", file=file, key=key, problem=error) from None
    return value


def _keys(file: str, value: object) -> dict[str, tuple[str, ...]]:
    """Return the `[keys]` table: command id = a key or a list of keys. Dotted ids need no quotes."""
    if not isinstance(value, dict):
        _refuse(file, "keys", value, ConsoleError("a table: command = [keys]"))
    keys: dict[str, tuple[str, ...]] = {}
    for id, given in _flat(value):
        wanted = [given] if isinstance(given, str) else given
        if not isinstance(wanted, list) or not all(isinstance(key, str) and key for key in wanted):
            _refuse(file, f"keys.{id}", given, ConsoleError("a key in quotes, or a list of them"))
        keys[id] = tuple(wanted)
    return keys


def _flat(table: Mapping[str, object], prefix: str = "") -> list[tuple[str, object]]:
    """Flatten a table: TOML reads `live.note = …` without quotes as a table in a table."""
    found: list[tuple[str, object]] = []
    for key, value in table.items():
        found += _flat(value, f"{prefix}{key}.") if isinstance(value, dict) else [(prefix + key, value)]
    return found


def _check_zone(file: str, zone: str) -> None:
    try:
        zone_of(zone)
    except ConsoleError as error:
        near = get_close_matches(zone, sorted(available_timezones()), 1)
        if near:
            raise ConsoleError(
                "{file}: zone: there is no time zone “{found}”; did you mean “{nearest}”?",
                file=file, found=zone, nearest=near[0],
            ) from None  # fmt: skip
        raise ConsoleError("{file}: {key}: {problem}", file=file, key="zone", problem=error) from None


def _refuse_unknown(file: str, key: str, known: tuple[str, ...]) -> NoReturn:
    near = get_close_matches(key, known, 1, cutoff=0.5)
    if near:
        raise ConsoleError(
            "{file}: unknown key “{key}”; did you mean “{nearest}”?", file=file, key=key, nearest=near[0]
        )
    raise ConsoleError("{file}: unknown key “{key}”; known are {known}", file=file, key=key, known=", ".join(known))


def _refuse(file: str, key: str, found: object, expected: ConsoleError) -> NoReturn:
    raise ConsoleError(
        "{file}: {key}: “{found}” was found, {expected} is expected", file=file, key=key, found=found, expected=expected
    )


def _account() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # no account name in a bare container
        return ""


def local_zone(environ: Mapping[str, str] | None = None) -> str:
    """Return the IANA name of the machine's time zone, UTC when it does not say.

    Source: the TZ variable, else the target of /etc/localtime (Debian also writes the name to /etc/timezone).
    """
    environ = os.environ if environ is None else environ
    candidates = [environ.get("TZ", "").removeprefix(":")]
    try:
        candidates.append(os.path.realpath("/etc/localtime").partition("zoneinfo/")[2])
        candidates.append(Path("/etc/timezone").read_text(encoding="utf-8").strip())
    except (OSError, ValueError):
        pass
    for name in candidates:
        if not name:
            continue
        try:
            zone_of(name)
        except ConsoleError:
            continue
        return name
    return "UTC"
