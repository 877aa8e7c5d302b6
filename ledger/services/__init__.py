"""Writing in the books: the only code that does."""

from ledger.services.holds import hold_place, hold_release
from ledger.services.posting import (
    AlreadyReversed,
    InsufficientFunds,
    KeyReused,
    accounts_lock,
    post,
    post_many,
    reverse,
)

__all__ = [
    "AlreadyReversed",
    "InsufficientFunds",
    "KeyReused",
    "accounts_lock",
    "hold_place",
    "hold_release",
    "post",
    "post_many",
    "reverse",
]
