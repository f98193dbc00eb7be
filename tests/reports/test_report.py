"""What each reader is told: nothing private, nothing the mentor wrote changed, dates with their zone."""

from __future__ import annotations

import itertools

import msgspec
import pytest

from defense_console.model.defense import kinds as ev
from defense_console.model.defense.state import ReceivedFile, Request
from defense_console.model.defense.summary import Summary
from defense_console.reports.content import report as reports
from defense_console.reports.content.value import READERS, DocumentRow, Reader, Report, walk
from defense_console.reports.rendering import markdown, plain
from defense_console.reports.rendering.layout import page
from tests.reports import scene

LANGUAGES = ("fr", "en")
TOLD = {
    "student": scene.EVERYBODY,
    "mentor": scene.EVERYBODY + scene.MENTOR,
    "jury": scene.EVERYBODY + scene.MENTOR + scene.JURY,
}
ALL = (*TOLD["jury"], *scene.NOBODY)


def texts(report: Report) -> str:
    """Everything the value holds."""
    return msgspec.json.encode(report).decode()


def section(report: Report, id: str) -> list[str]:
    lines: list[str] = []
    for part in (part for s in report.sections if s.id == id for part in s.parts):
        lines += [part.title] if part.title else []
        lines += [f"{p.label}|{p.text}" if p.label else p.text for _depth, p in walk(part.whole)]
    return lines


def fact(report: Report, *labels: str) -> str:
    return next(f.text for f in report.facts if f.label in labels)


@pytest.mark.parametrize(("reader", "language"), itertools.product(READERS, LANGUAGES))
def test_each_reader_is_told_exactly_what_is_theirs(reader: Reader, language: str) -> None:
    report = scene.report(scene.everything(lambda name: f"<{name}>"), reader, language)
    for text in (texts(report), plain.render(report), markdown.render(report)):
        told = {name for name in ALL if f"<{name}>" in text or f"&lt;{name}>" in text}
        assert told == set(TOLD[reader])


def test_a_student_is_told_no_times_and_no_record() -> None:
    log = scene.everything(lambda name: name)
    assert [s.id for s in scene.report(log, "student").sections] == [
        "skills", "deliverables", "defense", "notes", "documents", "goal",
    ]  # fmt: skip
    assert [s.id for s in scene.report(log, "mentor").sections][6:] == ["questions"]
    jury = scene.report(log, "jury")
    assert [s.id for s in jury.sections][6:] == ["questions", "rounds", "verdicts", "criteria", "sittings", "record"]
    readers: tuple[Reader, ...] = ("student", "mentor")
    for reader in readers:
        report = scene.report(log, reader)
        assert not any(scene.HASH in str(section) for section in report.sections)
        assert scene.HASH not in plain.render(report) + markdown.render(report)
    assert scene.HASH in section(jury, "record")[-1]


@pytest.mark.parametrize(
    ("seconds", "french", "english"),
    [
        (940, "Temps de parole respecté : 15 min 40 s (fenêtre 10–20).",
         "Speaking time respected: 15 min 40 s (window 10–20)."),
        (492, "Temps de parole trop court : 8 min 12 s (fenêtre 10–20).",
         "Speaking time too short: 8 min 12 s (window 10–20)."),
        (599.9, "Temps de parole trop court : 9 min 59 s (fenêtre 10–20).",
         "Speaking time too short: 9 min 59 s (window 10–20)."),
        (600, "Temps de parole respecté : 10 min (fenêtre 10–20).",
         "Speaking time respected: 10 min (window 10–20)."),
        (1200, "Temps de parole respecté : 20 min (fenêtre 10–20).",
         "Speaking time respected: 20 min (window 10–20)."),
        (1200.4, "Temps de parole trop long : 20 min 01 s (fenêtre 10–20).",
         "Speaking time too long: 20 min 01 s (window 10–20)."),
    ],
)  # fmt: skip
def test_the_speaking_time_writes_its_own_sentence(seconds: float, french: str, english: str) -> None:
    log = scene.held(seconds)
    assert section(scene.report(log, language="fr"), "defense") == [french]
    assert section(scene.report(log, language="en"), "defense") == [english]


