from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from defense_console.model.errors import ConsoleError
from defense_console.words import translation as i18n
from defense_console.words.translation import choose_language, translator

PARIS = "Europe/Paris"
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
NOW = "2026-11-24T13:00:00.000Z"  # a Tuesday, 14:00 in Paris
fr, en = translator("fr"), translator("en")


def test_a_sentence_is_its_own_english_and_has_a_french_one() -> None:
    assert en("tomorrow {time}", time="14:00") == "tomorrow 14:00"
    assert fr("tomorrow {time}", time="14:00") == "demain 14:00"
    i18n.set_language("fr")
    assert i18n._("back") == "retour"
    assert i18n.language() == "fr"
    i18n.set_language("en")
    assert i18n._("back") == "back"


def test_values_are_inserted_and_never_parsed() -> None:
    assert en("“{text}” is not a date and time.", text="{0} {name} %s [/foo]").startswith("“{0} {name} %s [/foo]”")
    assert en("unknown to the catalogue") == "unknown to the catalogue"
    assert en("") == fr("") == ""


def test_a_missing_place_stays_visible_instead_of_stopping_a_defense() -> None:
    assert en("{a} and {b}", a=1) == "1 and {b}"


@pytest.mark.parametrize(("name", "said"), [
    ("Anaïs", "d’Anaïs"), ("Élodie", "d’Élodie"), ("Yves", "d’Yves"), ("Œdipe", "d’Œdipe"), ("IRP-P2", "d’IRP-P2"),
    ("Zoé", "de Zoé"), ("Yann", "de Yann"), ("Hugo", "de Hugo"), ("8", "de 8"), ("[x]", "de [x]"), ("", "de "),
])  # fmt: skip
def test_french_elides_before_a_vowel(name: str, said: str) -> None:
    question = fr("When does attempt {n} of {student} start?", n=2, student=name)
    assert question == f"Quand commence la tentative 2 {said}\N{NO-BREAK SPACE}?"
    assert en("When does attempt {n} of {student} start?", n=2, student=name).endswith(f"of {name} start?")


def test_french_says_a_date_and_a_day_as_one_says_them() -> None:
    sentences = ("The student had time until {when}, {away}", "You decide until {when}, {away}")
    assert [fr(each, when="26/11/2026 14:00", away="x") for each in sentences] == [
        "L’étudiant avait jusqu’au 26/11/2026 14:00, x", "Vous décidez avant le 26/11/2026 14:00, x",
    ]  # fmt: skip
    assert [fr(each, when="vendredi 14:00", away="x") for each in sentences] == [
        "L’étudiant avait jusqu’à vendredi 14:00, x", "Vous décidez avant vendredi 14:00, x",
    ]  # fmt: skip


@pytest.mark.parametrize(("value", "shown"), [
    ("IRP-P3", "IRP-P3."), ("Why?", "Why?"), ("It failed.", "It failed."), ("and so on…", "and so on…"),
    ("« Pourquoi\N{NO-BREAK SPACE}?\N{NO-BREAK SPACE}»", "« Pourquoi\N{NO-BREAK SPACE}?\N{NO-BREAK SPACE}»"),
])  # fmt: skip
def test_a_sentence_has_one_full_stop(value: str, shown: str) -> None:
    assert en("The next project opens: {project}.", project=value) == f"The next project opens: {shown}"
    assert en("{project}: {x}...", project=value, x=1) == f"{value}: 1..."


@pytest.mark.parametrize(
    ("n", "english", "french"), [(0, "0 days", "0 jour"), (1, "1 day", "1 jour"), (2, "2 days", "2 jours")]
)
def test_plurals_follow_the_language(n: int, english: str, french: str) -> None:
    assert en.ngettext("{n} day", "{n} days", n) == english
    assert fr.ngettext("{n} day", "{n} days", n) == french


