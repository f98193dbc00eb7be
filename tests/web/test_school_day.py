"""A day of a school, with everything together: an owner, an administrator, two mentors, a student, a second reading."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

from defense_console.store.postgres.address import Address
from defense_console.store.postgres.migrations.versions.rights import PROTECTED
from tests.demo_school import empty_school
from tests.store.postgres.servers import VARIABLE, a_server
from tests.terminal import Terminal, run
from tests.waiting import wait_for
from tests.web.chromium import Shown, a_browser, served

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("terminal")]
F9, HOME = "\x1b[20~", "\x1b[H"
KINDS_OF_THE_DAY = {
    "planned", "started", "rated", "finished", "signed", "released", "contested", "contest_resolved", "received",
    "accepted", "reading_begun", "reading_rated", "reading_closed", "reading_settled",
}  # fmt: skip
PDF = b"%PDF-1.4 a guide\n%%EOF\n"
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
    database: str
    """Address for who administers the server."""

    def rows(self, statement: str, account: str = "") -> list[tuple[object, ...]]:
        """What plain SQL gives, to an account of the school or to who administers the server."""
        with psycopg.connect(self.database, autocommit=True) as connection:
            if account:
                connection.execute(f"SET SESSION AUTHORIZATION {account}".encode())
            return connection.execute(statement.encode()).fetchall()

    def count(self, kind: str) -> int:
        """How many events of a kind there are whose text is not private."""
        return len(self.rows(f'SELECT 1 FROM event WHERE position(\'"kind":"{kind}"\'::bytea in body) > 0'))

    def finds(self, account: str, text: str) -> set[str]:
        """The tables in which an account finds a text, by plain SQL."""
        found = set()
        for table in PROTECTED:
            with suppress(psycopg.errors.InsufficientPrivilege):
                cells = [cell for row in self.rows(f"SELECT * FROM {table}", account) for cell in row]
                if any(text in (bytes(c).decode() if isinstance(c, bytes) else str(c)) for c in cells):
                    found.add(table)
        return found


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
        yield School(base, short_path, people, addresses["owner"].url.partition("options=")[0].rstrip("?&"))


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
    done = list[str]()
    with office.terminal() as terminal:
        terminal.shows("8 Équipe 2")
        terminal.press("_")
        for name in ("Ada Démo", "Bilal Démo"):
            terminal.shows(name)
            terminal.press("e")
            terminal.shows(f"Proposer la soutenance d{'’' if name < 'B' else 'e '}{name}")
            terminal.press("o")
            terminal.shows("Proposée aux autres mentors")
            terminal.wait(lambda: len(school.rows("SELECT 1 FROM offer")) == len(done) + 1, "it is not offered")
            terminal.press("j")
            done.append(name)


def _shows_one_of(terminal: Terminal, *texts: str) -> bool:
    return any(text in terminal.text() for text in texts)


def take_one_each(school: School, one: Terminal, two: Terminal) -> tuple[str, str]:
    """Both mentors take the same defense: one gets it, and the other reads who has it and takes the next one."""
    for terminal in (one, two):
        terminal.shows("7 Prendre 2")
        terminal.press("è\r")
        terminal.shows("Prendre cette soutenance")
    for terminal in (one, two):
        terminal.press("o")
    got, too_late = "La soutenance d", "Lecture seule"
    for terminal in (one, two):
        terminal.wait(partial(_shows_one_of, terminal, got, too_late), "nobody got it")
    assert sorted(got in terminal.text() for terminal in (one, two)) == [False, True]
    first = "camille" if got in one.text() else "marc"
    other = two if first == "camille" else one
    other.shows(school.people[first].account, "À prendre 1")
    other.press("\r")
    other.shows("Prendre cette soutenance")
    other.press("o")
    other.shows(got)
    return first, "marc" if first == "camille" else "camille"


def defend_in_the_browser(terminal: Shown) -> None:
    """The live defense of Ada: the page is loaded again in the middle of a note; then everything is rated."""
    terminal.shows("Ada Démo")
    terminal.press("Enter", "t waiting room")
    terminal.type("t", "WAITED")
    terminal.type("t", "of 15:00", "Rubric 0/12")
    terminal.note_over_a_reload(SECRET)
    terminal.type("x" + "v" * 10, "Rubric 11/12")
    terminal.type("g", "DISCUSSION 2/3")
    terminal.type("g", "DEBRIEFING 3/3")
    terminal.type("f", "Verdict  Ada Démo", "suggested  Conditional")


def ask_for_a_document(terminal: Shown) -> None:
    """A conditional verdict that asks for one document, signed and released."""
    terminal.type("r", "[✓] 1. Interview guide", "[✓] 2. Needs-analysis")
    terminal.type("j ", "[ ] 2. Needs-analysis")
    terminal.type("s", "WRITING")
    terminal.type("A clear inquiry")
    terminal.press("Enter", "F9 signs")
    terminal.press("F9", "Sign the verdict of Ada Démo?")
    terminal.type("y", "Verdict 1 released")


def open_console(school: School, browser: Browser, name: str) -> Shown:
    """Sign in by a link that was made for the account of this person."""
    person, pages = school.people[name], school.people["pages"]
    terminal = Shown(browser.new_page(viewport={"width": 1280, "height": 800}))
    terminal.enter(pages.run("serve", "link", name, "--account", person.address))
    return terminal


def back_to_the_queue(school: School, terminal: Shown) -> None:
    """The mentor leaves the defense, so that others may write on it."""
    terminal.press("Escape", "All pending")
    wait_for(lambda: not school.rows("SELECT 1 FROM lease WHERE holder <> ''"), "the mentor still writes")


def contest(school: School, student: Page, terminal: Shown) -> None:
    """The student contests the verdict, which its mentor has taken; the mentor upholds it."""
    student.click("summary")
    student.fill("textarea", "L’enquête était complète.")
    student.click("text=Contester ce verdict")
    student.wait_for_selector("text=L’enquête était complète.")
    terminal.shows("contested")
    terminal.press("Enter", "L’enquête était complète.")
    terminal.type("o", "Why does the verdict stand?")
    terminal.type("One kind of actor is missing")
    terminal.press("Enter")
    wait_for(lambda: school.count("contest_resolved"), "it is not upheld")
    student.reload()
    student.wait_for_selector("text=One kind of actor is missing")


def bring_the_document(student: Page, terminal: Shown) -> None:
    """The document comes and is accepted; the verdict becomes validated."""
    student.set_input_files("input[type=file]", {"name": "Démo_Ada_1_guide.pdf", "mimeType": "", "buffer": PDF})
    student.click("form button")
    student.wait_for_selector(".receipt")
    assert hashlib.sha256(PDF).hexdigest() in student.content()
    terminal.press("Enter", "Documents to revise", "Démo_Ada_1_guide.pdf")
    terminal.shows("You decide until")
    terminal.type("v", "1 of 1 settled")
    terminal.press("F9", "Sign version 2 of the verdict of Ada Démo?")
    terminal.type("y", "Verdict 2 released")


def read_a_second_time(school: School, reader: str) -> None:
    """Another mentor, who was given the student, rates without seeing the ratings; one difference is settled."""
    person = school.people[reader]
    school.people["office"].run("school", "give", person.account, "s1")
    with person.terminal() as terminal:
        terminal.shows("Bilal Démo")
        terminal.press("6")
        terminal.shows("Ada Démo")
        terminal.press("r")
        terminal.shows("Seconde lecture", "Grille 0")
        terminal.press("v" * 12)
        terminal.press(F9)
        terminal.shows("Écarts", "insuffisant")
        terminal.press(HOME + "r")
        terminal.shows("Pourquoi cette note compte-t-elle")
        terminal.press("Two kinds of actors are enough here\r")
        terminal.shows("Two kinds of actors")
        terminal.wait(lambda: school.count("reading_settled") == 1, "nothing is settled")


def test_a_school_day(school: School) -> None:
    import_and_offer(school)
    with school.people["camille"].terminal() as camille, school.people["marc"].terminal() as marc:
        first, other = take_one_each(school, camille, marc)
    pages = school.people["pages"]
    with a_browser() as browser, served(pages.address, school.around, pages.environment) as url:
        stranger = browser.new_page()
        stranger.goto(pages.run("serve", "link", "stranger").strip())
        stranger.click("button")
        stranger.wait_for_selector("text=open the school with your own")
        terminal = open_console(school, browser, first)
        defend_in_the_browser(terminal)
        ask_for_a_document(terminal)
        student = browser.new_page(viewport={"width": 390, "height": 800}, locale="fr-FR")
        link = pages.run("serve", "student-link", "s1").strip()
        assert link.startswith(f"{url}/s/"), "a link leads to where the pages are served"
        student.goto(link)
        assert "Guide d’entretien" in str(student.text_content("body"))
        back_to_the_queue(school, terminal)
        contest(school, student, terminal)
        back_to_the_queue(school, terminal)
        bring_the_document(student, terminal)
        back_to_the_queue(school, terminal)
        read_a_second_time(school, other)
    first_account, other_account = (school.people[name].account for name in (first, other))
    assert school.finds(first_account, SECRET) == {"private_line"}
    assert [school.finds(each, SECRET) for each in (other_account, pages.account)] == [set(), set()]
    for name in ("owner", "office", first, other):
        school.people[name].run("verify")
    header, *lines = map(json.loads, school.people["office"].run("export").splitlines())
    events = [line["event"] for line in lines if "event" in line]
    assert header["partial"] == events.count(None) == 1
    assert len(events) == len(school.rows("SELECT 1 FROM event"))
    assert {event["what"]["kind"] for event in events if event is not None} >= KINDS_OF_THE_DAY
