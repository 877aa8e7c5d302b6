"""Upper apps say here what else happens, in the same transaction, when something happens to a provider.

Filled in `AppConfig.ready()`; nothing here is stored.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

from core.acts import Actor
from providers.types import Requirement

F = TypeVar("F", bound=Callable[..., Any])

_admitted: list[Callable[[Any, Any, Actor, datetime], None]] = []
_display_changed: list[Callable[[Any, bool, datetime], None]] = []
_restriction_changed: list[Callable[[Any, str, datetime], None]] = []
_change_late: list[Callable[..., None]] = []
_conditions_unmet: list[Callable[[Any, list[Requirement], datetime, datetime], None]] = []
_cure_expired: list[Callable[[Any, list[Requirement], datetime], None]] = []
_requirements: list[Callable[[Any, datetime], list[Requirement]]] = []
_suspects: list[Callable[[datetime], Any]] = []


def _add(known: list[Any], reaction: F) -> F:
    if reaction not in known:
        known.append(reaction)
    return reaction


def on_admitted(reaction: Callable[[Any, Any, Actor, datetime], None]) -> None:
    """Call `reaction(provider, application, actor, now)` in the approval's transaction; application is None for the
    platform's store.
    """
    _add(_admitted, reaction)


def on_display_changed(reaction: Callable[[Any, bool, datetime], None]) -> None:
    """Call `reaction(provider, shown, now)` when its store and products begin or cease to be shown."""
    _add(_display_changed, reaction)


def on_restriction_changed(reaction: Callable[[Any, str, datetime], None]) -> None:
    """Call `reaction(provider, kind, now)` when a restriction of any kind begins to count or ends."""
    _add(_restriction_changed, reaction)


def on_change_late(reaction: Callable[..., None]) -> None:
    """Call `reaction(provider=, about=, due_at=, source=, decision=, now=)` when a change or lapse was not reported
    in time (§18(1)).

    `source` is the ChangeReport or LapseDuty, `decision` the recorded decision.
    """
    _add(_change_late, reaction)


def on_conditions_unmet(reaction: Callable[[Any, list[Requirement], datetime, datetime], None]) -> None:
    """Call `reaction(provider, unmet, cure_by, now)` when the daily check first finds conditions no longer met
    (§24(2)).
    """
    _add(_conditions_unmet, reaction)


def on_cure_expired(reaction: Callable[[Any, list[Requirement], datetime], None]) -> None:
    """Call `reaction(provider, unmet, now)` once the time to mend them has passed (§24(2))."""
    _add(_cure_expired, reaction)


def add_requirements(
    source: Callable[[Any, datetime], list[Requirement]], *, may_fail: Callable[[datetime], Any]
) -> None:
    """Let `source(provider, now)` add conditions of admission that an upper app knows about (§9(6), §9(6bis)).

    `may_fail(now)` is the condition (Q over providers) under which one of them may no longer be met by a provider
    that was admitted, so that the daily check looks only at those.
    """
    _add(_requirements, source)
    _add(_suspects, may_fail)


def admitted(provider: Any, application: Any, actor: Actor, now: datetime) -> None:
    """Tell those who asked."""
    for reaction in _admitted:
        reaction(provider, application, actor, now)


def display_changed(provider: Any, shown: bool, now: datetime) -> None:
    """Tell those who asked."""
    for reaction in _display_changed:
        reaction(provider, shown, now)


def restriction_changed(provider: Any, kind: str, now: datetime) -> None:
    """Tell those who asked."""
    for reaction in _restriction_changed:
        reaction(provider, kind, now)


def change_late(*, provider: Any, about: str, due_at: datetime, source: Any, decision: Any, now: datetime) -> None:
    """Tell those who asked."""
    for reaction in _change_late:
        reaction(provider=provider, about=about, due_at=due_at, source=source, decision=decision, now=now)


def conditions_unmet(provider: Any, unmet: list[Requirement], cure_by: datetime, now: datetime) -> None:
    """Tell those who asked."""
    for reaction in _conditions_unmet:
        reaction(provider, unmet, cure_by, now)


def cure_expired(provider: Any, unmet: list[Requirement], now: datetime) -> None:
    """Tell those who asked."""
    for reaction in _cure_expired:
        reaction(provider, unmet, now)


def suspects(now: datetime) -> list[Any]:
    """The conditions (Q over providers) under which something that an upper app asks for may fail."""
    return [may_fail(now) for may_fail in _suspects]


def added_requirements(provider: Any, now: datetime) -> list[Requirement]:
    """What upper apps ask for beside."""
    return [requirement for source in _requirements for requirement in source(provider, now)]
