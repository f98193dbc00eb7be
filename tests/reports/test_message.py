"""The message for the student: what each outcome says, whose clock it tells, which names it asks for."""

from __future__ import annotations

import email
import email.policy
import itertools
import re
from email.message import EmailMessage
from pathlib import Path

import msgspec
import pytest

from defense_console.model.curriculum import Deliverable
from defense_console.model.defense import kinds as ev
from defense_console.model.defense.state import OutcomeValue, Request, SessionState
from defense_console.model.defense.summary import Summary
from defense_console.model.errors import ConsoleError
from defense_console.model.text import one_line, visible
from defense_console.reports.content import message as messages
from defense_console.reports.content.message import Message, Recipient
from defense_console.reports.names import expected_names, first_name
from tests.reports import scene
from tests.reports.hostile import TEXTS, marking

ROW = Request("d2", 2, "", ("A2-1",))
NOW = "2026-10-23T15:00:00.000Z"


def message(
    log: scene.Log,
    language: str = "en",
    *,
    student: str = "Ada Sample",
    zone: str = "",
    next_attempt: Summary | None = None,
) -> Message:
    to = Recipient(student, "ada@example.org", zone)
    return messages.build(
        "0" * 32, log.defense, scene.CURRICULUM, to=to, language=language, zone="Europe/Paris", signature="A mentor",
        next_attempt=next_attempt,
    )  # fmt: skip


def condition(*rows: Request) -> scene.Log:
    return scene.released(scene.signed(scene.conditional(), rows or (ROW,)))


def outcome(value: OutcomeValue) -> scene.Log:
    log = scene.held()
    log.add(ev.LineAdded("improvement", "show the sources"), ev.GoalSet("publish it"), ev.OutcomeChosen(value))
    return scene.released(scene.signed(log))


def mail(made: Message, now: str = NOW, sender: str = "") -> EmailMessage:
    return email.message_from_bytes(messages.eml(made, now, sender), policy=email.policy.default)


@pytest.mark.parametrize("log", [scene.planned(), scene.held(), scene.conditional(), scene.signed(scene.conditional())])
def test_before_the_release_there_is_no_message(log: scene.Log) -> None:
    with pytest.raises(ConsoleError, match="not released yet"):
        message(log)


def test_a_condition_tells_what_why_until_when_and_how_to_name_it() -> None:
    assert messages.text(message(condition())) == (
        "Hello Ada,\n\n"
        "Your project is validated on condition: 1 document is to be revised. There is no new defense.\n\n"
        "• 2. Deliverable 2 (en)\n"
        "  Why: the table is empty\n"
        "  Expected: Sentence of A2-1 (en)\n"
        "  Until: Sunday 2026-10-25 13:30 (Paris time, UTC+01:00)\n"
        "  File name: Sample_Ada_2_d2_mmaaaa.pdf\n"
        "  (mmaaaa: month and year in which you began the project)\n\n"
        "Upload the new version where you uploaded the first one, under the name above, and tell me.\n\n"
        "Once I have received everything, I have 48 h to look at it.\n\n"
        "When everything is accepted, your project is validated.\n\n"
        "What is not there in time can lead to a new defense.\n\n"
        "Kind regards,\n"
        "A mentor\n"
    )


def test_the_due_date_is_told_where_the_student_lives_and_beside_it_for_the_mentor() -> None:
    text = messages.text(message(condition(), zone="Pacific/Auckland"))
    both = "Until: Monday 2026-10-26 01:30 (Auckland time, UTC+13:00); for me Sunday 2026-10-25 13:30"
    assert both in text
    assert "for me" not in messages.text(message(condition(), zone="Europe/Brussels"))


def test_only_what_is_still_owed_is_asked_for() -> None:
    log = condition(ROW, Request("d3", 3, "", ("A2-1",)), Request("r1", None, "a tip", severity="advice"))
    log.add(ev.RowReceived("d2"), ev.RowAccepted("d2"))
    asked = message(log)
    assert [row.title for row in asked.asked] == ["3. Deliverable 3 (en)"]
    assert asked.points == ("2. Deliverable 2 (en)",)
    assert "a tip" not in messages.text(asked)
    log.at(9000).add(ev.RowReceived("d3"))
    waiting = messages.text(message(log))
    assert "no new document is asked of you now" in waiting
    assert "I have until Sunday 2026-10-25 15:30 (Paris time, UTC+01:00) to look at what I received." in waiting
    log.add(ev.RowRequestedAgain("d3", "with the sources", 3600))
    again = message(log).asked[0]
    assert again.expected == "with the sources"
    assert "2026-10-23 17:30" in again.until


