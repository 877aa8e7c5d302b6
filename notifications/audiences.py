"""To whom an announcement goes. Upper apps add theirs (`providers`) in `AppConfig.ready()`."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import User


@dataclass(frozen=True, slots=True)
class Audience:
    """A name, what operators read, and the accounts it holds."""

    name: str
    title: Any
    members: Callable[[], "QuerySet[User]"]


_audiences: dict[str, Audience] = {}


def register(name: str, title: Any, members: "Callable[[], QuerySet[User]]") -> None:
    """Add an audience. `members()` is a queryset of accounts; it is walked by primary key, in batches."""
    _audiences[name] = Audience(name, title, members)


def get(name: str) -> Audience:
    """The audience of that name; KeyError where there is none."""
    return _audiences[name]


def choices() -> list[tuple[str, Any]]:
    """What an operator chooses from."""
    return [(audience.name, audience.title) for audience in _audiences.values()]


register("everybody", _("Everybody"), lambda: User.objects.filter(is_active=True))
register("operators", _("Operators"), lambda: User.objects.filter(is_active=True, is_staff=True))