def test_pauses_are_no_speaking_time_and_a_running_presentation_has_no_sentence() -> None:
    log = scene.started().at(300).add(ev.Paused()).at(900).add(ev.Resumed()).at(1000)
    assert section(scene.report(log), "defense") == []
    log.add(ev.PhaseEntered("discussion"))
    assert section(scene.report(log, language="en"), "defense") == [
        "Speaking time too short: 6 min 40 s (window 10–20)."
    ]


def test_the_report_of_a_second_sitting_tells_its_own_speaking_time() -> None:
    report = scene.report(scene.everything(str), "jury", "en")
    assert section(report, "defense")[0] == "Speaking time respected: 15 min 40 s (window 10–20)."
    times = section(report, "sittings")
    assert "Sitting 1 — broken off" in times
    assert "Presentation|15 min 40 s, pauses 1 min (target 15 min) · window 10–20" in times
    assert "02:50–03:50|presentation, paused" in times


def test_the_reason_of_a_pause_stands_where_the_clock_stopped() -> None:
    log = scene.started().at(300).add(ev.Paused()).at(310).add(ev.PauseExplained(4, "technical")).at(360)
    log.add(ev.PhaseEntered("discussion")).at(400).add(ev.Resumed()).at(500).add(ev.Paused("student")).at(520)
    log.add(ev.Resumed()).at(600).add(ev.Paused()).at(630).add(ev.Resumed()).at(700).add(ev.Finished())
    times = section(scene.report(log, "jury", "en"), "sittings")
    paused = [line.partition("|")[2] for line in times if "paused" in line]
    assert paused == [
        "presentation, paused (technical problem)",
        "discussion, paused (technical problem)",
        "discussion, paused (the student)",
        "discussion, paused",
    ]


def test_the_console_writes_only_what_the_mentor_has_not() -> None:
    log = scene.conditional()
    before = scene.report(log, language="en")
    assert section(before, "deliverables") == ["Areas for improvement", "To improve|Sentence of A1-1 (en)"]
    assert section(before, "skills") == [
        "A1 — First skill (en)", "Acquired", "To improve|Sentence of A1-1 (en)",
        "A2 — Second skill (en)", "Partly acquired", "Not met|Sentence of A2-1 (en)", "the table is empty",
    ]  # fmt: skip
    assert section(before, "notes") == []
    log.add(ev.SkillCommented("A2", "my words"), ev.LineAdded("improvement", "my line"))
    after = scene.report(log, language="en")
    assert section(after, "deliverables") == ["Areas for improvement", "my line"]
    assert section(after, "skills")[3:] == [
        "A2 — Second skill (en)", "Partly acquired", "my words", "Not met|Sentence of A2-1 (en)", "the table is empty",
    ]  # fmt: skip
    assert section(after, "notes") == [], "a shared note is told once, and once only"
    log.rate(A2_1="met")
    assert section(scene.report(log, language="en"), "notes") == ["Second skill (en) · 05:00|the table is empty"]
    assert section(scene.report(log, "mentor", "en"), "notes") == ["A2-1 · 05:00|the table is empty"]


@pytest.mark.parametrize("reader", READERS)
def test_paragraphs_say_who_wrote_them(reader: Reader) -> None:
    log = scene.everything(lambda name: f"<{name}>")
    parts = [part for s in scene.report(log, reader).sections for part in s.parts]
    written = {p.text for part in parts for _depth, p in walk(part.whole) if p.origin == "edited"} - {"a list"}
    written |= {part.title for part in parts if isinstance(part, DocumentRow) and part.titled_by == "edited"}
    # A verifier and a file name stand inside a sentence of the console.
    assert written == {f"<{name}>" for name in TOLD[reader]} - {"<verifier>", "<file>"}


