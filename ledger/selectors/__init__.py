"""Reading the books."""

from ledger.selectors.reading import (
    balance,
    balances,
    entries_for,
    entries_of,
    funds,
    holds_open,
    movements_by_key,
    total_of_kind,
    transaction_by_key,
)
from ledger.selectors.verification import verify

__all__ = [
    "balance",
    "balances",
    "entries_for",
    "entries_of",
    "funds",
    "holds_open",
    "movements_by_key",
    "total_of_kind",
    "transaction_by_key",
    "verify",
]
