"""Upper apps say here what else happens, in the same transaction, when a deposit reaches what is required."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

_sufficient: list[Callable[[Any, datetime], None]] = []


def on_sufficient(reaction: Callable[[Any, datetime], None]) -> None:
    """Call `reaction(provider, now)` whenever money came into a deposit, or its requirement changed, and it
    suffices.
    """
    if reaction not in _sufficient:
        _sufficient.append(reaction)


def sufficient(provider: Any, now: datetime) -> None:
    """Tell those who asked."""
    for reaction in _sufficient:
        reaction(provider, now)
