"""Alerts: what the rules propose, what is raised and waits for the school, and how often each rule was right."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.content import Content

from defense_console.desk.exchange.saving import proposed_file
from defense_console.desk.logs.one_log import TO_COME
from defense_console.desk.student.alert_texts import alert_mail, alert_text, proposed_closing, proposed_facts
from defense_console.desk.student.asked import Asked
from defense_console.desk.student.outlook import RuleRecord
from defense_console.desk.student.outlook_words import (
    RULES,
    alert_state,
    precision_sentence,
    reason_sentence,
    tightening_text,
    tighter_sentence,
)
from defense_console.desk.student.student import StudentDesk
from defense_console.model.errors import ConsoleError
from defense_console.model.student import kinds as ev
from defense_console.model.student.alerts import RuleReason, answer_due
from defense_console.model.student.state import Alert, AlertResult, Student
from defense_console.safe_text import content, line
from defense_console.screens.shared.asking import Ask, answer_to
from defense_console.screens.shared.copying import copy_out
from defense_console.screens.shared.dialogs import Choose, Confirm
from defense_console.screens.shared.panel_screen import PanelScreen
from defense_console.screens.shared.wishes import Whats, Wishes, needs, reads
from defense_console.screens.students.deeds import NOTHING_DONE, NOTHING_UNDONE, ON_A_LIST, Deeds
from defense_console.screens.students.wishes import NOBODY
from defense_console.screens.verdict.saving import MESSAGE_FORMS, form_of, save_as
from defense_console.widgets.frame.header_line import Headline
from defense_console.widgets.frame.marks import mark
from defense_console.widgets.frame.quiet_text import QuietText
from defense_console.widgets.lists.panel import Item, Panel
from defense_console.words.translation import N_, _, error_text, language, ngettext, translator
from defense_console.words.values import ALERT_RESULTS

NO_PROPOSAL: Final = N_("Choose a proposal first: {key:panel.next} goes there.")
NO_TIGHTER: Final = N_("Choose a rule that proposes a tighter threshold: {key:panel.next} goes there.")
NO_ALERT: Final = N_("Choose an alert that is raised: {key:panel.next} goes there.")


@dataclass(frozen=True)
class OnAlerts:
    """The screen of alerts, as its wishes see it.

    Attributes:
        desk: of the student under the cursor.
        reasons: why an alert about them is proposed.
        alert: the raised one under the cursor.
        rule: the rule under the cursor that proposes a tighter threshold.
        rules_fixed: why no rule can be changed from here.
        undoes, redoes: in whose log the action is that would be taken back, or done again.
    """

    desk: StudentDesk | None = None
    reasons: tuple[RuleReason, ...] = ()
    alert: Alert | None = None
    rule: RuleRecord | None = None
    rules_fixed: ConsoleError | None = None
    undoes: StudentDesk | None = None
    redoes: StudentDesk | None = None

    def refusal(self, *whats: Any) -> ConsoleError | None:
        """Return why these events would be refused now, None when they would be recorded."""
        return self.desk.refusal(*whats) if self.desk is not None else ConsoleError(NOBODY)


def _raises(seen: OnAlerts) -> Whats:
    needs(seen.desk, NOBODY)
    if seen.alert is not None:
        raise ConsoleError(NO_PROPOSAL)
    return (ev.AlertRaised(TO_COME, TO_COME, TO_COME, TO_COME),)


def _puts_off(seen: OnAlerts) -> Whats:
    return tuple(ev.ProposalPutOff(each.rule, measured=each.measured) for each in needs(seen.reasons, NO_PROPOSAL))


def _tightens(seen: OnAlerts) -> Whats:
    needs(seen.rule, NO_TIGHTER)
    if seen.rules_fixed is not None:
        raise seen.rules_fixed
    return ()


ALERTS: Final[Wishes[OnAlerts]] = {
    "alerts.raise": _raises,
    "alerts.later": _puts_off,
    "alerts.unfounded": _puts_off,
    "alerts.praise": lambda seen: (ev.AlertRaised(TO_COME, kudos=True),) if needs(seen.desk, NOBODY) else (),
    "alerts.answered": lambda seen: (ev.AlertAcknowledged(needs(seen.alert, NO_ALERT).seq),),
    "alerts.close": lambda seen: (ev.AlertClosed(needs(seen.alert, NO_ALERT).seq, "helped"),),
    "alerts.copy": lambda seen: reads(seen.alert, NO_ALERT),
    "alerts.save": lambda seen: reads(seen.alert, NO_ALERT),
    "alerts.tighten": _tightens,
    "alerts.open": lambda seen: reads(seen.desk, NOBODY),
    **ON_A_LIST,
}


class AlertsScreen(PanelScreen):
    """What is proposed, what is raised, the text of the selected one, and the rules.

    Args:
        student_id: Of whom the screen is opened, "" for nobody: an alert about this student can be raised at once.
    """

    CONTEXT = "alerts"
    WISHES = ALERTS
    FIRST_FOCUS = ("proposed", "raised")

    def __init__(self, student_id: str = "") -> None:
        super().__init__()
        self.student_id = student_id
        self._desks: dict[str, StudentDesk] = {}
        self._deeds = Deeds()
        self._tighter: dict[str, RuleRecord] = {}
        """Rules that propose a tighter threshold, by id."""

    def on_mount(self) -> None:
        """Read the rules again: they may have been edited since the console started."""
        self.desk.outlooks.rulebook.read()
        super().on_mount()

    # --- the log under the cursor ------------------------------------------------------------------------------------

    @property
    def place_id(self) -> str:
        """The student it was opened for."""
        return self.student_id

    def standing_line(self) -> str:
        """Why the mentor's own rules are not used, where they are not."""
        problem = self.desk.outlooks.rulebook.problem
        return error_text(problem) if problem is not None else ""

    def resume_text(self, told: str) -> None:
        """No text is written here outside of a question."""

    def _desk_of(self, student_id: str) -> StudentDesk:
        if student_id not in self._desks:
            self._desks[student_id] = self.desk.follow(student_id)
        return self._desks[student_id]

    def seen(self) -> OnAlerts:
        """The student, the proposal or the alert under the cursor, and what was done last, to whomever."""
        mine = self._desk_of(self.student_id) if self.student_id else None
        undoes, redoes = self._deeds.to_undo or mine, self._deeds.to_redo or mine
        return replace(self._at_cursor(mine), undoes=undoes, redoes=redoes)

    def _at_cursor(self, mine: StudentDesk | None) -> OnAlerts:
        panel, key = self.at_cursor()
        if panel == "raised":
            number, _slash, id = key.partition("/")
            desk = self._desk_of(id)
            return OnAlerts(desk, (), next((each for each in desk.student.alerts if str(each.seq) == number), None))
        if not key or panel != "proposed":
            rule = self._tighter.get(key) if panel == "rules" else None
            return OnAlerts(mine, rule=rule, rules_fixed=self.desk.outlooks.rulebook.fixed)
        return OnAlerts(self._desk_of(key), self._reasons.get(key, ()))

    @property
    def texts(self) -> StudentDesk:
        """The student under the cursor."""
        desk: StudentDesk = needs(self.seen().desk, NOBODY)
        return desk

    # --- drawing -----------------------------------------------------------------------------------------------------

    def compose_band(self) -> ComposeResult:
        """How many more proposals this week takes."""
        yield QuietText(id="alerts-band")

    def compose_body(self) -> ComposeResult:
        """Proposals and alerts at the left, text and rules at the right."""
        with VerticalScroll(id="sheet", can_focus=False):
            with Vertical(classes="column"):
                yield Panel(id="proposed")
                yield Panel(id="raised", classes="panel rest")
            with Vertical(classes="column"):
                yield Panel(id="text")
                yield Panel(id="rules", classes="panel rest")

    @property
    def headline(self) -> Headline:
        """What is shown."""
        return Headline(_("Alerts"))

    def redraw(self) -> None:
        """Ask the rules, and show what they say."""
        outlooks = self.desk.outlooks
        self._names = {id: each.student.name for id, each in outlooks.at_once().items()}
        self._reasons = {each.student: each.reasons for each in outlooks.proposals()}
        if self.student_id in self._names and self.student_id not in self._reasons:
            self._reasons = {self.student_id: outlooks.reasons(self.student_id), **self._reasons}
        self._rules = {rule.id: rule for rule in outlooks.rules.alerts.rules}
        most = outlooks.rules.alerts.a_week
        band = ngettext("at most {n} proposal a week for all students together",
                        "at most {n} proposals a week for all students together", most)  # fmt: skip
        self.query_one("#alerts-band", QuietText).show(Content.styled(band, "$text-muted"))
        proposed = [self._proposal(id, reasons) for id, reasons in self._reasons.items()]
        none = Item(Content.styled(_("none: no rule speaks"), "$text-muted"))
        keys = self.hints_of("alerts.raise", "alerts.later", "alerts.unfounded") if proposed else ()
        self.panel("proposed").show(_("Proposed"), proposed or (none,), str(len(proposed) or ""), keys)
        raised = [self._raised(student, alert) for student, alert in outlooks.raised()]
        none = Item(Content.styled(_("none is raised"), "$text-muted"))
        keys = self.hints_of("alerts.answered", "alerts.close") if raised else ()
        self.panel("raised").show(_("Raised"), raised or (none,), str(len(raised) or ""), keys)
        self._draw_rules()
        self.keep_focus()  # the text is that of the line under the cursor
        self._draw_text()

    def _proposal(self, id: str, reasons: Sequence[RuleReason]) -> Item:
        said = [reason_sentence(each, self._rules, translator(language())) for each in reasons]
        said = said or [_("no rule speaks; what you saw yourself can be raised all the same")]
        rows = tuple((Content("  "), content(each)) for each in said)
        sign = Content(mark("to_decide" if reasons else "open") + " ")
        return Item(line(self._names.get(id, id)).stylize("bold"), id, sign, rows=rows)

    def _raised(self, student: Student, alert: Alert) -> Item:
        rules, now = self.desk.outlooks.rules.alerts, self.desk.now().wall
        overdue = alert.waits_for_the_school and answer_due(alert.raised_at, rules) < now
        stands = alert_state(alert, rules, self.zone, now, translator(language()))
        return Item(
            line(student.name), f"{alert.seq}/{student.id}", Content(mark("alert") + " "),
            Content.styled(stands, "$text-warning" if overdue else "$text-muted"),
            ((Content("  "), content(alert.facts)),),
        )  # fmt: skip

    def _draw_rules(self) -> None:
        in_words, items = translator(language()), []
        records = self.desk.outlooks.rule_records()
        self._tighter = {each.rule.id: each for each in records if each.tighter is not None}
        for each in records:
            text = _("{name}: {text}", name=_(RULES[each.rule.measure]), text=each.rule.at_least)
            rows: tuple[tuple[Content, Content], ...] = ()
            if each.tighter is not None:
                tighter = Content.styled(tighter_sentence(each.rule, each.tighter, in_words), "$text-warning")
                rows = ((Content("  "), tighter),)
            end = Content.styled(precision_sentence(each.precision, in_words), "$text-muted")
            items.append(Item(content(text), each.rule.id if each.tighter is not None else "", end=end, rows=rows))
        keys = self.hints_of("alerts.tighten") if self._tighter else ()
        self.panel("rules").show(_("Rules"), items, hints=keys)

    def _draw_text(self) -> None:
        """Show the text of what is selected, as the school would read it."""
        seen, in_words = self.seen(), translator(language())
        if seen.desk is None:
            none = Item(Content.styled(_("what is proposed or raised is read here before it leaves"), "$text-muted"))
            self.panel("text").show(_("Text"), (none,))
            return
        shown: Alert | ev.AlertRaised = seen.alert or self._draft(seen)
        text = alert_text(seen.desk.student, shown, in_words)
        items = [Item(content(text.subject).stylize("bold"))]
        for label, words in text.lines:
            items.append(Item(Content.styled(label, "$text-muted"), rows=((Content("  "), content(words or "…")),)))
        if seen.alert is not None and seen.alert.answer:
            rows = ((Content("  "), content(seen.alert.answer)),)
            items.append(Item(Content.styled(_("The school answered"), "$text-muted"), rows=rows))
        keys = self.hints_of("alerts.copy", "alerts.save") if seen.alert is not None else ()
        self.panel("text").show(_("Text, the console sends nothing"), items, hints=keys)

    def _draft(self, seen: OnAlerts) -> ev.AlertRaised:
        """Return what an alert would say that is raised now: what is being typed, else what the rules propose."""
        desk, in_words = needs(seen.desk, NOBODY), translator(language())

        def text(field: Asked, offered: str = "") -> str:
            return desk.drafts[field].text if field in desk.drafts else offered

        return ev.AlertRaised(
            text(Asked.ALERT_FACTS, proposed_facts(seen.reasons, self._rules, in_words)),
            text(Asked.ALERT_DONE),
            text(Asked.ALERT_ASKED),
            text(Asked.ALERT_CLOSING, proposed_closing(seen.reasons, self._rules, in_words)),
            seen.reasons[0].rule if seen.reasons else "",
            measured=seen.reasons[0].measured if seen.reasons else 0,
            also={each.rule: each.measured for each in seen.reasons[1:]},
        )

    async def on_panel_chosen(self) -> None:
        """The text is that of the selected one."""
        self._draw_text()
        self.show_mode()

    # --- commands ----------------------------------------------------------------------------------------------------

    def _do(self, desk: StudentDesk, what: Callable[[], object]) -> bool:
        """Do something to a student, which is taken back from here. Returns: whether it is done."""
        if self.attempt(what) is None:
            return False
        self._deeds.did(desk)
        return True

    def action_edit_undo(self) -> None:
        """Take back what was done here last."""
        self.take_back(needs(self.seen().undoes, NOTHING_DONE))

    def action_edit_redo(self) -> None:
        """Do again what was taken back here."""
        self.bring_back(needs(self.seen().redoes, NOTHING_UNDONE))

    async def action_alerts_raise(self) -> None:
        """Ask for the four lines, show them, and raise the alert."""
        seen = self.seen()
        desk, draft = needs(seen.desk, NOBODY), self._draft(seen)
        asked = (
            (Asked.ALERT_FACTS, N_("Facts, with their dates"), draft.facts),
            (Asked.ALERT_DONE, N_("What did you do?"), draft.done),
            (Asked.ALERT_ASKED, N_("What do you ask?"), draft.asked),
            (Asked.ALERT_CLOSING, N_("What would close it?"), draft.closing),
        )
        said: list[str] = []
        for field, question, offered in asked:
            text = await answer_to(self, Ask(desk, field, _(question), initial=offered))
            if text is None:
                return
            said.append(text)
        facts, done, wanted, closing = said
        alert = ev.AlertRaised(facts, done, wanted, closing, draft.rule, measured=draft.measured, also=draft.also)
        text = alert_text(desk.student, alert, translator(language())).text
        details = _("The console sends nothing: afterwards you copy or save the text.") + "\n\n" + text
        if not await self.app.push_screen_wait(Confirm(_("Raise this alert?"), details, yes=_("raise"))):
            return
        if self._do(desk, lambda: desk.raise_alert(alert)):
            self._show_raised(desk)
            self.tell(_("Raised: {key:alerts.copy} copies the text, {key:alerts.save} saves it."))

    def _show_raised(self, desk: StudentDesk) -> None:
        self.panel("raised").choose(f"{desk.student.alerts[-1].seq}/{desk.id}")
        self.focus_panel("raised")
        self._draw_text()

    def action_alerts_later(self) -> None:
        """Put the proposal off."""
        seen, until = self.seen(), self.desk.outlooks.put_off_until()
        desk = needs(seen.desk, NOBODY)
        if self._do(desk, lambda: desk.put_off(seen.reasons, until)):
            self.tell(_("Put off; {key:edit.undo} takes it back."))

    def action_alerts_unfounded(self) -> None:
        """Say that it is not founded."""
        seen = self.seen()
        desk = needs(seen.desk, NOBODY)
        if self._do(desk, lambda: desk.put_off(seen.reasons)):
            self.tell(_("Not founded; {key:edit.undo} takes it back."))

    async def action_alerts_praise(self) -> None:
        """Ask what the student did well, and raise it as a praise."""
        desk = self.texts
        text = await answer_to(self, Ask(desk, Asked.PRAISE, _("What did the student do well?")))
        if text is not None and self._do(desk, lambda: desk.raise_alert(ev.AlertRaised(text, kudos=True))):
            praise = alert_text(desk.student, desk.student.alerts[-1], translator(language()))
            copy_out(self, praise.subject, praise.text)

    async def action_alerts_answered(self) -> None:
        """Ask what the school answered."""
        desk, alert = self.texts, needs(self.seen().alert, NO_ALERT)
        question = Ask(desk, Asked.ALERT_ANSWER.of(alert.seq), _("What did the school answer?"), alert.facts)
        text = await answer_to(self, question)
        if text is not None:
            self._do(desk, lambda: desk.acknowledge_alert(alert.seq, text))

    async def action_alerts_close(self) -> None:
        """Ask how the alert ended."""
        desk, alert = self.texts, needs(self.seen().alert, NO_ALERT)
        results: tuple[AlertResult, ...] = ("helped", "did_not_help", "not_founded")
        options = [_(ALERT_RESULTS[each]) for each in results]
        choice = await self.app.push_screen_wait(Choose(_("How did the alert end?"), options, alert.facts))
        if choice is not None and self._do(desk, lambda: desk.close_alert(alert.seq, results[choice])):
            self.tell(_("The alert is closed; {key:edit.undo} takes it back."))

    def action_alerts_copy(self) -> None:
        """Copy the text."""
        desk, alert = self.texts, needs(self.seen().alert, NO_ALERT)
        text = alert_text(desk.student, alert, translator(language()))
        copy_out(self, text.subject, text.text)

    async def action_alerts_save(self) -> None:
        """Save the text as a draft e-mail, or as plain text."""
        desk, alert = self.texts, needs(self.seen().alert, NO_ALERT)
        form = await form_of(self, _("Save the alert as"), MESSAGE_FORMS)
        if form is None:
            return
        in_words, now, mine = translator(language()), self.desk.now().wall, self.desk.settings

        def made() -> bytes:
            if form == "eml":
                return alert_mail(desk.student, alert, mine.signature, mine.email, now, in_words)
            return alert_text(desk.student, alert, in_words).text.encode()

        await save_as(self, desk, proposed_file((desk.student.name, _("alert")), form), made)

    async def action_alerts_tighten(self) -> None:
        """Show what the tighter threshold would have changed, and write it."""
        rulebook, record = self.desk.outlooks.rulebook, needs(self.seen().rule, NO_TIGHTER)
        file, tighter = needs(rulebook.file, NO_TIGHTER), needs(record.tighter, NO_TIGHTER)
        text = tightening_text(record, self._names, file, translator(language()))
        if not await self.app.push_screen_wait(Confirm(_("Tighten this rule?"), text, yes=_("tighten"), whose="")):
            return
        if self.attempt(lambda: rulebook.tighten(record.rule, tighter)) is not None:
            self.tell(_("Tightened at once; written into {file}.", file=str(file)))

    def action_alerts_open(self) -> None:
        """Open the student under the cursor."""
        self.console_app.go("student", self.texts.id)