def test_documents_tell_reason_expectation_and_due_date() -> None:
    log = scene.conditional()
    draft = scene.report(log, language="en")
    assert section(draft, "documents") == [
        "2. Deliverable 2 (en)",
        "Criterion|not met", "observed at 05:00|the table is empty",
        "Expected|Sentence of A2-1 (en)", "Due|48 h after the release",
        "3. Deliverable 3 (en)",
        "Criterion|not met", "observed at 05:00|the table is empty",
        "Expected|Sentence of A2-1 (en)", "Due|48 h after the release",
    ]  # fmt: skip
    assert fact(draft, "Verdict").endswith("no new defense, until 48 h after release")
    rows = (Request("d2", 2, criteria=("A2-1",), reason="my reason", expected="my wish"),
            Request("d3", 3, criteria=("A2-1",), expected="my wish"))  # fmt: skip
    scene.released(scene.signed(log.at(3600), rows))
    # 48 real hours lie between 15:00 in summer time and 14:00 in winter time.
    due = "2026-10-25 14:00 (Paris time, UTC+01:00)"
    assert section(scene.report(log, language="en"), "documents") == [
        "2. Deliverable 2 (en)", "Reason|my reason", "Expected|my wish", f"Due|{due}", "State|requested",
        "3. Deliverable 3 (en)",
        "Not met|Sentence of A2-1 (en)", "observed at 05:00|the table is empty",
        "Expected|my wish", f"Due|{due}", "State|requested",
    ]  # fmt: skip
    assert fact(scene.report(log, language="en"), "Verdict") == (
        f"Conditional — documents only, no new defense, until {due}"
    )
    jury = scene.report(log, "jury", "en")
    assert "Criterion A2-1, not met|Sentence of A2-1 (en)" in section(jury, "documents")
    assert "Due|2026-10-25 14:00 (UTC+01:00)" in section(jury, "documents"), "each date once"
    assert fact(jury, "Time zone") == "Paris time (Europe/Paris)"


def test_a_dropped_row_and_a_verdict_that_asks_for_nothing_show_no_documents() -> None:
    log = scene.conditional().add(ev.RowKept("d2", False))
    assert [t for t in section(scene.report(log, language="en"), "documents") if "Deliverable" in t] == [
        "3. Deliverable 3 (en)"
    ]
    assert section(scene.report(log.add(ev.OutcomeChosen("rework"))), "documents") == []


def test_until_it_is_released_the_report_is_a_draft_without_a_hash() -> None:
    log = scene.held()
    for change in (lambda: None, lambda: log.add(ev.OutcomeChosen("validated")), lambda: scene.signed(log)):
        change()
        report = scene.report(log, "jury", "en")
        assert report.notice.startswith("Draft")
        assert report.record_hash is None
        assert report.released_at is None
        assert scene.HASH not in texts(report)
    report = scene.report(scene.released(log), "jury", "en")
    assert report.notice == ""
    assert report.record_hash == scene.HASH
    assert report.released_at == log.events[-1].at.wall
    log.add(ev.AmendmentOpened("a mistake"), ev.OutcomeChosen("rework"))
    report = scene.report(log, "jury", "en")
    assert report.notice == "Draft of a new version: version 1 (validated) still stands."
    assert report.record_hash is None
    assert fact(report, "Verdict") == "To rework — a new defense"


def test_the_jury_sees_every_criterion_with_its_evidence() -> None:
    log = scene.everything(lambda name: name)
    shown = section(scene.report(log, "jury", "en"), "criteria")
    for skill in scene.CURRICULUM.skills_of(scene.CURRICULUM.projects[0]):
        assert all(any(line.startswith(f"{c.id} · ") for line in shown) for c in skill.criteria)
    assert "ORAL-1 · met · from the clock|Speaking time in its window (en)" in shown
    assert "A1-2 · met · decides alone|Sentence of A1-2 (en)" in shown
    assert "Document|2. Deliverable 2 (en), received" in shown
    assert "sitting 2, 01:10 · recording 01:00|note-in-comment" in shown


