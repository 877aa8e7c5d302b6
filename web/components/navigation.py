"""The provider console's navigation: only what answers for whoever looks is shown."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from django.urls import resolve
from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy


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
            ("/console/", pgettext_lazy("navigation", "Today"), "house"),
            ("/console/application/", pgettext_lazy("navigation", "Application"), "clipboard-list"),
        ),
    ),
    (
        pgettext_lazy("navigation", "Selling"),
        (
            ("/console/products/", pgettext_lazy("navigation", "Products"), "package"),
            ("/console/promotions/", pgettext_lazy("navigation", "Promotions"), "send"),
            ("/console/orders/", pgettext_lazy("navigation", "Orders"), "receipt-text"),
            ("/console/refunds/", pgettext_lazy("navigation", "Refunds"), "undo-2"),
            ("/console/complaints/", pgettext_lazy("navigation", "Complaints"), "megaphone"),
            ("/console/conversations/", pgettext_lazy("navigation", "Conversations"), "messages-square"),
            ("/console/tickets/", pgettext_lazy("navigation", "Tickets"), "life-buoy"),
        ),
    ),
    (
        pgettext_lazy("navigation", "Money"),
        (
            ("/console/statements/", pgettext_lazy("navigation", "Statements"), "file-spreadsheet"),
            ("/console/invoices/", pgettext_lazy("navigation", "Invoices"), "file-text"),
            ("/console/deposit/", pgettext_lazy("navigation", "Deposit"), "shield"),
        ),
    ),
    (
        pgettext_lazy("navigation", "Standing"),
        (
            ("/console/standing/", pgettext_lazy("navigation", "Points and measures"), "gauge"),
            ("/console/cases/", pgettext_lazy("navigation", "Cases"), "scale"),
            ("/console/defects/", pgettext_lazy("navigation", "Defects"), "triangle-alert"),
            ("/console/infringement/", pgettext_lazy("navigation", "Infringement claims"), "scale"),
        ),
    ),
    (
        pgettext_lazy("navigation", "Store and team"),
        (
            ("/console/store/", pgettext_lazy("navigation", "Store"), "store"),
            ("/console/team/", pgettext_lazy("navigation", "Team"), "users-round"),
            ("/console/documents/", pgettext_lazy("navigation", "Documents and changes"), "files"),
            ("/console/agreements/", pgettext_lazy("navigation", "Agreements"), "handshake"),
            ("/console/integration/", pgettext_lazy("navigation", "Integration"), "plug"),
            ("/console/leaving/", pgettext_lazy("navigation", "Leaving"), "door-open"),
        ),
    ),
)


@lru_cache(maxsize=128)
def permission_for(path: str) -> str | None:
    """Which permission the page at a path asks of a member; None where it asks for none."""
    return getattr(resolve(path).func, "permission", None)


# Pages that stand below another entry than their address says.
BELONGS = {"/console/standing/cases/": "/console/cases/", "/console/finance/": "/console/statements/"}


def is_current(url: str, path: str) -> bool:
    """Whether the page at `path` belongs to an entry; the home entry only to itself."""
    for below, entry in BELONGS.items():
        if path.startswith(below):
            return url == entry
    return path == url if url.count("/") <= 2 else path.startswith(url)


HOME, APPLICATION = "/console/", "/console/application/"


def console_sections(path: str, counts: Mapping[str, int], *, may: Collection[str], admitted: bool) -> list[NavSection]:
    """The provider console's sections for the page at `path`; `counts` by url says what waits.

    A member sees what the permissions `may` open. Who belongs to no provider yet has none and sees the application;
    who was admitted has no application any more.
    """
    sections = []
    for title, entries in CONSOLE:
        items = [
            NavItem(url, label, icon, counts.get(url, 0), is_current(url, path))
            for url, label, icon in entries
            if _shown(url, may, admitted)
        ]
        if items:
            sections.append(NavSection(title, items))
    return sections


def _shown(url: str, may: Collection[str], admitted: bool) -> bool:
    if url == APPLICATION:
        return not admitted
    if url == HOME:
        return bool(may)
    needed = permission_for(url)
    return needed is None or needed in may
