"""Every message of the package stands in the French catalogue, whole, with its places and French spacing."""

from __future__ import annotations

import ast
import errno
import os
import re
import tomllib
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from defense_console.model.errors import ConsoleError, system_reason, toml_fault
from defense_console.words.translation import translator
from tests.messages import CATALOGUE, collect, places, sources

pytestmark = pytest.mark.xdist_group("messages")
_PLAIN_SPACE = re.compile(r" [:;?!»%]|« ")
_STIFF = re.compile(
    r"\w'\w|\b[dq]u?e \{(?!(?:length|low|mb|n|ratio|sign|cells|year|free)\})\w+\}|jusqu’à \{(when|at|date|due|day)\}"
)
_COUNT_LAST = re.compile(r"\w{4,}s \{(defenses|students|documents|copies|files|total)\}|Shift|\bpending\b")


@pytest.fixture(scope="module")
def french() -> Catalog:
    with CATALOGUE.open("rb") as stream:
        return read_po(stream, locale="fr", abort_invalid=True)


def _forms(texts: object) -> tuple[str, ...]:
    return (texts,) if isinstance(texts, str) else tuple(texts) if isinstance(texts, tuple | list) else ()


def test_every_message_is_translated(french: Catalog) -> None:
    messages, _ = collect()
    missing = []
    for message in messages.values():
        entry = french.get(message.id)
        forms = _forms(entry.string) if entry is not None else ()
        if not forms or not all(forms) or (message.plural is not None and len(forms) != 2):
            missing.append(f"{min(message.files)}: {message.id}")
    assert not missing, "without French:\n" + "\n".join(sorted(missing))


def test_translations_keep_the_places(french: Catalog) -> None:
    wrong = []
    for message in collect()[0].values():
        entry = french.get(message.id)
        allowed = places(message.id) | places(message.plural or "")
        for form in _forms(entry.string) if entry is not None else ():
            # A singular may say "one" in words, so a place of the plural may be missing from it, never a foreign one.
            if places(form) != allowed and not (message.plural and places(form) == allowed - {"n"}):
                wrong.append(f"{message.id} → {form}")
    assert not wrong, "\n".join(wrong)


def test_no_message_is_put_together_where_no_extraction_finds_it() -> None:
    assert collect()[1] == []


def test_the_catalogue_holds_nothing_else(french: Catalog) -> None:
    known = set(collect()[0])
    left_over = [_forms(entry.id)[0] for entry in french if entry.id and _forms(entry.id)[0] not in known]
    assert not left_over, "no longer in the package:\n" + "\n".join(left_over)


def test_no_translation_is_a_guess(french: Catalog) -> None:
    assert not [entry.id for entry in french if entry.id and entry.fuzzy]


def test_french_keeps_its_signs_with_a_no_break_space(french: Catalog) -> None:
    loose = [form for entry in french if entry.id for form in _forms(entry.string) if _PLAIN_SPACE.search(form)]
    assert not loose, "\n".join(loose)


def test_french_words_its_values_as_it_says_them(french: Catalog) -> None:
    """No straight apostrophe; `{student:de}` before names, `{when:au}` before dates: see `translation._FRENCH`."""
    wrong = [form for entry in french if entry.id for form in _forms(entry.string) if _STIFF.search(form)]
    assert not wrong, "\n".join(wrong)


def test_french_counts_before_the_noun_and_keeps_no_english_word(french: Catalog) -> None:
    wrong = [form for entry in french if entry.id for form in _forms(entry.string) if _COUNT_LAST.search(form)]
    assert not wrong, "\n".join(wrong)


def test_the_collector_finds_every_way_a_message_is_written(tmp_path: Path) -> None:
    package = tmp_path / "package"
    package.mkdir()
    (package / "some.py").write_text(
        "class Near(ConsoleError): pass\nclass Far(errors.Near): pass\n"
        "_('a' 'b', x=1)\nN_('c')\nself._.ngettext('{n} d', '{n} ds', 2)\nConsoleError('e')\nFar('f {x}', x=1)\n"
        "require(ok, 'g')\n_('h' if ok else 'i')\n_(known)\nConsoleError(f'j {x}')\n",
        encoding="utf-8",
    )
    messages, hidden = collect(package)
    assert set(messages) == {"ab", "c", "{n} d", "e", "f {x}", "g", "h", "i"}
    assert messages["{n} d"].plural == "{n} ds"
    assert [place.partition(": ")[0] for place in hidden] == ["package/some.py:11"]


def test_the_reason_of_a_system_is_in_our_words() -> None:
    fr = translator("fr")
    for number in errno.errorcode:
        said = fr.error(ConsoleError("{file}: {reason}", file="a", reason=system_reason(OSError(number, "No such"))))
        assert "No such" not in said
        assert os.strerror(number) not in said
    assert fr.error(system_reason(OSError(errno.ENOSPC, ""))) == "le disque est plein"
    assert fr.error(system_reason(OSError(errno.EPIPE, ""))) == "le système répond EPIPE"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a = 1\nb = ", "ligne 2, colonne 1, ce n’est pas du TOML : il manque la fin"),
        ('a = "x', "ligne 1, colonne 1, ce n’est pas du TOML : il manque la fin"),
        ("a = [1\nb = 2", "ligne 2, colonne 1, ce n’est pas du TOML : il manque la fin"),
        ("a = 1\na = 2", "ligne 2, colonne 1, ce n’est pas du TOML : le fichier le dit deux fois"),
        ("[a]\n[a]", "ligne 2, colonne 3, ce n’est pas du TOML : le fichier le dit deux fois"),
        ("a = {b = 1, b = 2}", "ligne 1, colonne 18, ce n’est pas du TOML : le fichier le dit deux fois"),
        ("a = @", "ligne 1, colonne 5, ce n’est pas du TOML : ce n’est pas écrit comme le veut TOML"),
    ],
)
def test_what_is_no_toml_is_in_our_words(text: str, said: str) -> None:
    with pytest.raises(tomllib.TOMLDecodeError) as raised:
        tomllib.loads(text)
    assert translator("fr").error(toml_fault(raised.value, text)).replace("\u00a0", " ") == said


def test_no_sentence_takes_the_words_of_the_system() -> None:
    """`OSError.strerror` is English, or in the language of the machine: `system_reason` says it."""
    assert not [file for file, tree in sources() for node in ast.walk(tree)
                if isinstance(node, ast.Attribute) and node.attr == "strerror"]  # fmt: skip
