"""No page leads its reader to where nothing is, or to what is not theirs to see."""

import re
from urllib.parse import urlsplit

import pytest
from django.db import transaction
from django.test import Client
from django.urls import Resolver404, resolve

from tests.web.scene import ROLES, Scene
from tests.web.test_walk import outcome, table
from tests.web.walking import address, first_of

pytestmark = pytest.mark.django_db
HREF = re.compile(r'<a\b[^>]*?\shref="([^"]*)"')
RAW = re.compile(r">[^<]*\d\d:\d\d:\d\d(\.\d+)?[+-]\d\d:\d\d<")
# What leads away, or ends the visit.
AWAY = re.compile(r"^/(accounts/logout|admin/logout|i18n|media|static|sandbox-gateway)/")
# Lines of the scene's settlement statement name orders that there are not.
UNSOLD = re.compile(r"/console/orders/O\d{6}-T0")
# Of the desk the pages of one row and its own pages are read: its lists lead to rows, and its histories to nothing.
LISTS = re.compile(r"^admin/\w+/\w+/$|/(history|delete|add)/$|^admin/(autocomplete|jsi18n)/")
# How many addresses of one pattern are tried.
EACH = 2
READERS = (
    *("signed out", "buyer", "owner", "support", "finance staff", "another provider"),
    *("marketplace_operations", "finance", "arbitration", "rulebook", "audit"),
)


def page_at(client: Client, path: str) -> str:
    """The text of a page; nothing where something else answers. Nothing of it stays."""
    save = transaction.savepoint()
    try:
        response = client.get(path)
    finally:
        transaction.savepoint_rollback(save)
    html = not response.streaming and response.get("Content-Type", "").startswith("text/html")
    return response.content.decode() if html else ""


@pytest.mark.parametrize("role", READERS)
def test_every_link_of_every_page_answers_its_reader(market: Scene, role: str) -> None:
    client, user = Client(), market.people[role]
    if user is not None:
        client.force_login(user)
    at = ROLES.index(role)
    broken: dict[str, str] = {}
    tried: dict[str, set[str]] = {}
    for pattern, letters in table().items():
        if letters[at] != "y" or pattern.startswith("api/") or AWAY.match(f"/{pattern}") or LISTS.search(pattern):
            continue
        page = address(pattern, market.known, first_of) + market.queries.get(pattern, "")
        text = page_at(client, page)
        if found := RAW.search(text):
            broken[page] = f"an instant as it is stored: {found[0]}"
        for href in dict.fromkeys(HREF.findall(text)):
            target = urlsplit(href.replace("&amp;", "&"))
            path = target.path or urlsplit(page).path
            whole = f"{path}?{target.query}" if target.query else path
            if (
                href.startswith("#")
                or target.netloc
                or target.scheme
                or not path.startswith("/")
                or AWAY.match(path)
                or UNSOLD.match(path)
            ):
                continue
            try:
                route = resolve(path).route
            except Resolver404:
                route = path
            if path in tried.setdefault(route, set()) or len(tried[route]) == EACH:
                continue
            tried[route].add(path)
            answered = outcome(client, whole)
            if answered != "y" and not (user is None and answered == "s"):
                broken[whole] = f"{answered} on {page}"
    assert not broken, "\n".join(f"{path}: {what}" for path, what in sorted(broken.items()))
