"""What a student reads and sends by their link, and what they never do."""

from __future__ import annotations

import asyncio
import hashlib
import html
import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import msgspec
import pytest
from starlette.testclient import TestClient

from defense_console import clocks
from defense_console.desk.desk import Desk
from defense_console.desk.student.own_page import own_report
from defense_console.desk.uploads.viewer import address_in_browser
from defense_console.model.defense import kinds as ev
from defense_console.model.defense.subject import DEFENSE
from defense_console.model.errors import ConsoleError
from defense_console.model.log.instants import iso
from defense_console.store.base import Lease
from defense_console.store.sqlite.folder_vault import FolderVault
from defense_console.web import inbox
from tests.terminal import run
from tests.web.conftest import Pages

LATE = "This link is too old, was taken back, or was never made."
PDF = b"%PDF-1.4 a needs analysis\n%%EOF\n"


@pytest.fixture
def demo(pages: Pages) -> Pages:
    """The demo cohort, in English."""
    folder = Path(str(pages.session.store))
    with pages.session.store_of(create=True, writing=True) as store:
        pages.session.exchange(store).fill_demo(iso(pages.now), "en", FolderVault(folder))
    return pages


@pytest.fixture
def desk(demo: Pages) -> Iterator[Desk]:
    with demo.session.desk() as (_store, desk):
        yield desk


def address(pages: Pages, student: str) -> str:
    return f"/s/{pages.people.new_student_link(student)}"


def upload_to(pages: Pages, student: str, defense: str, key: object) -> str:
    return f"{address(pages, student)}/upload?{urlencode({'defense': defense, 'key': str(key)})}"


def defense_of(desk: Desk, student: str, project: str) -> str:
    return next(s.id for s in desk.follow(student).summaries if s.project == project)


def kept_back(desk: Desk, student: str) -> Iterator[str]:
    """Every text about a student that was not released and that they did not write or agree to."""
    follow = desk.follow(student)
    known = follow.student
    for each in known.notes:
        yield each.text
    for question in known.questions:
        yield question.text
    for alert in known.alerts:
        yield from (alert.facts, alert.done, alert.asked, alert.closing)
    for id, defense in follow.defenses.items():
        yield from (note.text for note in defense.notes if note.private or defense.released is None)
        yield from (question.text for question in defense.questions)
        yield from (draft.text for draft in desk.ledger.drafts(DEFENSE.stream(id)).values())
        if defense.released is None:
            yield from (line.text for line in defense.lines)
            yield from (defense.reason, defense.goal)


def test_a_student_reads_what_was_released_and_nothing_else(demo: Pages, browser: TestClient, desk: Desk) -> None:
    hidden = 0
    for student in desk.store.students():
        at = address(demo, student.id)
        reports = [f"{at}/report/{s.id}" for s in desk.follow(student.id).summaries if s.released_at]
        read = ""
        for language in ("en", "fr"):
            for each in (at, *reports):
                answer = browser.get(f"{each}?lang={language}")
                assert answer.status_code == 200
                assert f'lang="{language}"' in answer.text
                read += html.unescape(answer.text)
        assert student.name in read
        for text in filter(lambda text: len(text) > 12, kept_back(desk, student.id)):
            hidden += 1
            assert text not in read
        assert not [other.name for other in desk.store.students() if other.id != student.id and other.name in read]
    assert hidden > 20


def test_what_is_drafted_after_a_release_is_not_read(demo: Pages, browser: TestClient, desk: Desk) -> None:
    id, at = defense_of(desk, "demo-chloe", "IRP-P4"), address(demo, "demo-chloe")
    with demo.session.writing_desk() as (_store, writing):
        verdict = writing.verdict(id)
        row = verdict.defense.revisions[0].request
        verdict.amend("A reason of the draft")
        verdict.act(ev.LineAdded("strength", "A strength of the draft"))
        verdict.act(*(ev.Rated(criterion, "to_improve") for criterion in row.criteria))
        note = next(note for note in verdict.defense.notes if note.criterion in row.criteria and not note.private)
        verdict.act(ev.NoteEdited(note.seq, "A note of the draft"))
    read = "".join(browser.get(each).text for each in (at, f"{at}/report/{id}?lang=en"))
    assert "of the draft" not in read
    assert note.text in html.unescape(read)
    with demo.session.desk() as (_store, later):
        assert own_report(later, "demo-chloe", id, "en").reader == "student"


