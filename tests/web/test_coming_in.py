"""Who comes in and who does not: links, passwords, cookies, names of the site, other sites."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from pathlib import Path

import msgspec
import pytest
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from defense_console.model.errors import ConsoleError
from defense_console.settings import load
from defense_console.web.people import Person, address_of, environment_of
from defense_console.web.processes import Page, size_in
from defense_console.web.site import POLICY, site
from tests.waiting import until_true
from tests.web.conftest import SOCKET, URL, Pages

NO_LINK = "This link was used before, is too old, or was never made."


def no_socket(client: TestClient, headers: dict[str, str] | None = None) -> int:
    """The code with which a socket is refused."""
    with pytest.raises(WebSocketDisconnect) as refused, client.websocket_connect(SOCKET, headers=headers):
        pass
    return refused.value.code


def test_a_link_lets_one_person_in_once_and_in_time(pages: Pages, browser: TestClient) -> None:
    pages.people.change("mentor")
    link = f"/enter/{pages.people.new_link('mentor')}"
    late = f"/enter/{pages.people.new_link('mentor')}"
    assert "works once" in browser.get(link).text  # looking does not use it up
    came = browser.post(link)
    assert (came.status_code, came.headers["location"]) == (303, "/console")
    cookie = came.headers["set-cookie"].lower()
    assert all(each in cookie for each in ("httponly", "samesite=strict", "path=/"))
    assert browser.get("/console").status_code == 200
    browser.cookies.clear()
    again = browser.post(link)
    assert (again.status_code, NO_LINK in again.text) == (403, True)
    pages.pass_time(minutes=31)
    assert NO_LINK in browser.post(late).text
    assert NO_LINK in browser.post("/enter/../people/mentor").text or browser.get("/console").status_code == 303
    assert browser.get("/console").headers["location"] == "/sign-in"


def test_no_secret_is_kept(pages: Pages, mentor: TestClient) -> None:
    link, page = pages.people.new_link("mentor"), pages.people.new_student_link("s1")
    pages.people.set_password("mentor", "a long password")
    files = [file for file in (pages.around / "serve").rglob("*") if file.is_file()]
    kept = "".join(f"{file} {file.read_text()}" for file in files)
    assert (
        len(files) == 2
    )  # the person and the student's link: the session and the one-time link went with the password
    for secret in (link, page, mentor.cookies["defense_console"], "a long password"):
        assert secret not in kept
    assert all(file.stat().st_mode & 0o077 == 0 for file in files)


def test_a_session_that_is_forged_or_has_ended_opens_nothing(pages: Pages, mentor: TestClient) -> None:
    good = mentor.cookies["defense_console"]
    for forged in ("", "x", good[:-1], "../people/mentor", "\x00"):
        mentor.cookies.clear()
        headers = {"Cookie": f"defense_console={forged}"}
        assert mentor.get("/console", headers=headers).headers.get("location") == "/sign-in"
        assert no_socket(mentor, headers) == 4401
    headers = {"Cookie": f"defense_console={good}"}
    assert mentor.get("/console", headers=headers).status_code == 200
    pages.pass_time(hours=17)
    assert mentor.get("/console", headers=headers).headers.get("location") == "/sign-in"


def test_signing_out_and_a_new_password_end_the_session(pages: Pages, mentor: TestClient) -> None:
    cookie = {"Cookie": f"defense_console={mentor.cookies['defense_console']}"}
    assert "what is typed is kept" in mentor.get("/sign-out").text
    assert mentor.post("/sign-out").headers["location"] == "/sign-in"
    assert mentor.get("/console", headers=cookie).status_code == 303
    pages.people.set_password("mentor", "a long password")
    signed = mentor.post("/sign-in", data={"name": "Mentor ", "password": "a long password"})
    assert signed.headers["location"] == "/console"
    pages.people.remove("mentor")
    assert mentor.get("/console").status_code == 303


def test_wrong_passwords_wait(pages: Pages, browser: TestClient) -> None:
    pages.people.set_password("mentor", "a long password")
    with pytest.raises(ConsoleError, match="at least 12"):
        pages.people.set_password("mentor", "short")
    for _ in range(5):
        wrong = browser.post("/sign-in", data={"name": "mentor", "password": "a wrong password"})
        assert (wrong.status_code, "name or the password is wrong" in wrong.text) == (403, True)
    right = browser.post("/sign-in", data={"name": "mentor", "password": "a long password"})
    assert (right.status_code, "wait a minute" in right.text) == (429, True)
    stranger = browser.post("/sign-in", data={"name": '"><script>', "password": "x"})
    assert stranger.status_code == 403
    assert "<script>" not in stranger.text


def test_other_names_and_other_sites_are_refused(mentor: TestClient) -> None:
    wrong_host = mentor.get("/console", headers={"Host": "evil.example:8765"})
    assert (wrong_host.status_code, URL in wrong_host.text) == (421, True)
    assert no_socket(mentor, {"Host": "evil.example"}) == 4403
    for origin in ("https://evil.example", "null", "", "http://127.0.0.1:9999", "http://localhost.evil.example:8765"):
        foreign = mentor.post("/sign-out", headers={"Origin": origin})
        assert (foreign.status_code, "asked for by another site" in foreign.text) == (403, True)
        assert no_socket(mentor, {"Origin": origin}) == 4403
    french = mentor.post("/sign-out", headers={"Origin": "null", "Accept-Language": "fr-CH, en;q=0.5"})
    assert "demandé par un autre site" in french.text
    assert mentor.get("/console").status_code == 200  # nobody was signed out


def test_nothing_is_loaded_from_elsewhere(mentor: TestClient) -> None:
    for address in ("/sign-in", "/nowhere", "/own/pages.css", "/toolkit/js/textual.js"):
        assert mentor.get(address).headers["content-security-policy"] == POLICY
    page = mentor.get("/console")
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert "http" not in page.text.replace("ws://127.0.0.1:8765/socket", "")
    assert mentor.get("/toolkit/../app.py").status_code == 404
    assert mentor.get("/toolkit/%2e%2e/app_service.py").status_code == 404
    assert mentor.get("/toolkit/fonts/RobotoMono-VariableFont_wght.ttf").status_code == 200
    assert "There is no such page." in mentor.get("/nowhere").text


def test_a_form_that_never_ends_is_not_read(browser: TestClient) -> None:
    assert browser.post("/sign-in", content=b"x" * 70_000).status_code == 413
    assert browser.post("/sign-in", content=iter([b"name=x&", b"password=y"])).status_code == 413  # of no stated length


@pytest.mark.parametrize(
    ("listen", "public", "problem"),
    [
        ("0.0.0.0", "", "Other machines would reach"),
        ("192.0.2.7", "http://school.example.org", "Over http everybody"),
        ("0.0.0.0", "school.example.org", "is no address of a site"),
        ("0.0.0.0", "https://school.example.org/path", "is no address of a site"),
    ],
)
def test_other_machines_only_over_tls(listen: str, public: str, problem: str) -> None:
    with pytest.raises(ConsoleError, match=problem):
        site(listen, 8765, public, False)
    behind = site("0.0.0.0", 8765, "https://school.example.org", False)
    assert (behind.secure, behind.origins) == (True, frozenset({"https://school.example.org"}))


def test_a_store_in_a_folder_has_one_mentor(pages: Pages) -> None:
    pages.people.change("mentor")
    with pytest.raises(ConsoleError, match="belongs to one mentor"):
        pages.people.change("another")
    pages.people.remove("mentor")
    with pytest.raises(ConsoleError, match="is no name here"):
        pages.people.change("../mentor")
    with pytest.raises(ConsoleError, match="There is nobody called"):
        pages.people.new_link("another")


def test_a_console_that_cannot_open_its_store_says_why(pages: Pages, mentor: TestClient) -> None:
    Path(str(pages.session.store)).write_text("a file where the folder should be")
    said = b""
    with mentor.websocket_connect(SOCKET) as socket, suppress(WebSocketDisconnect):
        while True:
            said += socket.receive_bytes()
    assert b"store" in said
    assert len(pages.consoles) == 0


async def test_a_page_that_takes_nothing_holds_no_console_up() -> None:
    """What it has not taken is given up, and all is drawn again once it takes something."""
    page, taken, drawn, open_again = Page(), list[bytes](), list[int](), asyncio.Event()

    async def send(data: bytes) -> None:
        taken.append(data)
        await open_again.wait()

    async def show(address: str) -> None:
        taken.append(address.encode())

    async def draw() -> None:
        drawn.append(len(taken))
        page.give(b"all of it")

    sending = asyncio.create_task(page.send(send, draw, show))
    page.give(b"first")
    assert await until_true(lambda: taken)
    for _ in range(40):
        page.give(b"x" * 65_536)  # never waits
    open_again.set()
    assert await until_true(lambda: b"all of it" in b"".join(taken))
    page.give(b" and more")
    page.open("/documents/x")
    page.end("ended")
    await sending
    assert (b"".join(taken), drawn) == (b"firstall of it/documents/x and more", [1])


def test_a_size_that_is_none_is_the_usual_one() -> None:
    asked: list[tuple[object, object]] = [(None, "x"), ("-5", "99999999"), (100, 30), ("²", {})]
    assert [size_in(*each) for each in asked] == [(80, 24), (80, 200), (100, 30), (80, 24)]


def test_a_fault_shows_and_tells_no_value(pages: Pages, mentor: TestClient, capfd: pytest.CaptureFixture[str]) -> None:
    pages.failure = ValueError("Ada Exemple")
    with TestClient(pages.app, base_url=URL, raise_server_exceptions=False) as client:
        client.cookies.update(mentor.cookies)
        answer = client.get("/school/defenses.csv")
    assert (answer.status_code, "Something failed here" in answer.text) == (500, True)
    assert answer.headers["content-security-policy"] == POLICY
    assert [each.rpartition(" ")[2] for each in pages.told] == ["ValueError"]
    assert "Ada" not in answer.text + "".join(pages.told) + "".join(capfd.readouterr())


def test_people_of_a_school_share_nothing_but_its_store(short_path: Path) -> None:
    own = Person("camille", address="postgresql://camille@db.example.org/defenses?school=lyon")
    assert address_of(own, "/a/store") == own.address
    assert address_of(Person("mentor"), "/a/store") == "/a/store"
    assert environment_of(Person("mentor"), short_path) == {}
    found, other = (environment_of(msgspec.structs.replace(own, name=name), short_path) for name in ("camille", "zoe"))
    assert found.keys() == {"DEFENSE_CONSOLE_SETTINGS", "DEFENSE_CONSOLE_SPOOL"}
    assert not set(found.values()) & set(other.values())
    assert load(environ=found).new  # the console asks who they are
    (short_path / "consoles" / "camille" / "pgpass").write_text("db.example.org:*:*:camille:secret")
    assert environment_of(own, short_path)["PGPASSFILE"].endswith("camille/pgpass")
