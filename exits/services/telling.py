"""How the trail names an exit, the decision behind it, and whom it is told."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from exits.models import Exit
from notifications.services import notify
from providers.selectors import staff_users
from providers.types import Permission
from regulation.models import DecisionRecord
from regulation.selectors import rulebook_at
from regulation.services import decision_record
from regulation.types import Decision, Text, cite


def exit_subject(exit_: Exit) -> str:
    """How decisions and the trail name an exit."""
    return f"exit:{exit_.number}"


def tell(exit_: Exit, kind: str, context: Mapping[str, Any], now: datetime) -> None:
    """Tell those who lead the provider, within the act."""
    for person in staff_users(exit_.provider, Permission.LEAVE):
        notify(
            recipient=person,
            kind=kind,
            subject=exit_subject(exit_),
            context={"number": exit_.number, **context},
            now=now,
            link="/console/leaving/",
        )


def decision_of(exit_: Exit, now: datetime) -> DecisionRecord:
    """The decision behind a clearance; where an operator proposed it, the grounds as it named them (§24)."""
    if exit_.decision is not None:
        return exit_.decision
    decision = Decision(
        rule="exit.clearance",
        rulebook=rulebook_at(exit_.opened_at).version,
        outcome="clear_out",
        values={"grounds": list(exit_.grounds)},
        clauses=cite(*exit_.grounds),
        explanation=Text(f"清退：{exit_.reason}", f"Cleared out: {exit_.reason}"),
    )
    return decision_record(decision=decision, facts={"reason": exit_.reason}, subject=exit_subject(exit_), now=now)
