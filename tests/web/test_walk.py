"""Every address is walked by everybody: allowed, sent to sign-in, refused, or Not Found, as `walk.tsv` says.

The table has a line for each pattern of the resolver: one letter for each of `scene.ROLES`. `y` is allowed (what it
answers is about the thing itself, such as "this field is missing"), `s` sent to sign-in, `n` Not Found, `r` refused.
What takes no GET is sent an empty POST.
"""

from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.db import transaction
from django.template.response import SimpleTemplateResponse
from django.test import Client

from tests.web.scene import ROLES, Scene
from tests.web.walking import address, first_of, patterns

pytestmark = pytest.mark.django_db
TABLE = Path(__file__).with_name("walk.tsv")
OPERATORS = ROLES[7:]
MEMBERS = ("owner", "manager", "support", "finance staff")
# What belongs to somebody: nobody who is not concerned may see it.
SIGN_IN = ("/accounts/login/", "/admin/login/")
OWN = ("orders/", "refunds/", "complaints/", "pay/", "account/tokens/<")


def table() -> dict[str, str]:
    lines = (line.split("\t") for line in TABLE.read_text().splitlines() if not line.startswith("#"))
    return {pattern: letters for letters, pattern in lines}


def outcome(client: Client, path: str) -> str:
    """What an address answers; where it takes no GET, what it answers to being sent nothing. Nothing of it stays."""
    save = transaction.savepoint()
    try:
        response = client.get(path)
        if response.status_code == 405:
            response = client.post(path, headers={"Idempotency-Key": "walk"})
    finally:
        transaction.savepoint_rollback(save)
    assert response.status_code < 500, path
    goes = urlsplit(response.get("Location", "")).path
    if response.status_code == 401 or (goes in SIGN_IN and path not in SIGN_IN):
        return "s"
    if goes == "/admin/" and path.startswith("/admin/") and path not in (*SIGN_IN, "/admin/logout/"):
        # How the desk says that there is no such row.
        return "n"
    return {403: "r", 404: "n"}.get(response.status_code, "y")


def walk(market: Scene, role: str) -> dict[str, str]:
    client = Client()
    user = market.people[role]
    found = {}
    for pattern in patterns():
        if user is not None and (not found or "logout" in next(reversed(found))):
            client.force_login(user)
        found[pattern] = outcome(client, address(pattern, market.known, first_of) + market.queries.get(pattern, ""))
    return found


@pytest.fixture
def unwritten(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The desk's pages and the schema are written out once, as the superuser sees them; of others only who comes in."""
    monkeypatch.setattr("drf_spectacular.generators.SchemaGenerator.get_schema", lambda *given, **named: {})
    if request.getfixturevalue("role") != "superuser":
        monkeypatch.setattr(SimpleTemplateResponse, "rendered_content", "")


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.usefixtures("unwritten")
def test_everybody_gets_where_the_table_says_and_nowhere_else(market: Scene, role: str) -> None:
    said = {pattern: letters[ROLES.index(role)] for pattern, letters in table().items()}
    assert walk(market, role) == said


def test_the_table_has_every_address_and_no_other() -> None:
    assert sorted(table()) == sorted(patterns())


def letters_of(prefix: str, *roles: str) -> set[tuple[str, str, str]]:
    """What the table says for roles below an address."""
    return {
        (pattern, role, letters[ROLES.index(role)])
        for pattern, letters in table().items()
        for role in roles
        if pattern.startswith(prefix)
    }


def test_nobody_sees_the_desk_who_is_no_operator() -> None:
    open_to_all = {"admin/login/", "admin/logout/", "admin/jsi18n/"}
    seen = letters_of("admin/", "signed out", "buyer", *MEMBERS, "another provider")
    assert {one for one in seen if one[2] == "y" and one[0] not in open_to_all} == set()


def test_nobody_sees_the_console_without_an_account() -> None:
    assert {letter for _, _, letter in letters_of("console/", "signed out")} == {"s"}


def test_what_belongs_to_a_buyer_is_not_found_by_another_provider() -> None:
    seen = {one for prefix in OWN for one in letters_of(prefix, "another provider") if "<" in one[0]}
    assert {one for one in seen if one[2] == "y"} == set()


def test_the_console_holds_nothing_of_another_provider() -> None:
    named = ("console/orders/<", "console/refunds/<", "console/products/<", "console/complaints/<", "console/tickets/<")
    seen = {one for prefix in named for one in letters_of(prefix, "another provider")}
    assert {letter for _, _, letter in seen} == {"n"}


def test_nobody_deletes_or_writes_the_books_by_hand() -> None:
    books = letters_of("admin/ledger/", *OPERATORS) | letters_of("admin/regulation/auditrecord/", *OPERATORS)
    by_hand = {one for one in books if one[0].endswith(("/add/", "/delete/"))}
    assert by_hand
    assert {one for one in by_hand if one[2] == "y"} == set()


def test_a_token_reaches_only_what_its_scope_names(market: Scene) -> None:
    """A token for reading the account: everything else that is not open to all is refused, reads and writes alike."""
    headers = {"Authorization": f"Bearer {market.token}"}
    reached = {
        pattern
        for pattern, letters in table().items()
        if pattern.startswith("api/v1/")
        and letters[0] != "y"
        and outcome(Client(headers=headers), address(pattern, market.known, first_of)) != "r"
    }
    assert reached == {"api/v1/accounts/me/"}


def test_whoever_looks_for_the_platform_sees_no_more_than_the_work_needs() -> None:
    """Nothing of people, papers and money for those who write the rules; the books for finance and audit alone."""
    screens = (
        "accounts",
        "payments",
        "deposits",
        "settlements",
        "providers",
        "orders",
        "refunds",
        "violations",
        "exits",
    )
    seen = {one for app in screens for one in letters_of(f"admin/{app}/", "rulebook") if one[2] == "y"}
    assert {one for one in seen if not one[0].endswith("<path:object_id>/")} == set()
    assert {one for one in letters_of("admin/ledger/entry/", *OPERATORS) if one[0] == "admin/ledger/entry/"} == {
        ("admin/ledger/entry/", role, "y" if role in {"finance", "audit", "superuser"} else "r") for role in OPERATORS
    }