def test_what_did_not_come_is_named_and_a_decision_announced() -> None:
    log = condition(ROW, Request("d3", 3, "", ("A2-1",)))
    log.at(50 * 3600).add(ev.RowReceived("d3"), ev.RowExpired("d2"))
    made = message(log)
    text = messages.text(made)
    assert "nothing" not in text
    assert "no new document" not in text
    assert (made.asked, made.points) == ((), ("2. Deliverable 2 (en)",))
    assert "Not received:\n- 2. Deliverable 2 (en)" in text
    assert "I decide by Tuesday 2026-10-27 15:00 (Paris time, UTC+01:00) what follows" in text
    french = messages.text(message(log, "fr"))
    assert "Non reçu" in french
    assert "Je décide" in french


def test_a_document_that_expired_is_named_beside_those_still_asked_for() -> None:
    log = condition(ROW, Request("d3", 3, "", ("A2-1",), due_after_s=99 * 3600))
    made = message(log.at(50 * 3600).add(ev.RowExpired("d2")))
    assert [row.title for row in made.asked] == ["3. Deliverable 3 (en)"]
    assert made.points == ("2. Deliverable 2 (en)",)
    assert "When everything is accepted, your project is validated." not in made.closing


def test_once_the_reception_is_complete_nothing_more_is_asked_for() -> None:
    log = condition(ROW, Request("d3", 3, "", ("A2-1",)))
    made = message(log.at(9000).add(ev.RowReceived("d3"), ev.ReceptionCompleted()))
    assert (made.asked, made.points) == ((), ("2. Deliverable 2 (en)",))


def test_no_message_tells_of_a_verdict_that_a_signed_one_is_about_to_replace() -> None:
    log = condition().at(9000).add(ev.RowWaived("d2", "seen"), ev.OutcomeChosen("validated"))
    with pytest.raises(ConsoleError, match="A newer verdict is signed and not released yet"):
        message(scene.signed(log))


@pytest.mark.parametrize(("value", "language", "parts"), [
    ("validated", "en", ("Your project is validated.", "This was the last project", "Next goal: publish it")),
    ("validated", "fr", ("Votre projet est validé.", "C’était le dernier projet", "Prochain objectif : publish it")),
    ("rework", "en", ("a new defense is needed", "To work on:\n- show the sources", "stays acquired")),
    ("rework", "fr", ("une nouvelle soutenance est nécessaire", "À travailler :\n- show the sources", "reste acquis")),
])  # fmt: skip
def test_the_other_outcomes_say_what_happens_next(value: OutcomeValue, language: str, parts: tuple[str, ...]) -> None:
    made = message(outcome(value), language)
    text = messages.text(made).replace("\xa0", " ")
    assert all(part in text for part in parts)
    assert not made.asked


def hostile(say: scene.Say) -> scene.Log:
    """A condition with a text in every field that a message may tell, and private notes beside them."""
    log = scene.started().at(300).note(say("seen"), "A2-1").note(say("private"), "A2-1", private=True)
    log.at(940).add(ev.PhaseEntered("discussion"), ev.GoalSet(say("goal")))
    log.rate(A1_1="met", A1_2="met", A2_1="not_met", A2_2="met", ORAL_3="met")
    log.at(1800).add(ev.Finished(), ev.OutcomeChosen("conditional"))
    rows = (
        ROW,
        Request("d3", 3, "", ("A2-1",), say("row-reason"), say("row-expected")),
        Request("r90", None, say("row-title"), (), "", "a list"),
    )
    return scene.released(scene.signed(log, rows))


def test_no_private_note_is_told_and_hostile_text_stays_in_its_place() -> None:
    for text in TEXTS:
        for marked in marking(text):
            made = message(hostile(marked), student=marked("student"))
            shown = messages.text(made)
            assert "§private§" not in shown
            assert f"Hello {first_name(one_line(marked('student')))},\n" in shown
            assert f"• {one_line(marked('row-title'))}\n" in shown
            labels = {"seen": "  Why:", "row-reason": "  Why:", "row-expected": "  Expected:", "goal": "Next goal:"}
            for name, label in labels.items():
                assert f"{label} {visible(marked(name)).rstrip(chr(10)).replace(chr(10), chr(10) + '  ')}\n" in shown
            # Everything at the margin is ours: a greeting, a sentence, the title of a document.
            margin = [line for line in shown.split("\n") if line and not line.startswith("  ")]
            assert len(margin) == 2 + 3 + 4 + 3
            parsed = mail(made)
            assert parsed.get_content().replace("\r\n", "\n") == shown
            assert [name.lower() for name in parsed] == [
                "to", "subject", "date", "message-id", "x-unsent", "mime-version", "content-language",
                "content-type", "content-transfer-encoding",
            ]  # fmt: skip
            assert parsed["To"].addresses[0].addr_spec == "ada@example.org"


