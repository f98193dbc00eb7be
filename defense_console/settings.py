"""settings.toml: who the mentor is and how the console behaves. Strict: a typing error is an error, never ignored.

The console reads it once, and writes it when the mentor answers its first questions or changes theme or language.
"""

from __future__ import annotations

import codecs
import errno
import os
import stat
import tomllib
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, Literal, NoReturn

import msgspec

from defense_console.model.errors import ConsoleError, system_reason, toml_fault
from defense_console.words.translation import LANGUAGES, Language, zone_of

SETTINGS_VARIABLE: Final = "DEFENSE_CONSOLE_SETTINGS"
"""Environment variable that names another settings file."""

Theme = Literal["dark", "light"]
Glyphs = Literal["unicode", "plain"]
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
    "backups_max_mb": (1, 10_000_000),
    "retention_years": (0, 100),
    "capacity_min": (0, 6_000),
}
_PATHS: Final = ("backup_folder", "spool")
_CHOICES: Final[Mapping[str, tuple[str, ...]]] = {
    "language": LANGUAGES,
    "theme": ("dark", "light"),
    "glyphs": ("unicode", "plain"),
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
        glyphs: "plain" draws marks, frames and digits in ASCII, for fonts that lack them.
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
        backups_max_mb: Megabytes that these copies may take together; beyond it fewer days are kept, three at least.
        backup_folder: Where copies of stores are kept, best on another disk. Empty: in the store's own folder.
        spool: Folder for what could not be saved yet, never in the store's own. Empty: the platform's for states.
        retention_years: For how many years the record of a student must be kept before it may be forgotten; 0 when
            that was not settled.
        capacity_min: Minutes of defenses that the mentor takes in a week, in a school; 0 for no limit.
        no_color: No colours at all; the NO_COLOR variable sets it too. Source: https://no-color.org
        file: Where they were read, for messages; empty for the defaults.
        unnamed: Whether `name` is only that of the account, since the mentor has not said theirs.
        kept: Whether changes are written into the file: not in the demo.
        new: No file says yet who the mentor is, so the console asks.
    """

    name: str = ""
    email: str = ""
    zone: str = "UTC"
    holidays: str = ""
    language: Language | None = None
    theme: Theme = "dark"
    glyphs: Glyphs = "unicode"
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
    backups_max_mb: int = 5_000
    backup_folder: str = ""
    retention_years: int = 0
    capacity_min: int = 0
    spool: str = ""
    no_color: bool = False
    file: str = ""
    kept: bool = True
    new: bool = False
    unnamed: bool = False

    @property
    def signature(self) -> str:
        """Return the name that reports and messages are signed with: "" for an account name, which is nobody's."""
        return "" if self.unnamed else self.name


_WRITABLE: Final = tuple(name for name in Settings.__struct_fields__ if name not in ("file", "kept", "new", "unnamed"))
_LOOK: Final = frozenset(("theme", "language"))
"""What the console writes by itself, also before the mentor has answered its first questions."""
_LONGEST: Final = 200
"""Most characters of a value that is typed in the console."""
_TRIES: Final = 3
"""How often a file that is changed by somebody else meanwhile is read again."""


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
    new = values.keys() <= _LOOK
    if environ.get("NO_COLOR"):
        values["no_color"] = True
    unnamed = "name" not in values
    values.setdefault("name", _account())
    values.setdefault("zone", local_zone(environ))
    return Settings(**values, file=str(file), new=new, unnamed=unnamed)


def _read(file: Path, required: bool) -> dict[str, Any]:
    try:
        return _values(file, _bytes(file))
    except FileNotFoundError:
        if required:
            raise ConsoleError("{file}: there is no such settings file", file=str(file)) from None
        return {}


def _bytes(file: Path) -> bytes:
    """Return what is in the file; `FileNotFoundError` when there is none."""
    try:
        if file.exists() and not (file.is_file() or file.is_dir()):  # a pipe would be waited for
            raise ConsoleError("{file}: this is a device or a pipe, not a settings file", file=str(file))
        return file.read_bytes()
    except FileNotFoundError:
        raise
    except OSError as error:
        raise ConsoleError("{file}: cannot be read: {problem}", file=str(file), problem=system_reason(error)) from None


def _values(file: Path, data: bytes) -> dict[str, Any]:
    """Return what the bytes of a settings file say, as Settings holds it."""
    try:
        text = data.decode("utf-8-sig")
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConsoleError("{file}: {problem}", file=str(file), problem=toml_fault(error, text)) from None
    except UnicodeDecodeError:
        raise ConsoleError("{file}: this is not UTF-8 text", file=str(file)) from None
    return {key: _checked(str(file), key, value) for key, value in table.items()}


# --- writing -----------------------------------------------------------------------------------------------------


def typed(key: str, text: str) -> str:
    """Return a value as the mentor typed it in the console, on one line.

    Raises:
        ConsoleError: It is empty, too long, no text, or no time zone.
    """
    value = " ".join(text.split())
    if not value or len(value) > _LONGEST:
        raise ConsoleError("Type 1 to {n} characters; these are {count}.", n=_LONGEST, count=len(value))
    try:
        value.encode()
    except UnicodeEncodeError:
        raise ConsoleError("This is not text that can be written into a file.") from None
    if key == "zone":
        _check_zone(value)
    return value


def save(settings: Settings, changes: Mapping[str, str]) -> Settings:
    """Write changed settings into their file; everything else in it stays as it is, comments too.

    The file is read again before, since the mentor may have changed it meanwhile. It is replaced as a whole.

    Args:
        settings: Those in force.
        changes: New values by key.

    Returns:
        The settings with the changes; nothing is written where they are not kept.

    Raises:
        ConsoleError: The file cannot be written, or is no settings file any more.
    """
    if settings.file and settings.kept:
        file = Path(settings.file)
        change_file(file, lambda data: _changed(file, data, changes))
    return changed(settings, changes)


def changed(settings: Settings, changes: Mapping[str, str]) -> Settings:
    """Return settings with other values, by key; nothing is written."""
    return msgspec.structs.replace(settings, **changes, unnamed=settings.unnamed and "name" not in changes)


def change_file(file: Path, change: Callable[[bytes], bytes]) -> None:
    """Replace a file that the mentor writes too. It is read again before, and replaced as a whole.

    Args:
        file: The file, or a link to it; it need not exist.
        change: Returns the new bytes for those that are there, `b""` without a file.

    Raises:
        ConsoleError: The file cannot be written, or somebody else writes it all the time.
    """
    try:
        _replace(file, file.resolve(), change)
    except (OSError, RuntimeError) as error:  # a link that leads to itself
        problem = system_reason(error if isinstance(error, OSError) else OSError(errno.ELOOP, ""))
        raise ConsoleError("{file}: cannot be written: {problem}", file=str(file), problem=problem) from None


def _replace(file: Path, target: Path, change: Callable[[bytes], bytes]) -> None:
    import tempfile

    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    for _try in range(_TRIES):
        before = _bytes(target) if target.exists() else None
        if before is not None and not (stat.S_IMODE(target.stat().st_mode) & 0o222 and os.access(target, os.W_OK)):
            raise PermissionError(errno.EACCES, "")  # its folder would let it be replaced
        data = change(before or b"")
        handle, name = tempfile.mkstemp(prefix=f".{target.stem[:40]}-", suffix=".toml", dir=target.parent)
        try:
            with os.fdopen(handle, "wb") as out:
                out.write(data)
                out.flush()
                os.fsync(out.fileno())
            if before is not None:
                Path(name).chmod(stat.S_IMODE(target.stat().st_mode))
            if before == (_bytes(target) if target.exists() else None):
                Path(name).replace(target)
                return
        finally:
            with suppress(FileNotFoundError):
                Path(name).unlink()
    raise ConsoleError("{file}: another program changes it at the same time", file=str(file))


def _changed(file: Path, data: bytes, changes: Mapping[str, str]) -> bytes:
    """Return the bytes of a settings file with other values."""
    import tomlkit

    before = _values(file, data)

    def edited(text: str) -> str:
        document = tomlkit.parse(text)
        document.update({key: value for key, value in changes.items() if key in before})
        added = tomlkit.dumps({key: value for key, value in changes.items() if key not in before})
        return _with_lines(tomlkit.dumps(document), added)

    return edit_toml(file, data, edited, lambda written: _values(file, written) == before | dict(changes))


def edit_toml(file: Path, data: bytes, edited: Callable[[str], str], good: Callable[[bytes], bool]) -> bytes:
    """Return the bytes of a TOML file with an edit by tomlkit; its line ends and its byte order mark stay.

    Args:
        file: For messages.
        data: The file as it is, read as TOML before.
        edited: Returns the new text.
        good: Whether the new bytes say what they are meant to.

    Raises:
        ConsoleError: They do not: the two TOML libraries do not read this file alike.
    """
    from tomlkit.exceptions import TOMLKitError

    text = data.decode("utf-8-sig")
    newline = "\r\n" if "\r\n" in text else "\n"
    try:
        text = edited(text.replace("\r\n", "\n")).replace("\n", newline)
        written = (codecs.BOM_UTF8 if data.startswith(codecs.BOM_UTF8) else b"") + text.encode()
        if good(written):
            return written
    except (TOMLKitError, ConsoleError):
        pass
    raise ConsoleError("{file}: the console cannot change this file; change it in an editor", file=str(file))


def _with_lines(text: str, added: str) -> str:
    """Return a TOML text with more lines after its first keys: what follows a `[table]` would belong to it."""
    if not added:
        return text
    lines = text.split("\n")
    tables = (n for n, line in enumerate(lines) if line.lstrip().startswith("[") and _is_toml("\n".join(lines[:n])))
    end = table = next(tables, len(lines))
    while end > 0 and table < len(lines) and _is_comment(lines[:end]):
        end -= 1  # right above a table: it is about it
    while end and not lines[end - 1].strip():
        end -= 1
    head, tail = "\n".join((*lines[:end], "")), "\n".join(lines[end:])
    between = "\n" if tail.strip() and not tail.startswith("\n") else ""
    return head * bool(end) + added + between + tail


def _is_comment(lines: list[str]) -> bool:
    """Return whether the last line is a comment, and not the end of a value that goes over several."""
    return lines[-1].lstrip().startswith("#") and _is_toml("\n".join(lines[:-1]))


def _is_toml(text: str) -> bool:
    """Return whether a text ends where a line of TOML may begin, and not in the middle of a value."""
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return False
    return True


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
    elif key == "zone" or key in _PATHS:
        try:
            _check_zone(value) if key == "zone" else path_named(value)
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


def _check_zone(zone: str) -> None:
    """Refuse what is no time zone, with the nearest that there is."""
    try:
        zone_of(zone)
    except ConsoleError:
        from difflib import get_close_matches
        from zoneinfo import available_timezones

        names = sorted(available_timezones())
        known = {name.rpartition("/")[2].casefold(): name for name in names if "/" in name}  # a city alone
        known |= {name.casefold(): name for name in names}
        near = get_close_matches(zone.casefold()[:_LONGEST], known, 1)
        if near:
            raise ConsoleError(
                "There is no time zone “{found}”; did you mean “{nearest}”?", found=zone, nearest=known[near[0]]
            ) from None
        raise


def _refuse_unknown(file: str, key: str, known: tuple[str, ...]) -> NoReturn:
    from difflib import get_close_matches

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
    import getpass

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
