"""The provider console's navigation: only what exists and answers is shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from django.urls import Resolver404, resolve
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class NavItem:
    """One entry. `count` is what waits there (0: nothing is shown)."""

    url: str
    label: str | Promise
    icon: str
    count: int = 0
    current: bool = False


@dataclass(frozen=True, slots=True)
class NavSection:
    """Some entries under one heading (empty: none)."""

    title: str | Promise
    items: Sequence[NavItem]


CONSOLE = (
    (
        "",
        (
            ("/console/", _("Today"), "house"),
            ("/console/application/", _("Application"), "clipboard-list"),
        ),
    ),
    (
        _("Selling"),
        (
            ("/console/products/", _("Products"), "package"),
            ("/console/orders/", _("Orders"), "receipt-text"),
            ("/console/refunds/", _("Refunds"), "undo-2"),
            ("/console/complaints/", _("Complaints"), "megaphone"),
            ("/console/conversations/", _("Conversations"), "messages-square"),
        ),
    ),
    (
        _("Money"),
        (
            ("/console/statements/", _("Statements"), "file-spreadsheet"),
            ("/console/invoices/", _("Invoices"), "file-text"),
            ("/console/deposit/", _("Deposit"), "shield"),
        ),
    ),
    (
        _("Standing"),
        (
            ("/console/standing/", _("Points and measures"), "gauge"),
            ("/console/cases/", _("Cases"), "scale"),
        ),
    ),
    (
        _("Store and team"),
        (
            ("/console/store/", _("Store"), "store"),
            ("/console/team/", _("Team"), "users-round"),
            ("/console/documents/", _("Documents and changes"), "files"),
            ("/console/integration/", _("Integration"), "plug"),
            ("/console/leaving/", _("Leaving"), "door-open"),
        ),
    ),
)


@lru_cache(maxsize=128)
def answers(path: str) -> bool:
    """Whether some page is mounted at a path."""
    try:
        resolve(path)
    except Resolver404:
        return False
    return True


def is_current(url: str, path: str) -> bool:
    """Whether the page at `path` belongs to an entry; the home entry only to itself."""
    return path == url if url.count("/") <= 2 else path.startswith(url)


def console_sections(path: str, counts: dict[str, int] | None = None) -> list[NavSection]:
    """The provider console's sections for the page at `path`; `counts` by url says what waits."""
    waiting = counts or {}
    sections = []
    for title, entries in CONSOLE:
        items = [
            NavItem(url, label, icon, waiting.get(url, 0), is_current(url, path))
            for url, label, icon in entries
            if answers(url)
        ]
        if items:
            sections.append(NavSection(title, items))
    return sections