def test_the_draft_has_a_date_of_now_and_an_id_of_its_text() -> None:
    made = message(condition())
    first, later = mail(made), mail(made, "2026-10-24T09:00:00.000Z", "mentor@example.org")
    assert first["From"] is None
    assert later["From"] == "A mentor <mentor@example.org>"
    assert str(first["Date"]) == "Fri, 23 Oct 2026 15:00:00 +0000"
    assert first["Message-ID"] == later["Message-ID"]
    others = [made, message(condition(), "fr"), message(outcome("rework"))]
    assert len({mail(other)["Message-ID"] for other in others}) == 3
    assert messages.eml(made, NOW) == messages.eml(made, NOW)


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("project", ["Analysez une demande de formation", "Écoutez, proposez" * 9, "x" * 300])
def test_a_subject_keeps_its_spaces_where_it_is_folded(language: str, project: str) -> None:
    made = msgspec.structs.replace(message(condition(), language), subject=f"Votre soutenance d’IRP-P2 — {project} !")
    data = messages.eml(made, NOW, "mentor@example.org")
    assert str(mail(made)["Subject"]) == made.subject
    assert re.sub(rb"\?=\r\n =\?utf-8\?[qb]\?", b"", data).count(b"=?utf-8?") == 1, "encoded words only"
    head = data.partition(b"\r\n\r\n")[0].split(b"\r\n")
    assert all(line[-1:] not in b" " and (len(line) <= 78 or line.startswith(b"Message-ID: <")) for line in head)


CASE = Path(__file__).parent.parent / "data" / "cases" / "report" / "e01_subject_space_lost.eml"


def test_the_subject_of_the_small_input_keeps_the_space_that_was_lost() -> None:
    lost = str(email.message_from_bytes(CASE.read_bytes(), policy=email.policy.default)["Subject"])
    assert "demandede formation" in lost
    subject = lost.replace("demandede", "demande de")
    assert str(mail(msgspec.structs.replace(message(condition(), "fr"), subject=subject))["Subject"]) == subject


def test_a_name_beyond_ascii_stands_in_an_address() -> None:
    made = msgspec.structs.replace(message(condition(), student="Zoé Inventée-d’Île"), signature='Ada "A" Été, x')
    parsed = mail(made, NOW, "mentor@example.org")
    assert [(a.display_name, a.addr_spec) for name in ("From", "To") for a in parsed[name].addresses] == [
        ('Ada "A" Été, x', "mentor@example.org"),
        ("Zoé Inventée-d’Île", "ada@example.org"),
    ]


@pytest.mark.parametrize("address", ["not an address", "a@b\r\nBcc: c@d", "x\x00@y", "@"])
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(ConsoleError, match="not an e-mail address"):
        messages.eml(message(condition()), NOW, address)


@pytest.mark.parametrize(("student", "stem"), [
    ("Ada Sample", "Sample_Ada_1_code_mmaaaa"),
    ("SPÉCIMEN Chloé", "SPÉCIMEN_Chloé_1_code_mmaaaa"),
    ("Jean-Loup D’Essai", "D’Essai_Jean-Loup_1_code_mmaaaa"),
    ("Ana Maria Exemple", "Nom_Prénom_1_code_mmaaaa"),
    ("Ada", "Nom_Prénom_1_code_mmaaaa"),
    ("../.. /etc", "Nom_Prénom_1_code_mmaaaa"),
    ("", "Nom_Prénom_1_code_mmaaaa"),
])  # fmt: skip
def test_the_name_of_a_file_is_filled_in_where_the_students_name_leaves_no_doubt(student: str, stem: str) -> None:
    deliverable = Deliverable(1, "code", scene.both("Code"), ("pdf", "zip"), "Nom_Prénom_1_code_mmaaaa")
    assert expected_names(deliverable, student) == (f"{stem}.pdf", f"{stem}.zip")


@pytest.mark.parametrize(("student", "greeted"), [
    ("Ada Sample", "Ada"), ("SPÉCIMEN Chloé", "Chloé"), ("Chloé SPÉCIMEN", "Chloé"), ("Jean-Loup D’Essai", "Jean-Loup"),
    ("Ana Maria Exemple", "Ana"), ("J. Exemple", "J. Exemple"), ("J.-P. Exemple", "J.-P. Exemple"),
    ("ADA SAMPLE", "ADA"), ("Ada", "Ada"), ("李 明", "李 明"), ("", ""),
])  # fmt: skip
def test_a_student_is_greeted_by_the_first_name(student: str, greeted: str) -> None:
    assert first_name(student) == greeted


