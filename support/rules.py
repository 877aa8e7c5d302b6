"""Answering in chat within thirty seconds in business hours (§12(1)). Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from core.periods import in_business_hours
from regulation.registry import Instant, not_before, rule
from regulation.types import Decision, Rulebook, Text, cite, moment_exact

SECONDS = "support.chat_response_seconds"
OPENS = "support.business_opens"
CLOSES = "support.business_closes"
WEEKDAYS = "support.business_weekdays"
CLAUSES = ("12(1)2", "12(1)3")


@dataclass(frozen=True, slots=True)
class ChatFacts:
    """A question and its first answer by a person; an automatic reply is none.

    An answer after `at` has not come yet.
    """

    asked_at: Instant
    answered_at: Instant | None
    at: Instant

    def __post_init__(self) -> None:
        not_before("answered_at", self.answered_at, "asked_at", self.asked_at)
        not_before("at", self.at, "asked_at", self.asked_at)


@rule(
    "support.chat_response",
    facts=ChatFacts,
    title=("客服响应", "Answer in chat"),
    clauses=CLAUSES,
    parameters=(SECONDS, OPENS, CLOSES, WEEKDAYS),
)
def support_chat_response(facts: ChatFacts, rulebook: Rulebook) -> Decision:
    """Whether a question in chat is answered in time (§12(1)3): thirty seconds, in business hours only.

    A question asked outside Monday to Friday 09:00 to 18:00 or on a day off is `outside_hours`, due never (`due_at`
    null).
    """
    opens, closes = rulebook.parameter(OPENS), rulebook.parameter(CLOSES)
    if not in_business_hours(facts.asked_at, opens=opens, closes=closes, weekdays=rulebook.parameter(WEEKDAYS)):
        return Decision(
            "support.chat_response",
            rulebook.version,
            "outside_hours",
            {"due_at": None},
            cite(*CLAUSES),
            Text(
                f"{moment_exact(facts.asked_at)} 不在服务时间内（周一至周五 {opens:%H:%M}–{closes:%H:%M}，"
                "节假日除外），不计响应时限。",
                f"{moment_exact(facts.asked_at)} is outside service hours (Monday to Friday {opens:%H:%M} to "
                f"{closes:%H:%M}, "
                "holidays excepted); no time limit runs.",
            ),
        )
    seconds = rulebook.parameter(SECONDS)
    due_at = facts.asked_at + timedelta(seconds=seconds)
    answered = facts.answered_at if facts.answered_at is not None and facts.answered_at <= facts.at else None
    if answered is not None and answered < due_at:
        outcome = "answered"
        why = Text(
            f"{moment_exact(answered)} 已答复，在 {seconds} 秒时限内。",
            f"Answered at {moment_exact(answered)}, within {seconds} seconds.",
        )
    elif answered is not None:
        outcome = "late"
        why = Text(
            f"应在 {moment_exact(due_at)} 之前答复，实际 {moment_exact(answered)} 才答复。",
            f"An answer was due before {moment_exact(due_at)} and came at {moment_exact(answered)}.",
        )
    elif facts.at >= due_at:
        outcome = "late"
        why = Text(
            f"应在 {moment_exact(due_at)} 之前答复，至今没有答复。",
            f"An answer was due before {moment_exact(due_at)} and has not come.",
        )
    else:
        outcome = "awaiting"
        why = Text(
            f"等待答复，时限到 {moment_exact(due_at)}。", f"Waiting for an answer, due before {moment_exact(due_at)}."
        )
    return Decision("support.chat_response", rulebook.version, outcome, {"due_at": due_at}, cite(*CLAUSES), why)
