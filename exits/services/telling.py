"""Whom an exit is told, and how the trail names it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from exits.models import Exit
from notifications.services import notify
from providers.selectors import staff_users
from providers.types import Permission


def exit_subject(exit_: Exit) -> str:
    """How decisions and the trail name an exit."""
    return f"exit:{exit_.number}"


def tell(exit_: Exit, kind: str, context: Mapping[str, Any], now: datetime) -> None:
    """Tell those who lead the provider, within the act."""
    for person in staff_users(exit_.provider, Permission.LEAVE):
        notify(
            recipient=person,
            kind=kind,
            subject=exit_subject(exit_),
            context={"number": exit_.number, **context},
            now=now,
            link="/console/leaving/",
        )
