"""Upper apps say here what else happens, in the same transaction, when a version of the rulebook is published."""

from collections.abc import Callable
from typing import Any

Reaction = Callable[..., Any]
_published: list[Reaction] = []


def on_rulebook_published(reaction: Reaction) -> None:
    """Call `reaction(version=…, actor=…, now=…)` when an operator has published a version (§29)."""
    if reaction not in _published:
        _published.append(reaction)


def rulebook_published(**about: Any) -> None:
    """Tell those who asked."""
    for reaction in _published:
        reaction(**about)
