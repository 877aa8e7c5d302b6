"""The acts of the regulation: recording decisions and the trail, and making new versions of the rulebook."""

from regulation.services.backtests import Backtest, Difference, backtest
from regulation.services.rulebooks import (
    rulebook_draft_create,
    rulebook_draft_discard,
    rulebook_draft_edit,
    rulebook_load,
    rulebook_publish,
)
from regulation.services.seals import audit_seal
from regulation.services.trail import (
    AuditEntry,
    DecisionEntry,
    audit_record,
    audit_record_many,
    decision_record,
    decisions_record_many,
)

__all__ = [
    "AuditEntry",
    "Backtest",
    "DecisionEntry",
    "Difference",
    "audit_record",
    "audit_record_many",
    "audit_seal",
    "backtest",
    "decision_record",
    "decisions_record_many",
    "rulebook_draft_create",
    "rulebook_draft_discard",
    "rulebook_draft_edit",
    "rulebook_load",
    "rulebook_publish",
]
