from __future__ import annotations

from pathlib import Path

import pytest

from defense_console.model.errors import ConsoleError
from defense_console.settings import SETTINGS_VARIABLE, default_path, load, local_zone


def _write(folder: Path, text: str) -> Path:
    file = folder / "settings.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_everything_it_may_say(tmp_path: Path) -> None:
    file = _write(
        tmp_path,
        'name = "Zoé [x]"\nzone = "Europe/Paris"\nlanguage = "fr"\ntheme = "light"\nsingle_keys = "off"\n'
        "release_countdown_s = 5\nno_color = true\nmax_archive_mb = 9\nmax_files = 8\nmax_ratio = 7\n"
        "compare_max_mb = 6\ncompare_max_s = 4\n"
        '[keys]\n"live.note" = "F6"\nlive.question = ["k", "&"]\n',
    )
    settings = load(file, {})
    assert (settings.name, settings.zone, settings.language) == ("Zoé [x]", "Europe/Paris", "fr")
    assert (settings.theme, settings.single_keys, settings.release_countdown_s) == ("light", "off", 5)
    assert settings.no_color
    assert (settings.max_archive_mb, settings.max_files, settings.max_ratio) == (9, 8, 7)
    assert (settings.compare_max_mb, settings.compare_max_s) == (6, 4)
    assert settings.keys == {"live.note": ("F6",), "live.question": ("k", "&")}
    assert settings.file == str(file)


def test_no_file_gives_the_defaults(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    settings = load(None, {"TZ": "Asia/Tokyo"})
    assert (settings.zone, settings.release_countdown_s, settings.single_keys) == ("Asia/Tokyo", 60, "on")
    assert settings.language is None
    assert not settings.no_color


def test_a_file_that_was_named_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(ConsoleError, match="there is no such settings file"):
        load(tmp_path / "none.toml", {})
    with pytest.raises(ConsoleError, match="there is no such settings file"):
        load(None, {SETTINGS_VARIABLE: str(tmp_path / "none.toml")})


def test_the_environment_names_the_file_and_takes_colours_away(tmp_path: Path) -> None:
    file = _write(tmp_path, 'name = "Ada"')
    environ = {SETTINGS_VARIABLE: str(file), "NO_COLOR": "1"}
    assert default_path(environ) == file
    assert load(None, environ).name == "Ada"
    assert load(None, environ).no_color
    assert not load(None, {SETTINGS_VARIABLE: str(file), "NO_COLOR": ""}).no_color


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('nam = "Ada"', "unknown key “nam”; did you mean “name”?"),
        ("file = 'x'", "unknown key “file”"),
        ("xyzzy = 1", "known are name, email, zone"),
        ("name = 3", "name: “3” was found, a text in quotes is expected"),
        ('name = " "', "a text in quotes is expected"),
        ('zone = "Europe/Pari"', "did you mean “Europe/Paris”?"),
        ("zone = 1", "zone: “1” was found"),
        ('language = "de"', "one of fr, en"),
        ("language = [1]", "one of fr, en"),
        ('theme = "solarized"', "one of dark, light"),
        ("single_keys = true", "one of on, off"),
        ("release_countdown_s = -1", "a whole number from 0 to 3600"),
        ("release_countdown_s = true", "a whole number from 0 to 3600"),
        ('release_countdown_s = "60"', "a whole number from 0 to 3600"),
        ("max_archive_mb = 0", "a whole number from 1 to 100000"),
        ("max_files = true", "a whole number from 1 to 100000"),
        ('max_ratio = "2"', "a whole number from 1 to 10000"),
        ('no_color = "yes"', "true or false"),
        ('keys = "v"', "a table"),
        ('[keys]\n"live.note" = 3', "keys.live.note: “3” was found"),
        ('[keys]\n"live.note" = [""]', "keys.live.note"),
        ('spool = "~nobody-of-this-name/x"', "spool: “~nobody-of-this-name/x” is no path on this machine"),
        ('backup_folder = "a\\u0000b"', "backup_folder: "),
        ("name = ", "line 1, column 1 is not TOML: its end is missing"),
    ],
)
def test_a_typing_error_is_told_with_file_key_and_remedy(tmp_path: Path, text: str, reason: str) -> None:
    file = _write(tmp_path, text)
    with pytest.raises(ConsoleError) as caught:
        load(file, {})
    assert str(caught.value).startswith(f"{file}: ")
    assert reason in str(caught.value)


def test_a_file_that_is_not_text_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_bytes(b'name = "\xff"')
    with pytest.raises(ConsoleError, match="not UTF-8"):
        load(file, {})
    with pytest.raises(ConsoleError, match="cannot be read"):
        load(tmp_path, {})


def test_a_zone_of_the_environment_that_does_not_exist_is_passed_over() -> None:
    assert local_zone({"TZ": "Nowhere/Else"}) != "Nowhere/Else"
    assert local_zone({"TZ": ":Europe/Paris"}) == "Europe/Paris"


CASES = Path(__file__).parent / "data" / "cases" / "terminal"
FAULTS = {
    "bom.toml": "did you mean “Europe/Paris”?",
    "typo.toml": "did you mean “Europe/Paris”?",
    "tz3.toml": "There is no time zone “GMT,4;3/4”",
}


@pytest.mark.parametrize("file", sorted(CASES.iterdir()), ids=lambda file: file.name)
def test_every_small_input_is_refused_with_its_key(file: Path) -> None:
    with pytest.raises(ConsoleError) as refused:
        load(file, {})
    assert str(refused.value).startswith(f"{file}: zone: ")
    assert FAULTS[file.name] in str(refused.value)


def test_a_byte_order_mark_is_no_fault_and_hides_none(tmp_path: Path) -> None:
    assert load(_write(tmp_path, '\ufeffname = "Zoé"\nzone = "Europe/Paris"\n'), {}).name == "Zoé"
    with pytest.raises(ConsoleError) as refused:
        load(_write(tmp_path, '\ufeffname = "Zoé"\nzone = "Europe/Paris2"\n'), {})
    assert refused.value.parameters["nearest"] == "Europe/Paris"
