"""What the alert rules propose in simulated years of thirty students, and how often they are right.

    python -m benchmarks alerts [YEARS] [--tuning] [--without RULE ...] [RULE=AT_LEAST ...] [below=PERCENT] [quiet=DAYS]

`tests/simulated_year.py` fixes what is true, before any rule looks: a student leaves, or ends later than a quarter of
the path; and when a mentor would have seen it without rules: 42 days after the last trace, or on the day after the
planned end. The simulated mentor looks every day and answers at once: *raise* where it is true, else *not founded*.
Printed for each rule: how often it was a reason, how often rightly (precision), of how many of the students that it
named it was true, which share of those that it should have found it found in time (recall), and how many days before
(median).

The thresholds were tried with the seeds of `--tuning`; without it the seeds are others.
"""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from datetime import date, timedelta

import msgspec

from defense_console.exchange.curricula.desk_rules import load_desk_rules
from defense_console.model.student.alerts import AlertRules, ReasonAnswer, proposals
from defense_console.model.student.forecast import learn
from tests.simulated_students import median_of
from tests.simulated_year import YEAR_DAYS, YEAR_START, Life, chances, facts_on, finished_before, year

SHIPPED = load_desk_rules()
TUNING, FIGURES = 100_000, 7_000_000
FINISHED = 25
ALL = "all rules"


class Found:
    """Counts over all years, by rule."""

    def __init__(self) -> None:
        self.proposed: Counter[str] = Counter()
        self.right: Counter[str] = Counter()
        self.found: Counter[str] = Counter()
        self.days_before: defaultdict[str, list[int]] = defaultdict(list)
        self.named: defaultdict[str, dict[tuple[int, str], bool]] = defaultdict(dict)
        self.years = self.students = self.true = self.due = 0

    def add(self, rule: str, student: str, right: bool) -> None:
        self.proposed[rule] += 1
        self.right[rule] += right
        self.named[rule][self.years, student] = right


def lived_through(
    lives: tuple[Life, ...], said: dict[str, tuple[tuple[date, int], ...]], rules: AlertRules, found: Found
) -> None:
    """Propose and answer day by day, and count."""
    by_id = {each.facts.student: each for each in lives}
    answers: list[ReasonAnswer] = []
    first: dict[tuple[str, str], date] = {}
    for n in range(YEAR_DAYS):
        today = YEAR_START + timedelta(days=n)
        # What everybody has seen needs no proposal.
        hidden = [each for each in lives if not (each.true and today >= each.seen)]
        facts = [facts_on(each, said[each.facts.student], today) for each in hidden]
        for proposal in proposals(facts, rules, answers, today):
            true = by_id[proposal.student].true
            found.add(ALL, proposal.student, true)
            first.setdefault((proposal.student, ALL), today)
            for reason in proposal.reasons:
                found.add(reason.rule, proposal.student, true)
                first.setdefault((proposal.student, reason.rule), today)
                word = "raised" if true else "not_founded"
                answers.append(ReasonAnswer(proposal.student, reason.rule, reason.measured, today, word, open=true))  # type: ignore[arg-type]
    over = YEAR_START + timedelta(days=YEAR_DAYS)
    due = {each.facts.student for each in lives if each.true and YEAR_START <= each.seen < over}
    found.years += 1
    found.students += len(lives)
    found.true += sum(each.true for each in lives)
    found.due += len(due)
    for (student, rule), day in first.items():
        if student in due:
            found.found[rule] += 1
            found.days_before[rule].append((by_id[student].seen - day).days)


def changed(rules: AlertRules, words: list[str]) -> AlertRules:
    """Return the rules with other thresholds, and without some."""
    pairs = dict(word.split("=") for word in words if "=" in word)
    without = set(words[words.index("--without") + 1 :]) if "--without" in words else set()
    kept = (rule for rule in rules.rules if rule.id not in without)
    below = int(pairs.get("below", 0))
    found = tuple(
        msgspec.structs.replace(
            rule,
            at_least=int(pairs.get(rule.id, rule.at_least)),
            below_percent=(below or rule.below_percent) if rule.below_percent else 0,
        )
        for rule in kept
    )
    quiet = int(pairs.get("quiet", rules.not_founded_days))
    return msgspec.structs.replace(rules, rules=found, not_founded_days=quiet)


def main() -> None:
    words = sys.argv[1:]
    years = int(next((word for word in words if word.isdigit()), "20"))
    base = TUNING if "--tuning" in words else FIGURES
    rules = changed(SHIPPED.alerts, words)
    found = Found()
    for n in range(years):
        taught = learn(finished_before(base + n, FINISHED), SHIPPED.forecast)
        lives = year(base + n)
        said = {each.facts.student: chances(each, taught, SHIPPED.forecast) for each in lives}
        lived_through(lives, said, rules, found)
    print(f"{years} years, {found.students} students; true of {found.true}, {found.due} of them seen within the year")
    print("rule         at least  proposed  a year  precision  of students  recall  days before")
    for id, at_least in [*((rule.id, str(rule.at_least)) for rule in rules.rules), (ALL, "")]:
        proposed, named = found.proposed[id], found.named[id].values()
        print(
            f"{id:12} {at_least:>8} {proposed:9} {proposed / years:7.1f} {found.right[id] / max(1, proposed):10.0%}"
            f" {sum(named) / max(1, len(named)):12.0%} {found.found[id] / max(1, found.due):7.0%}"
            f" {median_of(found.days_before[id]):12.0f}"
        )


if __name__ == "__main__":
    main()