def test_names_keep_the_words_of_the_pattern_that_only_look_alike() -> None:
    deliverable = Deliverable(2, "x", scene.both("X"), (), "Nom_Prénom_2_Nombres_mmaaaa")
    assert expected_names(deliverable, "Ada Sample") == ("Sample_Ada_2_Nombres_mmaaaa",)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_outcome_has_a_whole_message_in_both_languages(language: str) -> None:
    made = [message(log, language) for log in (condition(), outcome("validated"), outcome("rework"))]
    texts = [messages.text(one) for one in made]
    for text, one in itertools.product(texts, made):
        assert "{" not in text + one.subject
    assert len({one.subject for one in made}) == 3


@pytest.mark.parametrize(("session", "asks", "told"), [
    (None, True, False), ("planned", False, True), ("waiting", False, True), ("held", False, False),
    ("no_show", True, False), ("cancelled", True, False),
])  # fmt: skip
def test_a_date_is_asked_for_only_while_none_is_planned(session: SessionState | None, asks: bool, told: bool) -> None:
    following = Summary("0", "s1", "T", "P1", 2, "2026-11-10T13:00:00.000Z", session, 1) if session else None
    text = messages.text(message(outcome("rework"), next_attempt=following))
    assert ("book the date" in text) is asks
    assert ("planned for Tuesday 2026-11-10 14:00 (Paris time, UTC+01:00)." in text) is told


def test_a_criterion_is_told_with_its_rating() -> None:
    log = scene.conditional().add(ev.LineAdded("improvement", "show the sources"), ev.OutcomeChosen("rework"))
    made = message(scene.released(scene.signed(log)))
    assert made.points == ("show the sources", "Not met: Sentence of A2-1 (en)")
    again = message(condition(Request("d2", 2, "", ("A2-1", "A1-1"), "", "my wish")))
    assert again.asked[0].why == (
        ("To improve", "Sentence of A1-1 (en)"), ("Not met", "Sentence of A2-1 (en)"), ("Why", "the table is empty"),
    )  # fmt: skip
    assert "  Not met: Sentence of A2-1 (en)\n  Why: the table is empty\n" in messages.text(again)


def amended(for_student: bool) -> scene.Log:
    log = condition().at(90_000).add(ev.AmendmentOpened("misheard\ntwice", for_student), ev.OutcomeChosen("rework"))
    return scene.released(scene.signed(log))


@pytest.mark.parametrize("for_student", [True, False])
def test_an_amended_verdict_says_which_one_it_replaces_and_why(for_student: bool) -> None:
    made = message(amended(for_student))
    why = "\nWhy: misheard\n  twice" if for_student else ""
    assert made.subject.endswith(": to rework (new version)")
    assert messages.text(made).split("\n\n")[:3] == [
        "Hello Ada,",
        "I have changed my decision on your defense: version 2, below, replaces version 1 of 2026-10-23 (conditional)."
        + why,
        "Your project is to rework: a new defense is needed.",
    ]
    assert ("misheard" in messages.text(made)) is for_student, "what was written for the jury stays with the jury"


@pytest.mark.parametrize(("settled", "value", "opening"), [
    (ev.RowAccepted("d2"), "validated", "The documents I asked for are settled: your project is validated."),
    (ev.RowExpired("d2"), "rework",
     "A document I asked for did not come in time: your project is to rework, a new defense is needed."),
    (ev.RowExpired("d2"), "validated", "Your project is validated."),
])  # fmt: skip
def test_a_verdict_that_ends_a_condition_says_so(settled: ev.DefenseWhat, value: OutcomeValue, opening: str) -> None:
    log = condition().at(50 * 3600)
    log.add(*([ev.RowReceived("d2")] if isinstance(settled, ev.RowAccepted) else []), settled, ev.OutcomeChosen(value))
    made = message(scene.released(scene.signed(log)))
    assert (made.replaces, made.opening) == ("", opening)
    assert "(new version)" not in made.subject


def test_an_amendment_after_an_expiry_is_opened_by_what_it_decides() -> None:
    log = condition().at(50 * 3600).add(ev.RowExpired("d2"), ev.AmendmentOpened("misheard"), ev.OutcomeChosen("rework"))
    made = message(scene.released(scene.signed(log)))
    assert made.opening == "Your project is to rework: a new defense is needed."
