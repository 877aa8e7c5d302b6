"""What upper apps do when something happens in a conversation, in the same transaction. Filled in `ready()`."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

MessageReaction = Callable[[Any, datetime], None]

_flagged: list[MessageReaction] = []


def on_flagged(reaction: MessageReaction) -> None:
    """`reaction(message, now)` when a provider's message looks as if it broke §14 or §18(7)."""
    if reaction not in _flagged:
        _flagged.append(reaction)


def flagged(message: Any, now: datetime) -> None:
    """Tell those who asked."""
    for reaction in _flagged:
        reaction(message, now)
