"""Reading settlements."""

from settlements.selectors.due import cycle_at, open_items, providers_to_settle, statements_to_confirm
from settlements.selectors.fees import fee_of, fees_to_fold, sold_in_year
from settlements.selectors.statements import (
    StatementNotFound,
    available_acts,
    decision_of,
    holds_of,
    items_of,
    lines_of,
    lines_page,
    payable_free,
    payout_account,
    payout_recipient,
    standing,
    statement_by_number,
    statement_by_pk,
    statement_for,
    statements_page,
    statements_queue,
)

__all__ = [
    "StatementNotFound",
    "available_acts",
    "cycle_at",
    "decision_of",
    "fee_of",
    "fees_to_fold",
    "holds_of",
    "items_of",
    "lines_of",
    "lines_page",
    "open_items",
    "payable_free",
    "payout_account",
    "payout_recipient",
    "providers_to_settle",
    "sold_in_year",
    "standing",
    "statement_by_number",
    "statement_by_pk",
    "statement_for",
    "statements_page",
    "statements_queue",
    "statements_to_confirm",
]
