"""What apps above know that keeps a provider's exit open: they register it when the process starts."""

from collections.abc import Callable
from typing import Any

OpenMatters = Callable[[Any], int]
_matters: list[OpenMatters] = []
_appeals: list[OpenMatters] = []


def on_open_matters(count: OpenMatters) -> None:
    """Let `count(provider)` say how many matters of its app are open against a provider."""
    if count not in _matters:
        _matters.append(count)


def open_matters(provider: Any) -> int:
    """How many cases and complaints are open against a provider."""
    return sum(count(provider) for count in _matters)


def on_open_appeals(count: OpenMatters) -> None:
    """Let `count(provider)` say how many appeals of a provider wait for a decision (§19)."""
    if count not in _appeals:
        _appeals.append(count)


def open_appeals(provider: Any) -> int:
    """How many appeals of a provider wait: what cannot be undone waits for them (19, §20(4))."""
    return sum(count(provider) for count in _appeals)
