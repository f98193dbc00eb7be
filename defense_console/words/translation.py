"""Translation, and the words for instants and durations, in French and English.

The English sentence is the message id. `_` and `ngettext` translate at the moment of display; `N_` marks a sentence
that is stored and translated later. Where the language is an argument, bind a translator to the name `_` as well, so
that extraction still finds the messages:

    _ = translator("fr")
    _("Saved {time}", time="14:30:05")

A sentence names a key by its command, `{key:live.finish}`: `name_keys` is given the mentor's keys,
and the sentence says the key in force.

The process-wide locale is never touched: dates are worded from our own tables.
"""

from __future__ import annotations

import gettext
import os
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from datetime import UTC, date, datetime, tzinfo
from functools import lru_cache, wraps
from pathlib import Path
from typing import Concatenate, Final, Literal, ParamSpec
from zoneinfo import ZoneInfo

from defense_console.model.errors import N_ as N_
from defense_console.model.errors import ConsoleError

P = ParamSpec("P")
Language = Literal["fr", "en"]
LANGUAGES: Final[tuple[Language, ...]] = ("fr", "en")
DOMAIN: Final = "defense_console"
MINUS: Final = "\N{MINUS SIGN}"
"""U+2212: as wide as a digit, and never read as a hyphen."""

_WEEKDAYS: Final = {
    "fr": ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
_SHORT_WEEKDAYS: Final = {
    "fr": ("lun.", "mar.", "mer.", "jeu.", "ven.", "sam.", "dim."),
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
}
_SHORT_MONTHS: Final = {
    "fr": ("janv.", "févr.", "mars", "avril", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc."),
    "en": ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
}
_MONTHS: Final = {
    "fr": ("janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre",
           "décembre"),
    "en": ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
           "December"),
}  # fmt: skip
_DATES: Final = {"fr": "%d/%m/%Y", "en": "%Y-%m-%d"}


KeyNamer = Callable[[str, Language], str]
"""From a command's id and a language to the key that does it now, as it is shown."""
_NAMES_A_KEY: Final = "{key:"


class Keys:
    """The place `{key:…}` of a sentence: what follows the colon is the id of a command."""

    def __init__(self, namer: KeyNamer, language: Language) -> None:
        self._namer = namer
        self._language = language

    def __format__(self, command_id: str) -> str:
        return self._namer(command_id, self._language)


class _Places(dict[str, object]):
    """The values of a sentence's places; one that is missing stays visible instead of raising in a live defense."""

    def __init__(self, language: Language, places: Mapping[str, object]) -> None:
        super().__init__({name: v if isinstance(v, Keys) else _Value(v) for name, v in places.items()})
        self._language = language

    def __missing__(self, name: str) -> object:
        return Keys(_chosen_keys["screen"], self._language) if name == "key" else _Missing("{" + name + "}")


class _Value(str):
    """A value with what the sentence says around it.

    French: `{name:de}` is “de Zoé” or “d’Anaïs”, `{when:au}` “au 26/11” or “à vendredi”, `{when:le}` “le 26/11” or
    “vendredi”. Any language: a full stop behind a place, `{problem:.}`, is left out where the value ends with one.
    """

    def __format__(self, spec: str) -> str:
        bare, stop = (spec[:-1], True) if spec.endswith(".") else (spec, False)
        text = _FRENCH[bare](self) if bare else str(self)
        return text + "." if stop and not self.rstrip("\N{NO-BREAK SPACE}»”)").endswith(_STOPS) else text


_STOPS: Final = (".", "!", "?", "…")
_VOWEL: Final = re.compile(r"[aeiouœæ]|y(?![aeiou])")
_AREAS: Final = frozenset(
    {"Africa", "America", "Antarctica", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific"}
)
"""Of time zones that are called by a city or an island."""
_FRENCH_CITIES: Final[Mapping[str, str]] = {
    "Algiers": "Alger", "Athens": "Athènes", "Beirut": "Beyrouth", "Brussels": "Bruxelles", "Bucharest": "Bucarest",
    "Copenhagen": "Copenhague", "Lisbon": "Lisbonne", "London": "Londres", "Moscow": "Moscou", "Noumea": "Nouméa",
    "Reunion": "La Réunion", "Vienna": "Vienne", "Warsaw": "Varsovie",
}  # fmt: skip
"""Those that have another name in French and that a mentor is likely to meet."""

_FRENCH: Final[Mapping[str, Callable[[str], str]]] = {
    "de": lambda text: f"d’{text}" if _VOWEL.match(_folded(text)) else f"de {text}",
    "au": lambda text: f"au {text}" if text[:1].isdigit() else f"à {text}",
    "le": lambda text: f"le {text}" if text[:1].isdigit() else text,
}
_STOPPED: Final = re.compile(r"\{(?!key\b)(\w+):?(\w*)\}\.(?!\.)")


def _folded(text: str) -> str:
    """Return the text in small letters without accents."""
    return unicodedata.normalize("NFD", text[:2].casefold())


@lru_cache(maxsize=4096)
def _with_stops(text: str) -> str:
    """Return a sentence whose full stops behind places belong to the places."""
    return _STOPPED.sub(r"{\1:\2.}", text)


class _Missing(str):
    """A place without a value, shown as it is in any format."""

    def __format__(self, _spec: str) -> str:
        return str(self)


@lru_cache(maxsize=64)
def zone_of(name: str) -> tzinfo:
    """Return the time zone with an IANA name such as `Europe/Paris`.

    Raises:
        ConsoleError: There is no such zone.
    """
    found: tzinfo | None = None
    # `right/` counts leap seconds; the others are files of the system, not zones.
    if not name.startswith(("right/", "posix/")) and name not in ("Factory", "localtime", "posixrules"):
        with suppress(KeyError, ValueError, OSError):  # no such zone; a path; a folder
            found = ZoneInfo(name)
    if found is None:
        raise ConsoleError("There is no time zone “{zone}”; write it like Europe/Paris.", zone=name)
    return found


class Translator:
    """Sentences, dates and durations in one language; called like `_`.

    Attributes:
        language: "fr" or "en".
    """

    def __init__(self, language: Language, catalogue: gettext.NullTranslations) -> None:
        self.language = language
        self._catalogue = catalogue

    def __call__(self, message: str, /, **places: object) -> str:
        """Return the sentence in this language, its `{places}` filled with the values as they are."""
        # gettext answers the empty message with the catalogue's header.
        text = self._catalogue.gettext(message) if message else ""
        if not places and _NAMES_A_KEY not in text:
            return text
        return _with_stops(text).format_map(_Places(self.language, places))

    def ngettext(self, one: str, many: str, n: int, /, **places: object) -> str:
        """Return the singular or plural sentence for `n`, which also fills the place `{n}`."""
        text = self._catalogue.ngettext(one, many, n)
        return _with_stops(text).format_map(_Places(self.language, {**places, "n": n}))

    def error(self, error: ConsoleError) -> str:
        """Return the reason of a refusal as a sentence; a parameter that is a ConsoleError is translated too.

        Parameters that are user text must be made safe by the caller.
        """
        places = {
            name: self.error(value) if isinstance(value, ConsoleError) else value
            for name, value in error.parameters.items()
        }
        return self(error.id, **places)

    # --- durations -----------------------------------------------------------------------------------------------

    def clock_text(self, seconds: int) -> str:
        """Return whole seconds as `09:05`, from an hour on `1:02:03`, when negative `−02:10` with a true minus sign."""
        minutes, rest = divmod(abs(seconds), 60)
        hours, minutes = divmod(minutes, 60)
        digits = f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes:02}:{rest:02}"
        return MINUS + digits if seconds < 0 else digits

    def duration_text(self, seconds: int) -> str:
        """Return whole seconds as `15 min 40 s`, `2 h 05 min`, `48 h`; the sentence around it says the sign."""
        minutes, rest = divmod(abs(seconds), 60)
        hours, minutes = divmod(minutes, 60)
        if hours:
            return f"{hours} h {minutes:02} min" if minutes else f"{hours} h"
        if minutes:
            return f"{minutes} min {rest:02} s" if rest else f"{minutes} min"
        return f"{rest} s"

    def count_text(self, n: int) -> str:
        """Return a number as `12,400`; in French `12 400`."""
        return f"{n:,}".replace(",", "\N{NO-BREAK SPACE}") if self.language == "fr" else f"{n:,}"

    def size_text(self, size: int) -> str:
        """Return a size as `812 bytes`, `12 kB`, `3.4 MB`; in French `812 octets`, `12 ko`, `3,4 Mo`."""
        if size < 1000:
            return self.ngettext("{n} byte", "{n} bytes", size)
        amount, signs = size / 1000, "kMGT"
        while amount >= 999.5 and len(signs) > 1:
            amount, signs = amount / 1000, signs[1:]
        number = f"{amount:.0f}" if amount >= 9.95 else f"{amount:.1f}"
        if self.language == "fr":
            return f"{number.replace('.', ',')}\N{NO-BREAK SPACE}{signs[0]}o"
        return f"{number}\N{NO-BREAK SPACE}{signs[0]}B"

    def _about(self, seconds: int, days: int, hours_below: int) -> str:
        """Return a length to read at a glance: minutes, then hours, both rounded down, then days of the calendar."""
        minutes = abs(seconds) // 60
        if minutes < 60:
            return f"{minutes} min"
        if minutes < hours_below * 60:
            hours, minutes = divmod(minutes, 60)
            return f"{hours} h {minutes:02}" if minutes else f"{hours} h"
        return self.ngettext("{n} day", "{n} days", abs(days))

    def in_words(self, moment: str | datetime, zone: str, now: str | datetime, *, due: bool = False) -> str:
        """Return how far away an instant is: `in 12 min`, `12 min ago`, `now` within the minute.

        From Saturday afternoon to Tuesday morning it is three days: they are counted by the calendar of the zone.

        Args:
            moment: The instant that is meant.
            zone: The zone of the reader.
            now: The instant it is read at.
            due: It is a deadline, in hours up to three days: `in 47 h 59` must not read as `in 1 day`.
        """
        _ = self
        seconds = round((_local(moment, "UTC") - _local(now, "UTC")).total_seconds())
        if abs(seconds) < 60:
            return _("now")
        length = self.length_to(moment, zone, now, due=due)
        return _("in {length}", length=length) if seconds > 0 else _("{length} ago", length=length)

    def length_to(self, moment: str | datetime, zone: str, now: str | datetime, *, due: bool = False) -> str:
        """How long it is from now to an instant, or since it: `12 min`, `45 h`, `3 days`; see `in_words`."""
        seconds = round((_local(moment, "UTC") - _local(now, "UTC")).total_seconds())
        return self._about(seconds, _days_ahead(moment, zone, now), 72 if due else 24)

    def zone_text(self, zone: str) -> str:
        """Return a time zone as people say it, `Paris time`, in French `heure de Paris`; else its own name."""
        _ = self
        area, _slash, city = zone.partition("/")
        if area not in _AREAS or not city:
            return zone
        city = city.rpartition("/")[2].replace("_", " ")
        if self.language == "fr":
            city = _FRENCH_CITIES.get(city, city)
        return _("{city} time", city=city)

    # --- instants ------------------------------------------------------------------------------------------------

    def date_text(self, moment: str | datetime | date, zone: str = "UTC") -> str:
        """Return `24/11/2026` in French, `2026-11-24` in English, in the zone given."""
        return _local_date(moment, zone).strftime(_DATES[self.language])

    def time_of_day(self, moment: str | datetime, zone: str = "UTC") -> str:
        """Return `14:30` in the zone given."""
        return _local(moment, zone).strftime("%H:%M")

    def clock_time(self, moment: str | datetime, zone: str = "UTC") -> str:
        """Return `14:30:05` in the zone given."""
        return _local(moment, zone).strftime("%H:%M:%S")

    def short_day(self, moment: str | datetime, zone: str = "UTC") -> str:
        """Return `Tue 24 Nov`, in French `mar. 24 nov.`, in the zone given."""
        day = _local_date(moment, zone)
        return f"{_SHORT_WEEKDAYS[self.language][day.weekday()]} {self._day_and_month(day)}"

    def short_when(self, moment: str | datetime, zone: str, now: str | datetime) -> str:
        """Return the shortest form: `14:12` today, `Sun 22` in a week, else `3 Dec`, `Dec 2024` far away."""
        ahead, day = _days_ahead(moment, zone, now), _local_date(moment, zone)
        if ahead == 0:
            return self.time_of_day(moment, zone)
        if abs(ahead) < 7:
            return f"{_SHORT_WEEKDAYS[self.language][day.weekday()]} {day.day}"
        if abs(ahead) > 330:
            return f"{_SHORT_MONTHS[self.language][day.month - 1]} {day.year}"
        return self._day_and_month(day)

    def month(self, day: date, today: date) -> str:
        """Return `March`, in French `mars`; with the year where it is not the one of `today`."""
        name = _MONTHS[self.language][day.month - 1]
        return name if day.year == today.year else f"{name} {day.year}"

    def short_month(self, day: date, today: date) -> str:
        """Return `Mar`, in French `mars`; `Mar 27` where the year is not the one of `today`."""
        name = _SHORT_MONTHS[self.language][day.month - 1]
        return name if day.year == today.year else f"{name} {day.year % 100:02}"

    def _day_and_month(self, day: date) -> str:
        return f"{day.day} {_SHORT_MONTHS[self.language][day.month - 1]}"

    def date_time(self, moment: str | datetime, zone: str = "UTC") -> str:
        """Return `24/11/2026 14:30` in French, `2026-11-24 14:30` in English, in the zone given."""
        return f"{self.date_text(moment, zone)} {self.time_of_day(moment, zone)}"

    def weekday(self, moment: str | datetime | date, zone: str = "UTC") -> str:
        """Return the day's name: `mardi`, `Tuesday`."""
        return _WEEKDAYS[self.language][_local_date(moment, zone).weekday()]

    def when(self, moment: str | datetime, zone: str, now: str | datetime) -> str:
        """Return an instant as one says it at `now`: `today 14:30`, `tomorrow 14:00`, `Friday 14:00`, or the date.

        Names of days are used for the six days ahead only: behind, they would be taken for the coming ones.
        """
        _ = self
        ahead = _days_ahead(moment, zone, now)
        time = self.time_of_day(moment, zone)
        if ahead == 0:
            return _("today {time}", time=time)
        if ahead == 1:
            return _("tomorrow {time}", time=time)
        if ahead == -1:
            return _("yesterday {time}", time=time)
        if 1 < ahead < 7:
            return f"{self.weekday(moment, zone)} {time}"
        return f"{self.date_text(moment, zone)} {time}"


def _local(moment: str | datetime, zone: str) -> datetime:
    instant = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    if instant.tzinfo is None:
        instant = instant.replace(tzinfo=UTC)  # the log and the desk only hold UTC
    return instant.astimezone(zone_of(zone))


def local_day(moment: str | datetime, zone: str) -> date:
    """Return the day that an instant is in a zone."""
    return _local(moment, zone).date()


def _local_date(moment: str | datetime | date, zone: str) -> date:
    if isinstance(moment, date) and not isinstance(moment, datetime):
        return moment
    return _local(moment, zone).date()


def _days_ahead(moment: str | datetime, zone: str, now: str | datetime) -> int:
    return (_local_date(moment, zone) - _local_date(now, zone)).days


@lru_cache(maxsize=len(LANGUAGES))
def _load(language: Language) -> Translator:
    if language == "en":
        return Translator("en", gettext.NullTranslations())
    file = Path(__file__).with_name("locales") / language / "LC_MESSAGES" / f"{DOMAIN}.mo"
    try:
        with file.open("rb") as compiled:
            return Translator(language, gettext.GNUTranslations(compiled))
    except FileNotFoundError:
        # A checkout that was never built: dates and numbers are French, sentences stay English.
        return Translator(language, gettext.NullTranslations())


def translator(language: str) -> Translator:
    """Return the translator of "fr" or "en"; any other language reads as English."""
    return _load("fr" if language == "fr" else "en")


_chosen: Final = {"screen": translator("en")}
"""One entry: the translator of the screens and of the command line."""


_chosen_keys: Final[dict[str, KeyNamer]] = {"screen": lambda command_id, _language: f"[{command_id}]"}
"""One entry: how the keys of commands are named; by their ids until `name_keys` was called."""


def name_keys(namer: KeyNamer) -> None:
    """Say how `{key:…}` reads from now on."""
    _chosen_keys["screen"] = namer


_here: Final[ContextVar[Translator | None]] = ContextVar("language", default=None)
"""The translator of what is answered now, where several people are spoken to at once."""


def set_language(language: str) -> None:
    """Choose the language of the screens and of the command line."""
    _chosen["screen"] = translator(language)


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Speak another language in this task and on the threads that work for it; what others are told stays as it is."""
    token = _here.set(translator(language))
    try:
        yield
    finally:
        _here.reset(token)


def _current() -> Translator:
    return _here.get() or _chosen["screen"]


def language() -> Language:
    """Return the language chosen: "fr" or "en"."""
    return _current().language


def choose_language(
    option: str | None, setting: str | None = None, environ: Mapping[str, str] | None = None
) -> Language:
    """Return the language to start in: `--lang`, else the setting, else the locale of the environment, else English."""
    for wish in (option, setting):
        if wish in LANGUAGES:
            return "fr" if wish == "fr" else "en"
    environ = os.environ if environ is None else environ
    # The first of the three that is set decides alone. Source: POSIX.1-2017, 8.2 Internationalization Variables.
    locale = next((environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environ.get(name)), "")
    return "fr" if locale.partition(".")[0].partition("_")[0].lower() == "fr" else "en"


# --- the current language ------------------------------------------------------------------------------------------


def _(message: str, /, **places: object) -> str:
    """Return the sentence in the current language, its `{places}` filled."""
    return _current()(message, **places)


def ngettext(one: str, many: str, n: int, /, **places: object) -> str:
    """Return the singular or plural sentence for `n` in the current language; `n` also fills the place `{n}`."""
    return _current().ngettext(one, many, n, **places)


def _in_force(method: Callable[Concatenate[Translator, P], str]) -> Callable[P, str]:
    """Return a method of `Translator` as a function that speaks the current language."""

    @wraps(method)
    def said(*args: P.args, **kwargs: P.kwargs) -> str:
        return method(_current(), *args, **kwargs)

    return said


error_text = _in_force(Translator.error)
clock_text = _in_force(Translator.clock_text)
duration_text = _in_force(Translator.duration_text)
count_text = _in_force(Translator.count_text)
size_text = _in_force(Translator.size_text)
in_words = _in_force(Translator.in_words)
length_to = _in_force(Translator.length_to)
date_text = _in_force(Translator.date_text)
time_of_day = _in_force(Translator.time_of_day)
clock_time = _in_force(Translator.clock_time)
date_time = _in_force(Translator.date_time)
weekday = _in_force(Translator.weekday)
short_day = _in_force(Translator.short_day)
month = _in_force(Translator.month)
short_month = _in_force(Translator.short_month)
short_when = _in_force(Translator.short_when)
when = _in_force(Translator.when)
