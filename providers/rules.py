"""Reporting changed entry papers within thirty days (§18(1)). Pure."""

from __future__ import annotations

from dataclasses import dataclass

from core.periods import beijing_date, end_of_days, start_of_day
from regulation.registry import Day, FactsRefused, Instant, not_before, rule
from regulation.types import Decision, Rulebook, Text, cite, moment_of_end

DAYS = "provider.change_report_days"


@dataclass(frozen=True, slots=True)
class ChangeFacts:
    """The Beijing day on which a paper changed or lapsed, and the day it was reported.

    A later report has not come yet.
    """

    changed_on: Day
    reported_on: Day | None
    at: Instant

    def __post_init__(self) -> None:
        not_before("reported_on", self.reported_on, "changed_on", self.changed_on)
        if self.at < start_of_day(self.changed_on):
            raise FactsRefused("at", "is before changed_on")


@rule(
    "provider.change_report",
    facts=ChangeFacts,
    title=("资料变更报备", "Report of a change"),
    clauses=("18(1)",),
    parameters=(DAYS,),
)
def provider_change_report(facts: ChangeFacts, rulebook: Rulebook) -> Decision:
    """Whether a change of entry papers is reported in time: thirty days from the day of the change (§18(1))."""
    days = rulebook.parameter(DAYS)
    due_at = end_of_days(facts.changed_on, days)
    end = moment_of_end(due_at)
    reported = facts.reported_on
    if reported is not None and reported > beijing_date(facts.at):
        reported = None
    if reported is not None:
        outcome = "on_time" if start_of_day(reported) < due_at else "late"
        why = Text(
            f"资料于 {facts.changed_on} 变更，应在 {end.zh} 之前报备，实际于 {reported} 报备。",
            f"The change of {facts.changed_on} was to be reported before {end.en} and was reported on {reported}.",
        )
    else:
        outcome = "late" if facts.at >= due_at else "awaiting"
        why = Text(
            f"资料于 {facts.changed_on} 变更，应在 {end.zh} 之前（{days} 天内）报备，尚未报备。",
            f"The change of {facts.changed_on} is to be reported before {end.en}, within {days} days; no "
            "report has "
            "come.",
        )
    return Decision("provider.change_report", rulebook.version, outcome, {"due_at": due_at}, cite("18(1)"), why)