def test_an_error_inside_an_error_is_translated_too() -> None:
    error = ConsoleError("{file}: {key}: {problem}", file="f", key="k", problem=ConsoleError("back"))
    assert fr.error(error).endswith("retour")
    assert i18n.error_text(error) == "f: k: back" == str(error)


@pytest.mark.parametrize(
    ("option", "setting", "environ", "expected"),
    [
        ("fr", "en", {"LANG": "en_GB.UTF-8"}, "fr"),
        (None, "en", {"LANG": "fr_FR.UTF-8"}, "en"),
        (None, None, {"LC_ALL": "", "LC_MESSAGES": "fr_FR.UTF-8", "LANG": "en_US"}, "fr"),
        (None, None, {"LC_ALL": "C.UTF-8", "LANG": "fr_FR"}, "en"),
        (None, None, {"LANG": "fr"}, "fr"),
        (None, None, {"LANG": "frp_FR"}, "en"),
        (None, None, {"LANG": "de_DE.UTF-8"}, "en"),
        (None, None, {}, "en"),
    ],
)
def test_language_is_the_option_then_the_setting_then_the_locale(
    option: str | None, setting: str | None, environ: dict[str, str], expected: str
) -> None:
    assert choose_language(option, setting, environ) == expected


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(0, "00:00"), (65, "01:05"), (-130, "−02:10"), (3723, "1:02:03"), (-3600, "−1:00:00"), (3599, "59:59")],
)
def test_clock_text(seconds: int, shown: str) -> None:
    assert i18n.clock_text(seconds) == shown


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(0, "0 s"), (40, "40 s"), (940, "15 min 40 s"), (600, "10 min"), (605, "10 min 05 s"), (7500, "2 h 05 min"),
     (172800, "48 h")],
)  # fmt: skip
def test_duration_text(seconds: int, shown: str) -> None:
    assert i18n.duration_text(seconds) == shown


@pytest.mark.parametrize(
    ("seconds", "english", "french"),
    [
        (0, "now", "maintenant"),
        (59, "now", "maintenant"),
        (720, "in 12 min", "dans 12 min"),
        (-720, "12 min ago", "il y a 12 min"),
        (3 * 3600 + 20 * 60, "in 3 h 20", "dans 3 h 20"),
        (-86400, "1 day ago", "il y a 1 jour"),
        (2 * 86400 + 5, "in 2 days", "dans 2 jours"),
    ],
)
def test_distance_in_words(seconds: int, english: str, french: str) -> None:
    moment = NOON + timedelta(seconds=seconds)
    assert en.in_words(moment, "UTC", NOON) == english
    assert fr.in_words(moment, "UTC", NOON) == french


@pytest.mark.parametrize(("zone", "french", "english"), [
    ("Europe/Paris", "heure de Paris", "Paris time"),
    ("Europe/Amsterdam", "heure d’Amsterdam", "Amsterdam time"),
    ("Europe/London", "heure de Londres", "London time"),
    ("Indian/Reunion", "heure de La Réunion", "Reunion time"),
    ("America/Argentina/Buenos_Aires", "heure de Buenos Aires", "Buenos Aires time"),
    ("Etc/GMT+3", "Etc/GMT+3", "Etc/GMT+3"),
    ("US/Eastern", "US/Eastern", "US/Eastern"),
    ("UTC", "UTC", "UTC"),
])  # fmt: skip
def test_a_zone_is_called_as_people_call_it(zone: str, french: str, english: str) -> None:
    assert (translator("fr").zone_text(zone), translator("en").zone_text(zone)) == (french, english)


def test_days_are_counted_by_the_calendar_of_the_zone() -> None:
    saturday, tuesday = "2026-11-21T14:00:00.000Z", "2026-11-24T08:00:00.000Z"
    assert fr.in_words(tuesday, "Europe/Paris", saturday) == "dans 3 jours"
    assert fr.in_words(saturday, "Europe/Paris", tuesday) == "il y a 3 jours"
    assert fr.in_words("2026-11-23T23:30:00.000Z", "UTC", saturday) == "dans 2 jours"
    assert fr.in_words("2026-11-23T23:30:00.000Z", "Europe/Paris", saturday) == "dans 3 jours"


