"""Upper apps say here what else happens, in the same transaction, when something happens to an account."""

from collections.abc import Callable
from datetime import datetime

from accounts.models import IdentityVerification, User

_identity_settled: list[Callable[[IdentityVerification, datetime], None]] = []
_account_closed: list[Callable[[User, str, datetime], None]] = []


def on_identity_settled(reaction: Callable[[IdentityVerification, datetime], None]) -> None:
    """Call `reaction(verification, now)` when the register has answered, or an operator revoked the answer."""
    if reaction not in _identity_settled:
        _identity_settled.append(reaction)


def on_account_closed(reaction: Callable[[User, str, datetime], None]) -> None:
    """Call `reaction(user, reason, now)` when an operator deactivates or blocks an account."""
    if reaction not in _account_closed:
        _account_closed.append(reaction)


def identity_settled(verification: IdentityVerification, now: datetime) -> None:
    """Tell those who asked."""
    for reaction in _identity_settled:
        reaction(verification, now)


def account_closed(user: User, reason: str, now: datetime) -> None:
    """Tell those who asked."""
    for reaction in _account_closed:
        reaction(user, reason, now)