def test_a_defense_without_a_start_has_a_report_too() -> None:
    log = scene.planned()
    assert scene.report(log, language="en").notice == "Draft: the defense has not been held yet."
    absent = scene.report(log.add(ev.RoomOpened()).at(900).add(ev.NoShow()), "jury", "en")
    assert fact(absent, "Verdict") == "student absent"


def test_fields_are_copied_one_by_one_as_they_were_typed() -> None:
    log = scene.held().add(ev.LineAdded("strength", "one\ntwo"), ev.LineAdded("strength", "three"))
    log.add(ev.SkillCommented("A1", "good [work](x)\n\n- yes"), ev.GoalSet("a goal"))
    fields = {f.key: f for f in reports.fields(scene.report(log, language="en"))}
    assert fields["skill/A1"].title == "A1 — First skill (en)"
    assert fields["skill/A1"].text == "Acquired\ngood [work](x)\n\n- yes"
    assert fields["strength"].text == "- one\n  two\n- three"
    assert fields["remarks"].text == "Speaking time respected: 15 min 40 s (window 10–20)."
    assert fields["goal"] == ("goal", "Next goal", "a goal")


@pytest.mark.parametrize("reader", READERS)
def test_no_two_fields_share_a_key(reader: Reader) -> None:
    keys = [f.key for f in reports.fields(scene.report(scene.everything(str), reader))]
    assert len(keys) == len(set(keys))


EARLIER = Summary("0", "s1", "T", "P1", 1, "2026-09-30T22:30:00.000Z", "held", 9, outcome="rework")


def test_the_mentor_and_the_jury_are_told_of_earlier_attempts() -> None:
    log = scene.started(2)

    def facts(reader: Reader) -> list[str]:
        report = reports.build(
            log.defense, scene.CURRICULUM, student="S", language="en", reader=reader, zone="Europe/Paris",
            previous=(EARLIER,),
        )  # fmt: skip
        return [f.text for f in report.facts]

    assert facts("jury")[-1] == "to rework, 2026-10-01"
    assert "to rework, 2026-10-01" not in facts("student")


def _verdict(log: scene.Log, language: str = "en") -> str:
    return fact(scene.report(log, language=language), "Verdict")


def test_a_condition_says_until_when_the_last_awaited_document_is_due_and_the_first() -> None:
    rows = (Request("d2", 2, expected="x"), Request("d3", 3, expected="x", due_after_s=72 * 3600))
    log = scene.released(scene.signed(scene.conditional(), rows))
    assert "until 2026-10-26 " in _verdict(log)
    assert "(the first: 2026-10-25 " in _verdict(log)
    log.at(9000).add(ev.RowReceived("d2"), ev.RowAccepted("d2"))
    assert "the first" not in _verdict(log)
    log.add(ev.RowWaived("d3", "seen"))
    assert _verdict(log) == "Conditional — documents only, no new defense"


def test_a_draft_of_a_condition_says_how_long_after_the_release_in_both_languages() -> None:
    assert _verdict(scene.conditional()).endswith("until 48 h after release")
    french = _verdict(scene.conditional(), "fr").replace("\xa0", " ")
    assert french.endswith("dans les 48 h suivant la communication, pas de nouvelle soutenance")


@pytest.mark.parametrize("reader", ["mentor", "jury"])
def test_an_advice_of_the_oral_grid_says_what_is_expected(reader: Reader) -> None:
    row = Request("r9", None, "the slides", criteria=("ORAL-3",), severity="advice")
    log = scene.released(scene.signed(scene.conditional(), (Request("d2", 2, expected="x"), row)))
    rows = [part for s in scene.report(log, reader, "en").sections for part in s.parts if isinstance(part, DocumentRow)]
    assert rows[-1].expected is not None
    assert rows[-1].expected.text == "Choices are justified (en)"