@pytest.mark.parametrize(
    ("seconds", "english", "french"),
    [
        (720, "in 12 min", "dans 12 min"),
        (48 * 3600 - 1, "in 47 h 59", "dans 47 h 59"),
        (-(25 * 3600), "25 h ago", "il y a 25 h"),
        (72 * 3600 - 60, "in 71 h 59", "dans 71 h 59"),
        (72 * 3600, "in 3 days", "dans 3 jours"),
    ],
)
def test_a_deadline_is_told_in_hours_up_to_three_days(seconds: int, english: str, french: str) -> None:
    moment = NOON + timedelta(seconds=seconds)
    assert en.in_words(moment, "UTC", NOON, due=True) == english
    assert fr.in_words(moment, "UTC", NOON, due=True) == french


@pytest.mark.parametrize(
    ("moment", "english", "french"),
    [
        ("2026-11-24T22:59:00.000Z", "today 23:59", "aujourd’hui 23:59"),
        ("2026-11-24T23:00:00.000Z", "tomorrow 00:00", "demain 00:00"),
        ("2026-11-23T13:30:00.000Z", "yesterday 14:30", "hier 14:30"),
        ("2026-11-26T13:30:00.000Z", "Thursday 14:30", "jeudi 14:30"),
        ("2026-12-01T13:30:00.000Z", "2026-12-01 14:30", "01/12/2026 14:30"),
        ("2026-11-20T13:30:00.000Z", "2026-11-20 14:30", "20/11/2026 14:30"),
    ],
)
def test_instants_are_told_by_the_local_day(moment: str, english: str, french: str) -> None:
    assert en.when(moment, PARIS, NOW) == english
    assert fr.when(moment, PARIS, NOW) == french


def test_dates_are_written_as_the_language_writes_them() -> None:
    assert fr.date_time("2026-07-01T22:30:05.000Z", PARIS) == "02/07/2026 00:30"
    assert en.date_time("2026-07-01T22:30:05.000Z", PARIS) == "2026-07-02 00:30"
    assert en.clock_time("2026-07-01T22:30:05.000Z", PARIS) == "00:30:05"
    assert (fr.weekday(NOW), en.weekday(NOW)) == ("mardi", "Tuesday")


ZONES_THAT_ARE_NONE = [
    "", "Nowhere/Else", "../etc/passwd", "/etc/localtime", "Europe", "a\0b", "x" * 5000, "right/Europe/Paris",
    "Europe/Paris2", "GMT,4;3/4", "EST5EDT4", "UTC+3", "<+03>-3", "CET-1CEST,M3.5.0,M10.5.0/3",
]  # fmt: skip
"""The last six are rules in the form of POSIX, which some libraries would follow."""


@pytest.mark.parametrize("name", ZONES_THAT_ARE_NONE, ids=lambda name: repr(name[:30]))
def test_a_zone_that_does_not_exist_is_refused(name: str) -> None:
    with pytest.raises(ConsoleError):
        i18n.zone_of(name)


@pytest.mark.parametrize(
    ("size", "english", "french"),
    [
        (0, "0 bytes", "0 octet"),
        (999, "999 bytes", "999 octets"),
        (1000, "1.0\u00a0kB", "1,0\u00a0ko"),
        (9_949, "9.9\u00a0kB", "9,9\u00a0ko"),
        (9_951, "10\u00a0kB", "10\u00a0ko"),
        (999_499, "999\u00a0kB", "999\u00a0ko"),
        (999_500, "1.0\u00a0MB", "1,0\u00a0Mo"),
        (200_000_000, "200\u00a0MB", "200\u00a0Mo"),
    ],
)
def test_sizes_are_read_at_a_glance(size: int, english: str, french: str) -> None:
    assert translator("en").size_text(size) == english
    assert translator("fr").size_text(size).replace(" ", " ") == french