def test_a_page_says_what_comes_next_and_what_is_asked_for(demo: Pages, browser: TestClient) -> None:
    live = browser.get(address(demo, "demo-bilal")).text
    assert all(said in live for said in ("discussion, ", " left", "planned end"))
    asked = browser.get(address(demo, "demo-chloe"), headers={"Accept-Language": "fr"}).text
    said = (
        "1. Storyboard écran par écran",
        "Europe/Paris",
        "Specimen_Chloe_1_storyboard.docx",
        "Je ne suis pas d’accord",
    )
    assert [each for each in said if each not in html.unescape(asked)] == []


def test_a_link_that_is_late_taken_back_or_invented_opens_nothing(demo: Pages, browser: TestClient, desk: Desk) -> None:
    taken_back, late = address(demo, "demo-ada"), address(demo, "demo-chloe")
    assert browser.get(taken_back).status_code == 200
    assert demo.people.take_back("demo-ada") == 1
    demo.pass_time(days=91)
    other = address(demo, "demo-emma")
    for gone in (taken_back, late, "/s/x", "/s/" + "a" * 43, f"{late}/clock", f"{late}/report/x"):
        answer = browser.get(gone)
        assert (answer.status_code, LATE in answer.text, "Specimen" in answer.text) == (403, True, False)
    assert browser.post(f"{late}/upload?defense=x&key=1").status_code == 403
    theirs = defense_of(desk, "demo-chloe", "IRP-P4")
    assert browser.get(f"{other}/report/{theirs}").status_code == 404  # somebody else's
    unreleased = defense_of(desk, "demo-bilal", "FE-P3")
    assert "Nothing was released" in browser.get(f"{address(demo, 'demo-bilal')}/report/{unreleased}").text


def test_an_upload_is_taken_in_and_has_a_receipt(demo: Pages, browser: TestClient, desk: Desk) -> None:
    id = defense_of(desk, "demo-ada", "IRP-P2")
    to = upload_to(demo, "demo-ada", id, 2)
    answer = browser.post(to, files={"file": ("Ma note é <b>.pdf", PDF)})
    digest = hashlib.sha256(PDF).hexdigest()
    assert answer.status_code == 200
    read = html.unescape(answer.text)
    assert all(each in read for each in ("was taken in", "Ma note é <b>.pdf", f"{len(PDF)} bytes", digest))
    assert "<b>" not in answer.text
    with demo.session.desk() as (store, later):
        brief = later.brief(id)
        assert [(f.name, f.sha256) for f in brief.defense.deliveries[2][0].files] == [("Ma note é <b>.pdf", digest)]
        assert brief.events[-1].author == "Ada Exemple"
        assert b"".join(later.vault.chunks(digest)) == PDF
        assert store.verify_all() == ()
    page = browser.get(to.partition("/upload")[0]).text
    assert digest in page
    assert "Send another version: 2. " in page
    assert browser.post(to, files={"file": ("a.pdf", PDF + b"better")}).status_code == 200
    with demo.session.desk() as (_store, later):
        assert [each.version for each in later.brief(id).defense.deliveries[2]] == [1, 2]
    assert not list((demo.around / "serve").rglob("files/*"))


@pytest.mark.parametrize(
    "name",
    ["../../settings.toml", "..", "/etc/passwd", "C:x.pdf", "a/b.pdf", "con.pdf", "a\x00b", "x" * 300],
)
def test_a_name_that_leads_elsewhere_is_refused(demo: Pages, browser: TestClient, desk: Desk, name: str) -> None:
    to = upload_to(demo, "demo-ada", defense_of(desk, "demo-ada", "IRP-P2"), 2)
    before = sorted(demo.around.rglob("*"))
    # As a hostile program writes it: a library would repair it.
    body = b'--b\r\nContent-Disposition: form-data; name="file"; filename="' + name.encode().replace(b"\\", b"\\\\")
    body += b'"\r\n\r\n' + PDF + b"\r\n--b--\r\n"
    answer = browser.post(to, content=body, headers={"Content-Type": "multipart/form-data; boundary=b"})
    assert (answer.status_code, "Nothing was taken in" in answer.text) == (409, True)
    assert [file for file in sorted(demo.around.rglob("*")) if file not in before and file.is_file()] == []


def test_what_is_not_asked_for_is_not_kept(demo: Pages, browser: TestClient, desk: Desk) -> None:
    id, theirs = defense_of(desk, "demo-ada", "IRP-P2"), defense_of(desk, "demo-leo", "PN-P2")
    for defense, key in ((id, 99), (theirs, 1), ("x", 1), (id, "r1"), (id, "-1"), (id, "1e3")):
        answer = browser.post(upload_to(demo, "demo-ada", defense, key), files={"file": ("a.pdf", PDF)})
        assert (answer.status_code, "not asked for now" in answer.text) == (409, True)
    nothing = browser.post(upload_to(demo, "demo-ada", id, 1), data={"file": "text"}, files={"x": ("", b"")})
    assert "Choose a file first." in nothing.text
    assert not list((demo.around / "serve").rglob("files/*"))


