"""What upper apps add to the timeline of an order: refunds, conversations, complaints. Filled in AppConfig.ready()."""

from collections.abc import Callable
from typing import Any

from orders.types import TimelineEvent

Source = Callable[[Any], list[TimelineEvent]]

_sources: list[Source] = []


def register(source: Source) -> None:
    """`source(order)` gives what happened around an order, in a fixed number of queries."""
    if source not in _sources:
        _sources.append(source)


def added(order: Any) -> list[TimelineEvent]:
    """Everything that the upper apps know, in no order."""
    return [event for source in _sources for event in source(order)]
