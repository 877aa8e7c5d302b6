"""Answering complaints (§18(16)) and the points of a natural year (§20, §21). Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from core.periods import year_of
from regulation.registry import Count, Instant, not_before, rule
from regulation.types import Decision, Rulebook, Text, cite, moment_exact

MINUTES = "complaint.response_minutes"
CLEARANCE = "violation.clearance_points"


@dataclass(frozen=True, slots=True)
class ComplaintFacts:
    """A complaint and the provider's first response. A response after `at` has not come yet."""

    filed_at: Instant
    responded_at: Instant | None
    at: Instant

    def __post_init__(self) -> None:
        not_before("responded_at", self.responded_at, "filed_at", self.filed_at)
        not_before("at", self.at, "filed_at", self.filed_at)


@rule(
    "complaint.response",
    facts=ComplaintFacts,
    title=("投诉响应", "Response to a complaint"),
    clauses=("18(16)",),
    parameters=(MINUTES,),
)
def complaint_response(facts: ComplaintFacts, rulebook: Rulebook) -> Decision:
    """Whether a complaint is answered in time: thirty minutes, round the clock (§18(16))."""
    minutes = rulebook.parameter(MINUTES)
    due_at = facts.filed_at + timedelta(minutes=minutes)
    responded = facts.responded_at if facts.responded_at is not None and facts.responded_at <= facts.at else None
    if responded is not None:
        outcome = "on_time" if responded < due_at else "late"
        why = Text(
            f"应在 {moment_exact(due_at)} 之前（{minutes} 分钟内）响应，实际于 {moment_exact(responded)} 响应。",
            f"A response was due before {moment_exact(due_at)}, within {minutes} minutes, and came at "
            f"{moment_exact(responded)}.",
        )
    elif facts.at >= due_at:
        outcome = "late"
        why = Text(
            f"应在 {moment_exact(due_at)} 之前响应，至今没有响应。",
            f"A response was due before {moment_exact(due_at)} and has not come.",
        )
    else:
        outcome = "awaiting"
        why = Text(
            f"等待服务商响应，时限到 {moment_exact(due_at)}。",
            f"Waiting for the provider, due before {moment_exact(due_at)}.",
        )
    return Decision("complaint.response", rulebook.version, outcome, {"due_at": due_at}, cite("18(16)"), why)


@dataclass(frozen=True, slots=True)
class PointsRecord:
    """Points of one finding: when the conduct happened and when the case was decided."""

    points: Count
    occurred_at: Instant
    decided_at: Instant

    def __post_init__(self) -> None:
        not_before("decided_at", self.decided_at, "occurred_at", self.occurred_at)


@dataclass(frozen=True, slots=True)
class PointsFacts:
    """A provider's findings that stand.

    One decided after `at` does not count yet; one taken back on appeal is left out.
    """

    records: tuple[PointsRecord, ...]
    at: Instant


@rule(
    "violation.points",
    facts=PointsFacts,
    title=("年度扣分", "Points of the year"),
    clauses=("20(4)", "21", "24(4)"),
    parameters=(CLEARANCE,),
)
def violation_points(facts: PointsFacts, rulebook: Rulebook) -> Decision:
    """A provider's points in the natural year of `at`, and whether they end its stay (§20(4), §21, §24(4)).

    Points belong to the year in which the case is decided, whenever the conduct happened; 1 January 00:00 is in the
    new year.
    """
    year, limit = year_of(facts.at), rulebook.parameter(CLEARANCE)
    points = sum(one.points for one in facts.records if one.decided_at <= facts.at and year_of(one.decided_at) == year)
    if points >= limit:
        outcome = "clear_out"
        why = Text(
            f"{year} 年已扣 {points} 分，达到 {limit} 分，应予清退。",
            f"{points} points in {year} reach {limit}: the provider is cleared out.",
        )
    else:
        outcome = "in_good_standing"
        why = Text(
            f"{year} 年已扣 {points} 分，未达 {limit} 分。", f"The points of {year} come to {points}, below {limit}."
        )
    return Decision(
        "violation.points",
        rulebook.version,
        outcome,
        {"year": year, "points": points},
        cite("20(4)", "21", "24(4)"),
        why,
    )