async def post(pages: Pages, to: str, pieces: AsyncIterator[dict[str, Any]], *headers: tuple[bytes, bytes]) -> Any:
    """Post what comes piece by piece, as a server passes it on; return status and text of the answer."""
    path, _mark, query = to.partition("?")
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST", "path": path,
        "raw_path": quote(path).encode(), "query_string": query.encode(), "root_path": "", "scheme": "http",
        "server": ("127.0.0.1", 8765), "client": ("127.0.0.1", 1),
        "headers": [(b"host", b"127.0.0.1:8765"), (b"origin", b"http://127.0.0.1:8765"),
                    (b"content-type", b"multipart/form-data; boundary=b"), (b"accept-language", b"fr"), *headers],
    }  # fmt: skip
    sent = list[Any]()

    async def receive() -> dict[str, Any]:
        return await anext(pieces)

    async def send(message: Any) -> None:
        sent.append(message)

    await pages.app(scope, receive, send)
    return sent[0]["status"], b"".join(each.get("body", b"") for each in sent[1:]).decode()


HEAD = b'--b\r\nContent-Disposition: form-data; name="file"; filename="long.pdf"\r\n\r\n'


async def test_two_gigabytes_are_not_read_to_the_end(demo: Pages, desk: Desk) -> None:
    to, read = upload_to(demo, "demo-ada", defense_of(desk, "demo-ada", "IRP-P2"), 1), [0]

    async def two_gigabytes() -> AsyncIterator[dict[str, Any]]:
        yield {"type": "http.request", "body": HEAD, "more_body": True}
        for _ in range(20_000):
            read[0] += 100_000
            yield {"type": "http.request", "body": b"x" * 100_000, "more_body": True}

    status, text = await post(demo, to, two_gigabytes())
    assert (status, "rien n’en a été gardé" in text) == (413, True)
    assert read[0] <= 1_300_000
    read[0] = 0
    status, text = await post(demo, to, two_gigabytes(), (b"content-length", b"2000000000"))
    assert (status, read[0]) == (413, 0)
    assert not list((demo.around / "serve").rglob("files/*"))


async def test_a_page_that_stops_or_goes_leaves_nothing(
    demo: Pages, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbox, "PIECE_S", 0.05)
    to = upload_to(demo, "demo-ada", defense_of(desk, "demo-ada", "IRP-P2"), 1)

    async def stops() -> AsyncIterator[dict[str, Any]]:
        yield {"type": "http.request", "body": HEAD + b"half", "more_body": True}
        await asyncio.sleep(60)

    async def goes() -> AsyncIterator[dict[str, Any]]:
        yield {"type": "http.request", "body": HEAD + b"half", "more_body": True}
        yield {"type": "http.disconnect"}

    answers = dict(await asyncio.gather(post(demo, to, stops()), post(demo, to, stops())))
    assert sorted(answers) == [408, 409]  # one file of a student after the other
    assert "rien n’a été gardé" in answers[408]
    assert (await post(demo, to, goes()))[0] == 400
    assert not list((demo.around / "serve").rglob("files/*"))
    with demo.session.desk() as (_store, later):
        assert not later.brief(defense_of(desk, "demo-ada", "IRP-P2")).defense.deliveries


async def test_a_file_and_a_contest_wait_while_the_mentors_console_holds_the_defense(
    demo: Pages, browser: TestClient, desk: Desk
) -> None:
    id, contested = defense_of(desk, "demo-ada", "IRP-P2"), defense_of(desk, "demo-chloe", "IRP-P4")
    now = clocks.read()
    streams = [DEFENSE.stream(each) for each in (id, contested)]
    with demo.session.store_of(writing=True) as store:
        for stream in streams:
            store.write_lease(stream, Lease("other", "elsewhere", 7, "start", "boot-9", now, now.wall))
    at, form = address(demo, "demo-chloe"), {"defense": contested, "reason": "It was “complete”."}
    assert "needs a reason" in browser.post(f"{at}/contest", data={**form, "reason": " "}).text
    assert browser.post(f"{at}/contest", data=form).status_code == 303
    assert "What you contest has arrived" in browser.get(at).text
    assert "already contested" in browser.post(f"{at}/contest", data=form).text
    to = upload_to(demo, "demo-ada", id, 1)
    answer = browser.post(to, files={"file": ("guide.pdf", PDF)})
    assert (answer.status_code, "as soon as your mentor’s console" in html.unescape(answer.text)) == (200, True)
    assert "waits to be taken in" in browser.get(to.partition("/upload")[0]).text
    box = inbox.Inbox(demo.around / "serve", demo.session.writing_desk, demo.settings, lambda: demo.now)
    before = box.waiting()
    waiting = next(each for each in before if each.defense == id)
    assert (len(before), all(each.problem for each in before)) == (2, True)
    await box.try_again()
    assert box.waiting() == before
    with demo.session.store_of(writing=True) as store:
        for stream in streams:
            store.write_lease(stream, msgspec.structs.replace(store.leases()[stream], holder=""))
    await box.try_again()
    assert box.waiting() == ()
    assert waiting.sha256 in browser.get(to.partition("/upload")[0]).text
    with demo.session.desk() as (_store, later):
        brief = later.brief(contested)
        assert (brief.events[-1].author, brief.defense.contested) == ("Chloé Spécimen", form["reason"])