def test_the_jury_is_told_of_a_contest_after_it_was_answered() -> None:
    log = scene.released(scene.signed(scene.conditional(), (Request("d2", 2, expected="x"),)))
    log.add(ev.Contested("the budget"))
    assert "Not answered yet" in section(scene.report(log, "jury", "en"), "verdicts")
    told = section(scene.report(log.add(ev.ContestResolved("read again")), "jury", "en"), "verdicts")
    assert [line.partition(",")[0] for line in told[-2:]] == ["Version 1 contested by the student", "Upheld"]
    assert [line.partition("|")[2] for line in told[-2:]] == ["the budget", "read again"]


def test_the_jury_reads_every_round_what_came_in_it_and_what_was_decided_when() -> None:
    log = scene.released(scene.signed(scene.conditional(), (Request("d2", 2, expected="the table"),)))
    first = (ReceivedFile("a.pdf", 1, "a" * 64),)
    log.at(9000).add(ev.RowReceived("d2", first), ev.RowRequestedAgain("d2", "the sources", 3600))
    log.at(12_600).add(ev.RowReceived("d2"), ev.RowWaived("d2", "seen live"))
    assert section(scene.report(log, "jury", "en", zone="UTC"), "rounds") == [
        "2. Deliverable 2 (en)",
        "Round 1|requested 2026-10-23 12:30 UTC, due 2026-10-25 12:30 UTC",
        "Expected|the table",
        "Received|version 1, 2026-10-23 14:30 UTC",
        "a.pdf · 1 byte · SHA-256 " + "a" * 64,
        "Decision|requested again, 2026-10-23 14:30 UTC",
        "Round 2|requested 2026-10-23 14:30 UTC, due 2026-10-23 15:30 UTC",
        "Expected|the sources",
        "Received|version 2, 2026-10-23 15:30 UTC, declared, without a file",
        "Decision|given up, 2026-10-23 15:30 UTC",
        "Reason of the decision|seen live",
    ]
    assert section(scene.report(log, "student", "en"), "rounds") == []


def test_the_jury_reads_which_earlier_version_came_again() -> None:
    log = scene.released(scene.signed(scene.conditional(), (Request("d2", 2, expected="the table"),)))
    a, b = ((ReceivedFile(f"{name}.pdf", 1, name * 64),) for name in "ab")
    log.at(9000).add(ev.RowReceived("d2", a), ev.RowRequestedAgain("d2", "the sources", 3600), ev.RowReceived("d2", a))
    log.add(ev.RowReceived("d2", b), ev.RowReceived("d2", a))
    told = [line for line in section(scene.report(log, "jury", "en", zone="UTC"), "rounds") if "Received" in line]
    assert [line.partition("UTC")[2] for line in told] == [
        "", ", unchanged", "", ", every byte is that of version 2"
    ]  # fmt: skip


def dropped() -> scene.Log:
    """Two documents asked for; the first version of one came, then an amendment dropped it and an advice."""
    rows = (
        Request("d2", 2, expected="the table"),
        Request("d3", 3, expected="the sources"),
        Request("r90", title="annex", expected="a list", severity="advice"),
    )
    log = scene.released(scene.signed(scene.conditional(), rows))
    log.at(9000).add(ev.RowReceived("d3", (ReceivedFile("a.pdf", 1, "a" * 64),)))
    log.at(12_600).add(ev.AmendmentOpened("shown live"), ev.OutcomeChosen("conditional"))
    return scene.released(scene.signed(log, rows[:1]))


