"""Calendars that come in: real ones, zones, both changes of clocks, repetitions."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from defense_console.exchange.bad_file import BadFile, BadLine
from defense_console.exchange.calendar.lines import calendars_in
from defense_console.exchange.calendar.reading import CalendarEvent, RepetitionSpan, read_calendar
from tests.examples import examples
from tests.exchange.calendars import GOOGLE, NEXTCLOUD, OUTLOOK, PARIS_VTIMEZONE, WINDOWS_VTIMEZONE, event, ics

SPAN = RepetitionSpan(datetime(2027, 1, 1, tzinfo=UTC), datetime(2027, 12, 31, tzinfo=UTC))


def read(data: bytes, zone: str = "Europe/Paris", span: RepetitionSpan = SPAN) -> tuple[CalendarEvent, ...]:
    return read_calendar(data, zone, span)


def faults(data: bytes) -> list[BadLine]:
    return [fault for one in read(data) for fault in one.faults]


def starts(data: bytes, zone: str = "Europe/Paris") -> list[str]:
    return [one.start.removesuffix(":00.000Z") for one in read(data, zone)]


# --- real calendars ----------------------------------------------------------------------------------------------


def test_google_calendar() -> None:
    events = read(GOOGLE)

    first = events[0]
    assert (first.start, first.duration_min, first.sequence) == ("2027-01-05T13:00:00.000Z", 45, 1)
    assert first.emails == {"zoe@example.org", "camille@example.org"}
    assert "<b>Projet IRP-P4</b> & supports" in first.words
    assert "https://meet.example.org/abc-defg-hij" in first.words  # folded in the middle of a word
    slots = [one for one in events if one.uid.endswith("0002@google.com")]
    # 16 March in winter; 23 March moved to the next day; 30 March left out; 6 April in summer, 14:00 all the same.
    assert [(one.recurrence, one.start) for one in sorted(slots, key=lambda one: one.recurrence)] == [
        ("2027-03-16T13:00:00.000Z", "2027-03-16T13:00:00.000Z"),
        ("2027-03-23T13:00:00.000Z", "2027-03-24T15:00:00.000Z"),
        ("2027-04-06T12:00:00.000Z", "2027-04-06T12:00:00.000Z"),
    ]
    assert [one.kind for one in events if one.summary == "Fête du travail"] == ["all_day"]


def test_outlook_with_a_windows_zone() -> None:
    [meeting] = read(OUTLOOK)

    assert (meeting.start, meeting.duration_min) == ("2027-01-05T13:30:00.000Z", 30)
    assert "« Concevez un storyboard et un prototype » (IRP-P4)" in meeting.words
    assert "Fictive, Zoé" in meeting.words
    assert not meeting.cancelled


def test_nextcloud_with_its_zone_behind_the_events() -> None:
    [meeting] = read(NEXTCLOUD)

    assert (meeting.start, meeting.duration_min, meeting.sequence) == ("2027-01-05T13:30:00.000Z", 45, 3)


# --- zones -------------------------------------------------------------------------------------------------------


WINDOWS = {
    "Europe/Paris": "Romance Standard Time",
    "America/Montreal": "Eastern Standard Time",
    "Pacific/Auckland": "New Zealand Standard Time",
}
DAYS = {
    # the day before and the day after each change of clocks in 2027, local
    "Europe/Paris": ("20270327", "20270329", "20271030", "20271101"),
    "America/Montreal": ("20270313", "20270315", "20271106", "20271108"),
    "Pacific/Auckland": ("20270403", "20270405", "20270925", "20270927"),
}


@pytest.mark.parametrize("zone", DAYS)
@pytest.mark.parametrize("written", ["iana", "windows", "floating", "prefixed"])
def test_instants_on_both_sides_of_both_changes_of_clocks(zone: str, written: str) -> None:
    name = {"iana": f";TZID={zone}", "windows": f";TZID={WINDOWS[zone]}", "floating": "",
            "prefixed": f";TZID=/example.org/20270101_1/{zone}"}[written]  # fmt: skip
    events = [event(uid=day, start=f"DTSTART{name}:{day}T140000") for day in DAYS[zone]]
    wanted = [
        datetime.strptime(day + "14", "%Y%m%d%H").replace(tzinfo=ZoneInfo(zone)).astimezone(UTC) for day in DAYS[zone]
    ]

    found = [datetime.fromisoformat(one.start) for one in read(ics(*events), zone if written == "floating" else "UTC")]

    assert found == wanted
    assert len({moment.hour for moment in wanted}) == 2  # the offset did change between them


@pytest.mark.parametrize(
    ("local", "instant"),
    [("20271031T023000", "2027-10-31T00:30"), ("20270328T023000", "2027-03-28T01:30")],
    ids=["twice: the first one", "never: with the offset before"],
)
@pytest.mark.parametrize("name", ["Europe/Paris", "Romance Standard Time", "Own"])
def test_local_times_that_occur_twice_or_never_are_read_as_the_standard_says(
    local: str, instant: str, name: str
) -> None:
    own = WINDOWS_VTIMEZONE.replace("Romance Standard Time", name)
    assert starts(ics(own, event(start=f"DTSTART;TZID={name}:{local}")), "UTC") == [instant]


def test_the_files_own_zone_is_used() -> None:
    zone = PARIS_VTIMEZONE.replace("Europe/Paris", "Maison").replace("+0200", "+0530").replace("+0100", "+0430")
    assert starts(ics(zone, event(start="DTSTART;TZID=Maison:20270105T120000"))) == ["2027-01-05T07:30"]


def test_microsofts_name_of_utc() -> None:
    data = ics(event(start='DTSTART;TZID="tzone://Microsoft/Utc":20270105T120000'))
    assert starts(data) == ["2027-01-05T12:00"]


@given(
    st.integers(0, 362 * 86_400).map(lambda s: (SPAN.since + timedelta(days=1, seconds=s)).replace(tzinfo=None)),
    st.sampled_from(sorted(DAYS)),
)
@examples(30)
def test_a_repeated_event_keeps_its_local_time(first: datetime, zone: str) -> None:
    if first.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None) != first:
        return  # a skipped first time has no local time to keep
    data = ics(event("RRULE:FREQ=DAILY;COUNT=5", start=f"DTSTART;TZID={zone}:{first:%Y%m%dT%H%M%S}"))
    span = RepetitionSpan(SPAN.since - timedelta(days=9), SPAN.until + timedelta(days=9))

    found = [datetime.fromisoformat(one.start).astimezone(ZoneInfo(zone)) for one in read(data, "UTC", span)]

    assert [local.date() for local in found] == [first.date() + timedelta(days=n) for n in range(5)]
    assert sum(local.time() != first.time() for local in found) <= 1  # at most one falls into a gap


# --- repetitions -------------------------------------------------------------------------------------------------


PARIS_10 = "DTSTART;TZID=Europe/Paris:20270302T100000"


@pytest.mark.parametrize(
    ("rule", "days"),
    [
        (("RRULE:FREQ=WEEKLY;COUNT=3",), ["03-02", "03-09", "03-16"]),
        (("RRULE:FREQ=WEEKLY;UNTIL=20270316",), ["03-02", "03-09", "03-16"]),
        (("RRULE:FREQ=WEEKLY;UNTIL=20270316T090000Z",), ["03-02", "03-09", "03-16"]),
        (("RRULE:FREQ=WEEKLY;UNTIL=20270316T085959Z",), ["03-02", "03-09"]),
        (("RRULE:FREQ=WEEKLY;UNTIL=20270316T100000",), ["03-02", "03-09", "03-16"]),
        (("RRULE:FREQ=WEEKLY;COUNT=3", "EXDATE;TZID=Europe/Paris:20270309T100000"), ["03-02", "03-16"]),
        (("RRULE:FREQ=WEEKLY;COUNT=3", "EXDATE:20270309T090000Z"), ["03-02", "03-16"]),
        (("RRULE:FREQ=WEEKLY;COUNT=3", "EXDATE;VALUE=DATE:20270309"), ["03-02", "03-16"]),
        (("RRULE:FREQ=WEEKLY;COUNT=3", "EXDATE;VALUE=DATE:20270309,20270316"), ["03-02"]),
        (("RRULE:FREQ=WEEKLY;COUNT=3", "EXDATE;VALUE=DATE:20270309", "EXDATE;VALUE=DATE:20270302"), ["03-16"]),
        (("RDATE;TZID=Europe/Paris:20270304T100000,20270305T100000",), ["03-02", "03-04", "03-05"]),
        (("RDATE;VALUE=DATE:20270304",), ["03-02", "03-04"]),
        (("RDATE;VALUE=PERIOD:20270304T090000Z/PT1H",), ["03-02", "03-04"]),
        (("RRULE:FREQ=MONTHLY;BYDAY=1TU;COUNT=2",), ["03-02", "04-06"]),
    ],
)
def test_rules_further_dates_and_dates_left_out(rule: tuple[str, ...], days: list[str]) -> None:
    found = starts(ics(event(*rule, start=PARIS_10)))
    assert [start[5:10] for start in found] == days


def test_an_endless_rule_ends_with_the_horizon() -> None:
    span = RepetitionSpan(SPAN.since, datetime(2027, 3, 20, tzinfo=UTC))
    assert len(read(ics(event("RRULE:FREQ=WEEKLY", start=PARIS_10)), span=span)) == 3


def test_a_rule_that_began_long_ago_gives_only_what_is_ahead() -> None:
    data = ics(event("RRULE:FREQ=DAILY", start="DTSTART:19990101T090000Z"))
    span = RepetitionSpan(SPAN.since, SPAN.since + timedelta(days=2))
    assert [one.start[:10] for one in read(data, span=span)] == ["2027-01-01", "2027-01-02"]


@pytest.mark.parametrize(
    "rule", ["FREQ=HOURLY", "FREQ=SECONDLY;COUNT=2", "FREQ=DAILY;BYHOUR=" + ",".join(map(str, range(24)))]
)
def test_what_is_repeated_more_often_than_a_defense_is_one_event_told_of(rule: str) -> None:
    assert [one.kind for one in read(ics(event(f"RRULE:{rule}")))] == ["too_often"]


def test_a_change_for_all_that_follow_is_told_and_not_guessed() -> None:
    changed = event("RECURRENCE-ID;RANGE=THISANDFUTURE:20270112T100000Z", start="DTSTART:20270112T110000Z")
    kinds = {one.kind for one in read(ics(event("RRULE:FREQ=WEEKLY;COUNT=3"), changed))}
    assert "moved_onwards" in kinds


# --- what an event says ------------------------------------------------------------------------------------------


def test_cancelled_by_status_and_by_method() -> None:
    assert read(ics(event("STATUS:CANCELLED")))[0].cancelled
    assert read(ics(event(), head="METHOD:CANCEL\n"))[0].cancelled
    assert not read(ics(event("STATUS:TENTATIVE")))[0].cancelled


@pytest.mark.parametrize(
    ("lines", "minutes", "kind"),
    [
        (("DTEND:20270105T103000Z",), 30, "defense"),
        (("DURATION:PT1H02M",), 62, "defense"),
        ((), None, "defense"),
        (("DTEND:20270105T100000Z",), None, "defense"),
        (("DURATION:P3D",), 3 * 24 * 60, "too_long"),
    ],
)
def test_lengths(lines: tuple[str, ...], minutes: int | None, kind: str) -> None:
    [one] = read(ics(event(*lines)))
    assert (one.duration_min, one.kind) == (minutes, kind)


def test_the_latest_revision_of_an_event_counts() -> None:
    older, newer = event("SEQUENCE:1"), event("SEQUENCE:2", start="DTSTART:20270106T100000Z")
    assert starts(ics(older, newer)) == starts(ics(newer, older)) == ["2027-01-06T10:00"]


def test_several_calendars_in_one_file_and_lines_that_end_in_lf_alone() -> None:
    data = ics(event(uid="a")) + ics(event(uid="b"), head="METHOD:CANCEL\n")
    assert [(one.uid, one.cancelled) for one in read(data.replace(b"\r\n", b"\n"))] == [("a", False), ("b", True)]


def test_a_broken_attachment_does_not_make_a_date_doubtful() -> None:
    assert len(read(ics(event("GEO:here", "ATTACH;VALUE=BINARY;ENCODING=BASE64:%%%")))) == 1


def test_places_are_lines_of_the_file_though_lines_are_folded() -> None:
    data = ics(event("DESCRIPTION:one\n two\n three"), event("RRULE:FREQ=FORTNIGHTLY", uid="e2"))
    [bad] = faults(data)
    assert data.splitlines()[bad.line - 1] == b"RRULE:FREQ=FORTNIGHTLY"
    assert bad.column == "RRULE"


@given(st.lists(st.text(alphabet="Aé 名\U0001f600,;\\", min_size=1, max_size=200), min_size=1, max_size=4))
def test_folding_anywhere_between_octets_is_undone(texts: list[str]) -> None:
    from icalendar import Calendar
    from icalendar import Event as Component

    calendar = Calendar()
    for n, text in enumerate(texts):
        component = Component()
        component.add("uid", f"u{n}")
        component.add("dtstart", datetime(2027, 1, 5, 10, tzinfo=timezone.utc))  # noqa: UP017
        component.add("summary", text)
        calendar.add_component(component)

    assert [one.summary for one in read(bytes(calendar.to_ical()))] == texts


def taken_or_refused_with_a_place(data: bytes) -> bool:
    try:
        assert all(fault.line > 0 and fault.expected for fault in faults(data))
    except BadFile as error:
        return bool(error.lines) and all(line.line >= 0 and line.expected for line in error.lines)
    return True


@given(st.binary(max_size=300) | st.text(max_size=300).map(ics))
@examples(80)
def test_any_bytes_are_read_or_refused_with_a_place(data: bytes) -> None:
    assert taken_or_refused_with_a_place(data)


@given(st.sampled_from([GOOGLE, OUTLOOK, NEXTCLOUD]), st.data())
@examples(100)
def test_a_real_calendar_with_lines_lost_swapped_or_damaged_is_read_or_refused_with_a_place(
    data: bytes, draw: st.DataObject
) -> None:
    lines = data.split(b"\r\n")
    for _ in range(draw.draw(st.integers(1, 4))):
        n, m = (draw.draw(st.integers(0, len(lines) - 1)) for _ in range(2))
        match draw.draw(st.sampled_from(["lose", "swap", "double", "damage", "digits"])):
            case "lose":
                del lines[n]
            case "swap":
                lines[n], lines[m] = lines[m], lines[n]
            case "double":
                lines.insert(m, lines[n])
            case "damage":
                cut = draw.draw(st.integers(0, len(lines[n])))
                lines[n] = lines[n][:cut] + draw.draw(st.binary(max_size=3)) + lines[n][cut + 1 :]
            case "digits":
                lines[n] = lines[n].replace(b"1", draw.draw(st.sampled_from([b"9", b"0", b"-", b""])))
        if not lines:
            return

    assert taken_or_refused_with_a_place(b"\r\n".join(lines))


def test_a_calendar_is_told_by_its_first_line() -> None:
    [found] = calendars_in(NEXTCLOUD)
    assert [(one.line, one.value_of("TZID")) for one in found.zones] == [(22, "Europe/Paris")]
    assert [(one.line, one.value_of("DTEND")) for one in found.events] == [(5, "20270105T151500")]
    with pytest.raises(BadFile):
        calendars_in(event().encode())