def test_a_verdict_is_contested_once_by_its_student(demo: Pages, browser: TestClient, desk: Desk) -> None:
    id, at = defense_of(desk, "demo-chloe", "IRP-P4"), address(demo, "demo-chloe")
    form = {"defense": id, "reason": "The storyboard <was> complete."}
    assert browser.post(f"{address(demo, 'demo-ada')}/contest", data=form).status_code == 409
    assert "needs a reason" in browser.post(f"{at}/contest", data={**form, "reason": " "}).text
    assert browser.post(f"{at}/contest", data=form).headers["location"] == f"{at}#verdicts"
    assert "already contested" in browser.post(f"{at}/contest", data=form).text
    page = browser.get(at).text
    assert "The storyboard &lt;was&gt; complete." in page
    with demo.session.desk() as (_store, later):
        event = later.brief(id).events[-1]
        assert (event.author, later.brief(id).defense.contested) == ("Chloé Spécimen", form["reason"])


def test_the_school_is_for_who_looks_after_it(demo: Pages, mentor: TestClient) -> None:
    mentor.get(address(demo, "demo-ada"))
    page = mentor.get("/school")
    read = html.unescape(page.text)
    said = ("Emma Prototype", "Alerts without an answer", "own page", "demo-ada", "is not set: retention_years")
    assert [each for each in said if each not in read] == []
    assert mentor.get("/school/defenses.csv").headers["content-disposition"].startswith("attachment")
    readings = (demo.around / "serve" / "readings.jsonl").read_bytes().splitlines()
    assert [json.loads(line)["what"] for line in readings] == ["page", "school", "export"]
    mentor.cookies.clear()
    for each in ("/school", "/school/defenses.csv"):
        assert mentor.get(each).headers["location"] == "/sign-in"


def test_forgetting_a_student_reaches_what_serve_keeps(
    demo: Pages, browser: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DEFENSE_CONSOLE_SERVE", str(demo.around / "serve"))
    gone, stays = address(demo, "demo-ada"), address(demo, "demo-leo")
    assert [browser.get(each).status_code for each in (gone, stays)] == [200, 200]
    run(Path(str(demo.session.store)), "forget", "demo-ada", "--yes")
    assert [browser.get(each).status_code for each in (gone, stays)] == [403, 200]
    kept = b"".join(file.read_bytes() for file in (demo.around / "serve").rglob("*") if file.is_file())
    assert (b"demo-ada" in kept, b"demo-leo" in kept) == (False, True)


def test_a_mentor_receives_a_document_as_a_file_and_nobody_else(demo: Pages, mentor: TestClient, desk: Desk) -> None:
    file = desk.brief(defense_of(desk, "demo-chloe", "IRP-P4")).defense.deliveries[1][0].files[0]
    at = address_in_browser(desk.vault, msgspec.structs.replace(file, name='x/"é.html'))
    given = mentor.get(at)
    assert hashlib.sha256(given.content).hexdigest() == file.sha256
    assert given.headers["content-disposition"] == "attachment; filename*=UTF-8''%C3%A9.html"
    assert given.headers["content-security-policy"].startswith("sandbox")
    assert given.headers["content-type"] == "application/octet-stream"
    with pytest.raises(ConsoleError, match="could run"):
        address_in_browser(desk.vault, msgspec.structs.replace(file, name="x.exe"))
    for wrong in ("0" * 64, "..%2f..%2fsettings.toml", "x"):
        answer = mentor.get(f"/documents/{wrong}/a.pdf")
        assert (answer.status_code, "html" in answer.headers["content-type"]) in ((409, True), (404, True))
    mentor.cookies.clear()
    assert mentor.get(at).headers["location"] == "/sign-in"