def test_the_jury_reads_every_round_of_a_document_that_was_dropped_and_why() -> None:
    told = section(scene.report(dropped(), "jury", "en", zone="UTC"), "rounds")
    assert told[3:] == [
        "3. Deliverable 3 (en)",
        "Round 1|requested 2026-10-23 12:30 UTC, due 2026-10-25 12:30 UTC",
        "Expected|the sources",
        "Received|version 1, 2026-10-23 14:30 UTC",
        "a.pdf · 1 byte · SHA-256 " + "a" * 64,
        "Decision|dropped in version 2 of the verdict, 2026-10-23 15:30 UTC",
        "Reason of the decision|shown live",
        "annex",
        "Round 1|requested 2026-10-23 12:30 UTC, due 2026-10-25 12:30 UTC",
        "Expected|a list",
        "Decision|dropped in version 2 of the verdict, 2026-10-23 15:30 UTC",
        "Reason of the decision|shown live",
    ]


def test_the_others_are_told_only_that_it_is_no_longer_asked_for() -> None:
    told = section(scene.report(dropped(), "student", "en"), "documents")
    assert told[-2:] == ["3. Deliverable 3 (en)", "State|no longer asked for"]
    assert not any("the sources" in line or "annex" in line for line in told), "an advice is not the student's"
    assert "shown live" not in texts(scene.report(dropped(), "student", "en"))
    assert section(scene.report(dropped(), "mentor", "en"), "documents")[-2:] == ["annex", "State|no longer asked for"]


def test_a_deliverable_asked_for_in_another_row_is_still_asked_for() -> None:
    log = dropped().add(ev.AmendmentOpened("after all"), ev.OutcomeChosen("conditional"))
    scene.released(scene.signed(log, (Request("r95", 3, expected="the sources"),)))
    assert section(scene.report(log, "student", "en"), "documents")[-2:] == [
        "2. Deliverable 2 (en)",
        "State|no longer asked for",
    ]
    assert "State|no longer asked for" not in section(scene.report(log, "student", "en"), "documents")[:-1]


def test_an_amendment_that_asks_for_no_documents_drops_what_was_open() -> None:
    log = dropped().add(ev.AmendmentOpened("copied"), ev.OutcomeChosen("rework"))
    jury = scene.report(scene.released(scene.signed(log)), "jury", "en")
    assert "State|no longer asked for" in section(jury, "documents")
    assert section(jury, "rounds")[3].startswith("Decision|dropped in version 3")
    assert section(scene.report(log, "student", "en"), "documents") == []


# --- what a student must not miss --------------------------------------------------------------------------------


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_words_of_the_mentor_hide_a_criterion_that_is_not_met(reader: Reader, language: str) -> None:
    log = scene.started().at(940).add(ev.PhaseEntered("discussion"))
    log.rate(A1_1="to_improve", A1_2="not_met", A2_1="met", A2_2="met", ORAL_3="not_met").at(1800).add(ev.Finished())
    log.add(ev.SkillCommented("A1", "well done"), ev.SkillCommented("A2", "well done"))
    log.add(ev.ParagraphEdited("remarks", language, "a fine talk", "0" * 64))
    report = scene.report(log, reader, language)
    low, bad = ("À améliorer", "Insuffisant") if language == "fr" else ("To improve", "Not met")
    assert section(report, "skills")[2:5] == [
        "well done", f"{low}|Sentence of A1-1 ({language})", f"{bad}|Sentence of A1-2 ({language})",
    ]  # fmt: skip
    assert section(report, "skills")[-1] == "well done"
    assert section(report, "defense") == ["a fine talk", f"{bad}|Choices are justified ({language})"]
    assert reports.bodies(report)["skill/A1"] == "well done", "they are no part of what is written anew"


def test_a_criterion_that_the_mentor_quotes_is_not_told_again() -> None:
    log = scene.conditional().add(ev.ParagraphEdited("skill/A2", "en", "Not met: Sentence of A2-1 (en)!", "0" * 64))
    assert section(scene.report(log, language="en"), "skills")[-1] == "Not met: Sentence of A2-1 (en)!"


def test_the_sentence_on_the_speaking_time_stands_for_its_criterion() -> None:
    log = scene.held(492)
    spoken = section(scene.report(log, language="en"), "defense")
    assert len(spoken) == 1
    for text, told in ((f"{spoken[0]} Slow down.", False), ("Slow down.", True)):
        log.add(ev.ParagraphEdited("remarks", "en", text, "0" * 64))
        said = section(scene.report(log, language="en"), "defense")
        assert ("To improve|Speaking time in its window (en)" in said) is told


