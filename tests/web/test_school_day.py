"""A day of a school, with everything together: an owner, an administrator, two mentors, a student, a second reading."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser

from defense_console.store.postgres.address import Address
from tests.demo_school import empty_school
from tests.store.postgres.servers import VARIABLE, a_server
from tests.terminal import Terminal, run
from tests.waiting import PATIENCE_S, wait_for
from tests.web.chromium import Shown, a_browser, served
from tests.web.test_in_a_browser import of_the_phase

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("terminal")]
SECRET = ", whole and private"
NAMES = {"office": "Nadia Bureau", "camille": "Camille Exemple", "marc": "Marc Modèle", "pages": "Pages"}
KINDS = {"office": "administrator", "camille": "mentor", "marc": "mentor", "pages": "service"}


@dataclass
class Person:
    """Somebody of the school, with an account, settings and a spool of their own."""

    address: str
    account: str
    environment: Mapping[str, str]

    def run(self, *arguments: str) -> str:
        return run(self.address, *arguments, environment=self.environment)

    def terminal(self) -> Terminal:
        return Terminal(self.address, environment=self.environment)


@dataclass
class School:
    base: str
    around: Path
    people: dict[str, Person]


@pytest.fixture
def school(short_path: Path) -> Iterator[School]:
    """A school with its people, made by its owner."""
    with ExitStack() as until_the_end:
        base = until_the_end.enter_context(a_server())
        if base is None:
            pytest.skip(f"no PostgreSQL server: install one, or name one in {VARIABLE}")
        with psycopg.connect(base) as connection:
            if connection.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user").fetchone() != (True,):
                pytest.skip("only a superuser may make accounts here")
        addresses, accounts = until_the_end.enter_context(empty_school(base, *NAMES))
        people = {
            name: _person(short_path, name, address, accounts[name]) for name, address in addresses.items()
        }  # fmt: skip
        for name, kind in KINDS.items():
            people["owner"].run("school", "add", accounts[name], "--kind", kind, "--name", NAMES[name])
        yield School(base, short_path, people)


def _person(around: Path, name: str, address: Address, account: str) -> Person:
    settings = around / "serve" / "consoles" / name / "settings.toml"  # where `serve` keeps those of who has an account
    settings.parent.mkdir(parents=True)
    settings.write_text(
        f'name = "{NAMES.get(name, name)}"\nzone = "Europe/Paris"\nrelease_countdown_s = 0\n', encoding="utf-8"
    )
    named = {
        "DEFENSE_CONSOLE_SETTINGS": str(settings), "DEFENSE_CONSOLE_SERVE": str(around / "serve"),
        "DEFENSE_CONSOLE_SPOOL": str(around / "spool" / name),
    }  # fmt: skip
    return Person(str(address), account, named)


def import_and_offer(school: School) -> None:
    """The administrator imports a list of two defenses and offers both."""
    rows = school.around / "rows.csv"
    lines = ["student_id,student_name,email,timezone,curriculum,project,attempt,planned_at,duration_min,language"]
    for n, (id, name) in enumerate((("s1", "Ada Démo"), ("s2", "Bilal Démo"))):
        at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 900 + 1800 * n))
        lines.append(f"{id},{name},,Europe/Paris,IRP,IRP-P2,1,{at},,fr")
    rows.write_text("\n".join(lines) + "\n", encoding="utf-8")
    office = school.people["office"]
    office.run("import", str(rows))
    with office.terminal() as terminal:
        for name in ("Ada Démo", "Bilal Démo"):
            terminal.shows(name)
            terminal.press("e")
            terminal.shows(f"Proposer la soutenance d{'’' if name < 'B' else 'e '}{name}")
            terminal.press("2")
            terminal.shows("Proposée aux autres mentors")
            terminal.press("j")


def take_one_each(school: School, one: Terminal, two: Terminal) -> tuple[str, str]:
    """Both mentors take the same defense: one gets it, and the other reads who has it and takes the next one."""
    for terminal in (one, two):
        terminal.shows("7 Prendre 2")
        terminal.press("è\r")
        terminal.shows("Prendre la soutenance de s1")
    for terminal in (one, two):
        terminal.press("o")
    got, too_late = "est à vous", "Lecture seule"
    for terminal in (one, two):
        terminal.wait(lambda shown=terminal: got in shown.text() or too_late in shown.text(), "nobody got it")
    assert sorted(got in terminal.text() for terminal in (one, two)) == [False, True]
    first = "camille" if got in one.text() else "marc"
    other = two if first == "camille" else one
    other.shows(school.people[first].account, "À prendre 1", "╭─ s2 ─")
    other.press("\r")
    other.shows("Prendre la soutenance de s2")
    other.press("o")
    other.shows(got)
    return first, "marc" if first == "camille" else "camille"


def defend_in_the_browser(terminal: Shown) -> None:
    """The live defense of Ada: the page is loaded again in the middle of a note; then everything is rated."""
    page = terminal.page
    terminal.shows("Ada Démo")
    page.keyboard.press("Enter")
    terminal.shows("Before the call")
    page.keyboard.type("tt")
    terminal.shows("of 15:00", "Rubric 0/12")
    page.keyboard.press("n")
    terminal.shows("WRITING")
    page.keyboard.type("Half a noté")
    terminal.shows("Half a noté")
    before = of_the_phase(terminal)
    terminal.load_again()
    terminal.shows("WRITING", "Half a noté", "PRESENTATION 1/3")
    assert before <= of_the_phase(terminal)
    page.keyboard.type(SECRET)
    page.keyboard.press("Enter")
    terminal.shows("Notes 1")
    page.keyboard.type("x" + "v" * 10)
    terminal.shows("Rubric 11/12")
    page.keyboard.type("g")
    terminal.shows("DISCUSSION 2/3")
    page.keyboard.type("g")
    terminal.shows("DEBRIEFING 3/3")
    page.keyboard.type("f")
    terminal.shows("Verdict  Ada Démo", "suggested  Conditional")


def ask_for_a_document(terminal: Shown) -> None:
    """A conditional verdict that asks for one document, signed and released."""
    page = terminal.page
    page.keyboard.type("r")
    terminal.shows("[✓] 1. Interview guide", "[✓] 2. Needs-analysis")
    page.keyboard.type("j ")
    terminal.shows("[ ] 2. Needs-analysis")
    page.keyboard.type("s")
    terminal.shows("WRITING")
    page.keyboard.type("A clear inquiry")
    page.keyboard.press("Enter")
    terminal.shows("F9 signs")
    page.keyboard.press("F9")
    terminal.shows("Sign the verdict of Ada Démo?")
    page.keyboard.type("y")
    terminal.shows("Verdict 1 released")


def open_console(school: School, browser: Browser, url: str, name: str) -> Shown:
    """Sign in by a link that was made for the account of this person."""
    person, pages = school.people[name], school.people["pages"]
    link = pages.run("serve", "link", name, "--account", person.address, "--at", url)
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    terminal = Shown(page)
    page.goto(link.strip())
    page.click("button")
    return terminal


def test_a_school_day(school: School) -> None:
    import_and_offer(school)
    with school.people["camille"].terminal() as camille, school.people["marc"].terminal() as marc:
        first, other = take_one_each(school, camille, marc)
    pages = school.people["pages"]
    with a_browser() as browser, served(pages.address, school.around, pages.environment) as url:
        terminal = open_console(school, browser, url, first)
        defend_in_the_browser(terminal)
        ask_for_a_document(terminal)
        student = browser.new_page(viewport={"width": 390, "height": 800}, locale="fr-FR")
        student.goto(pages.run("serve", "student-link", "s1", "--at", url).strip())
        print(student.text_content("body"))
        student.screenshot(path="/tmp/w-day/student.png", full_page=True)
        assert 0
