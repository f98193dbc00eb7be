from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from defense_console import settings as module
from defense_console.model.errors import ConsoleError
from defense_console.settings import SETTINGS_VARIABLE, Settings, default_path, load, local_zone, save, typed


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
    assert "did you mean “Europe/Paris”?" in str(refused.value)


# --- writing -----------------------------------------------------------------------------------------------------


def _saved(folder: Path, before: bytes, **changes: str) -> bytes:
    """What a settings file holds after a change."""
    file = folder / "settings.toml"
    file.write_bytes(before)
    save(Settings(file=str(file)), changes)
    return file.read_bytes()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", 'theme = "light"\n'),
        ("# mine\n", '# mine\ntheme = "light"\n'),
        ('theme = "dark"  # at night\n', 'theme = "light"  # at night\n'),
        ("'theme'  =  'dark'", "'theme'  =  \"light\""),
        ('name = "Zoé"', 'name = "Zoé"\ntheme = "light"\n'),
        ('[keys]\n"live.note" = "n"\n', 'theme = "light"\n\n[keys]\n"live.note" = "n"\n'),
        ('name = "Z"\n\n# keys\n[keys]\n', 'name = "Z"\ntheme = "light"\n\n# keys\n[keys]\n'),
        ('name = """a\n[b]\n# c"""\n[keys]\n', 'name = """a\n[b]\n# c"""\ntheme = "light"\n\n[keys]\n'),
        ("# top\n[keys]\n# end", 'theme = "light"\n\n# top\n[keys]\n# end'),
        ('keys.live.note = [\n  "n",\n]\n', 'keys.live.note = [\n  "n",\n]\ntheme = "light"\n'),
        ('\ufeffname = "Z"\r\n# x\r\n', '\ufeffname = "Z"\r\n# x\r\ntheme = "light"\r\n'),
    ],
)
def test_comments_order_and_layout_survive_a_change(tmp_path: Path, before: str, after: str) -> None:
    assert _saved(tmp_path, before.encode(), theme="light").decode() == after


def test_every_value_is_read_as_it_was_written(tmp_path: Path) -> None:
    file = tmp_path / "new" / "settings.toml"
    for name in ('[b]"x"[/b] \\ \'', "n" * 200, "علي \u202e", "\x00\x1b\x7f", "é\U0001f600"):
        after = save(Settings(file=str(file)), {"name": name, "zone": "Europe/Paris", "language": "fr"})
        again = load(file, {})
        assert (again.name, again.zone, again.language, again.new) == (name, "Europe/Paris", "fr", False)
        assert (after.name, after.zone, after.language) == (name, "Europe/Paris", "fr")


def test_a_console_is_new_until_a_file_says_who_the_mentor_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert load(None, {}).new
    assert load(_write(tmp_path, 'theme = "light"\nlanguage = "fr"\n'), {}).new
    assert not load(_write(tmp_path, 'name = "Zoé"\n'), {}).new
    assert not load(_write(tmp_path, "backups_kept = 3\n"), {}).new


def test_what_was_written_by_hand_meanwhile_stays(tmp_path: Path) -> None:
    file = _write(tmp_path, 'name = "Zoé"\n')
    before = load(file, {})
    file.write_text('# new\nname = "Zoé B"\nbackups_kept = 3\n', encoding="utf-8")
    assert save(before, {"theme": "light"}).name == "Zoé"
    assert file.read_text(encoding="utf-8") == '# new\nname = "Zoé B"\nbackups_kept = 3\ntheme = "light"\n'


@pytest.mark.parametrize("times", [1, 9])
def test_a_file_replaced_while_it_is_written_is_read_again_and_never_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, times: int
) -> None:
    file, real, left = _write(tmp_path, 'name = "0"\n'), os.fsync, list(range(1, times + 1))

    def replaced(handle: int) -> None:
        real(handle)
        if left:
            _write(tmp_path, f'name = "{left.pop(0)}"\n')

    monkeypatch.setattr(os, "fsync", replaced)
    if times == 1:
        save(Settings(file=str(file)), {"theme": "light"})
        assert file.read_text(encoding="utf-8") == 'name = "1"\ntheme = "light"\n'
    else:
        with pytest.raises(ConsoleError, match="another program changes it"):
            save(Settings(file=str(file)), {"theme": "light"})
        assert file.read_text(encoding="utf-8") == 'name = "3"\n'
    assert [each.name for each in tmp_path.iterdir()] == ["settings.toml"]


@pytest.mark.parametrize(
    ("before", "reason"),
    [(b"nam = 3", "unknown key “nam”"), (b"name = ", "is not TOML"), (b'name = "\xff"', "not UTF-8")],
)
def test_a_file_that_is_broken_is_not_written(tmp_path: Path, before: bytes, reason: str) -> None:
    with pytest.raises(ConsoleError, match=reason):
        _saved(tmp_path, before, theme="light")
    assert (tmp_path / "settings.toml").read_bytes() == before


@pytest.mark.parametrize("size", [0, 4])
def test_a_disk_that_is_full_leaves_the_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, "")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ConsoleError, match="cannot be written: the disk is full"):
        _saved(tmp_path, b"#" * size, theme="light")
    assert [each.read_bytes() for each in tmp_path.iterdir()] == [b"#" * size]


def test_what_stands_in_the_way_is_a_reason(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    _write(tmp_path, "").chmod(0o444)
    for place, reason in (
        (tmp_path / "settings.toml", "the system does not permit it"),
        (tmp_path / "settings.toml" / "settings.toml", "has this name already|not a folder"),
        (tmp_path, "it is a folder"),
        (tmp_path / "loop", "a link that is not followed"),
        (Path("/dev/null"), "a device or a pipe"),
    ):
        with pytest.raises(ConsoleError, match=reason):
            save(Settings(file=str(place)), {"theme": "light"})


def test_a_link_stays_a_link_and_a_mode_stays(tmp_path: Path) -> None:
    target = tmp_path / "dotfiles.toml"
    target.write_text('name = "Zoé"\n', encoding="utf-8")
    target.chmod(0o640)
    link = tmp_path / "settings.toml"
    link.symlink_to(target)
    save(Settings(file=str(link)), {"theme": "light"})
    assert link.is_symlink()
    assert target.read_text(encoding="utf-8") == 'name = "Zoé"\ntheme = "light"\n'
    assert target.stat().st_mode & 0o777 == 0o640


def test_where_nothing_is_kept_nothing_is_written(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    assert save(Settings(file=str(file), kept=False), {"theme": "light"}).theme == "light"
    assert save(Settings(), {"theme": "light"}).theme == "light"
    assert not file.exists()


@pytest.mark.parametrize(
    ("key", "text", "reason"),
    [
        ("name", " \n\t ", "these are 0"),
        ("name", "n" * 201, "these are 201"),
        ("name", "a\udcff", "not text"),
        ("zone", "europe/PARI", "did you mean “Europe/Paris”?"),
        ("zone", "x" * 200, "There is no time zone"),
        ("zone", "../../etc/passwd", "There is no time zone"),
    ],
)
def test_what_is_typed_is_refused_with_its_reason(key: str, text: str, reason: str) -> None:
    with pytest.raises(ConsoleError) as refused:
        typed(key, text)
    assert reason in str(refused.value)


def test_what_is_typed_is_one_line() -> None:
    assert typed("name", " Zoé\r\n [x]\u2028B\x85 ") == "Zoé [x] B"
    assert typed("zone", " Europe/Paris\n") == "Europe/Paris"


def test_the_library_that_writes_is_loaded_when_something_is_written() -> None:
    assert not hasattr(module, "tomlkit")