@pytest.mark.parametrize("reader", READERS)
def test_every_report_names_who_assessed(reader: Reader) -> None:
    report = scene.report(scene.held(), reader, "en")
    assert fact(report, "Assessed by") == "A mentor"


def accepted() -> scene.Log:
    log = scene.released(scene.signed(scene.conditional(), (Request("d2", 2, expected="x"),)))
    return log.at(9000).add(ev.RowReceived("d2"))


@pytest.mark.parametrize("reader", READERS)
def test_a_document_that_came_is_no_longer_due(reader: Reader) -> None:
    zone = "UTC+02:00" if reader == "jury" else "Paris time, UTC+02:00"
    log = accepted()
    assert "State|received, 2026-10-23 16:30 " + f"({zone})" in section(scene.report(log, reader, "en"), "documents")
    before = scene.report(log.at(9600).add(ev.RowAccepted("d2")), reader, "en")
    after = scene.report(scene.released(scene.signed(log.add(ev.OutcomeChosen("validated")))), reader, "en")
    for report in (before, after):
        assert next(s.title for s in report.sections if s.id == "documents") == "Documents asked for"
        lines = section(report, "documents")
        assert f"State|accepted, 2026-10-23 16:40 ({zone})" in lines
        assert not any(line.startswith("Due") for line in lines)


def test_an_advice_that_never_came_is_not_due_after_the_verdict_that_follows() -> None:
    rows = (Request("d2", 2, expected="x"), Request("r9", None, "annex", (), "", "a list", "advice"))
    log = scene.released(scene.signed(scene.conditional(), rows)).at(9000).add(ev.RowReceived("d2"))
    log.add(ev.RowAccepted("d2"))
    assert "Due|2026-10-25 13:30 (UTC+01:00)" in section(scene.report(log, "jury", "en"), "documents")
    report = scene.report(scene.released(scene.signed(log.add(ev.OutcomeChosen("validated")))), "jury", "en")
    assert [s.title for s in report.sections if s.id == "documents"] == ["Documents asked for"]
    lines = section(report, "documents")
    assert lines[-4:] == ["annex", "Advice: nothing depends on it.", "Expected|a list", "State|requested"]
    columns = next(chapter.columns for chapter in page(report).chapters if chapter.id == "documents")
    assert columns[-1] == "State"


@pytest.mark.parametrize("for_student", [True, False])
@pytest.mark.parametrize("reader", READERS)
def test_a_later_version_says_which_one_it_replaces_and_why(reader: Reader, for_student: bool) -> None:
    log = accepted().add(ev.RowAccepted("d2"), ev.OutcomeChosen("validated"))
    scene.released(scene.signed(log))
    assert section(scene.report(log, reader, "en"), "replaced") == [
        "Version 2 replaces version 1 of 2026-10-23 (conditional).", "Every document that was asked for is settled.",
    ]  # fmt: skip
    log.at(90_000).add(ev.AmendmentOpened("misheard", for_student), ev.OutcomeChosen("rework"))
    text = "Version 3 replaces version 2 of 2026-10-23 (validated)."
    told = [text, "Why|misheard"] if reader == "jury" or for_student else [text]
    assert section(scene.report(log, reader, "en"), "replaced") == told, "as a draft"
    assert section(scene.report(scene.released(scene.signed(log)), reader, "en"), "replaced") == told
    assert section(scene.report(scene.held(), reader), "replaced") == []


def test_the_hashes_of_a_record_say_of_what() -> None:
    log = scene.released(scene.signed(scene.conditional()))
    labels = [line.partition("|")[0] for line in section(scene.report(log, "jury", "en"), "record")]
    assert labels == ["Events in the record", "Hash of the curriculum", "Hash of the release"]
