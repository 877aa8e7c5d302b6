"""API tokens: what they open, what they do not, and when they end."""

from datetime import datetime, timedelta

import pytest
from django.test import Client

from accounts import scopes
from accounts.authentication import HasScope
from accounts.models import ApiToken, User
from accounts.services import account_deactivate, token_create, token_revoke
from core.acts import SYSTEM, Actor
from core.errors import InvalidInput, NotAllowed, NotPermitted

pytestmark = pytest.mark.django_db
ME = "/api/v1/accounts/me/"


def make(user: User, now: datetime, *names: str, days: int = 30) -> tuple[ApiToken, dict[str, str]]:
    token, text = token_create(
        user=user,
        name="系统",
        scopes=names or ("account:read",),
        expires_at=now + timedelta(days=days),
        actor=Actor.of(user),
        now=now,
    )
    return token, {"authorization": f"Bearer {text}"}


def test_a_token_acts_for_its_owner(client: Client, person: User, clock, now: datetime) -> None:
    token, headers = make(person, now)

    answer = client.get(ME, headers=headers)

    assert answer.status_code == 200
    assert answer.json() == {
        "id": person.pk,
        "display_name": "张三",
        "email": "zhang@example.com",
        "phone": None,
        "language": "zh-hans",
        "is_operator": False,
        "roles": [],
        "identity": None,
        "scopes": ["account:read"],
    }
    assert ApiToken.objects.get(pk=token.pk).last_used_at == now


def test_uses_are_noted_once_a_minute(client: Client, person: User, clock, now: datetime) -> None:
    token, headers = make(person, now)
    client.get(ME, headers=headers)
    clock.shift(timedelta(seconds=59))
    client.get(ME, headers=headers)
    assert ApiToken.objects.get(pk=token.pk).last_used_at == now

    clock.shift(timedelta(seconds=1))
    client.get(ME, headers=headers)
    assert ApiToken.objects.get(pk=token.pk).last_used_at == now + timedelta(minutes=1)


def test_a_token_opens_only_its_scopes(client: Client, person: User, clock, now: datetime) -> None:
    _token, headers = make(person, now, "messages:read")

    refused = client.get(ME, headers=headers)

    assert refused.status_code == 403
    assert client.get("/api/v1/notifications/messages/", headers=headers).status_code == 200
    assert client.put("/api/v1/notifications/messages/1/read/", headers=headers).status_code == 403


def test_a_view_that_names_no_scope_is_closed_to_tokens(person: User, now: datetime, rf) -> None:
    token, _headers = make(person, now)
    request = rf.get("/")
    request.auth, request.user = token, person

    assert not HasScope().has_permission(request, object())
    request.auth = None
    assert HasScope().has_permission(request, object())


def test_tokens_end(client: Client, person: User, clock, now: datetime) -> None:
    token, headers = make(person, now, days=30)
    clock.shift(timedelta(days=30, microseconds=-1))
    assert client.get(ME, headers=headers).status_code == 200
    clock.shift(timedelta(microseconds=1))
    assert client.get(ME, headers=headers).status_code == 401

    clock.move_to(now)
    token_revoke(token=token, actor=Actor.of(person), now=now)
    assert client.get(ME, headers=headers).status_code == 401


def test_a_closed_account_has_no_programs(client: Client, person: User, clock, now: datetime) -> None:
    _token, headers = make(person, now)
    account_deactivate(user=person, reason="欺诈", actor=SYSTEM, now=now)

    assert client.get(ME, headers=headers).status_code == 401


@pytest.mark.parametrize("tail", ["", "x", "_", " y"])
def test_nearly_a_token_is_none(client: Client, person: User, clock, now: datetime, tail: str) -> None:
    _token, headers = make(person, now)
    text = headers["authorization"]
    spoiled = text[:-1] + tail if tail != "x" else text + tail

    answer = client.get(ME, headers={"authorization": spoiled})

    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_nobody_without_signing_in(client: Client, db: None) -> None:
    assert client.get(ME).status_code in {401, 403}


def test_tokens_are_given_by_their_owner(person: User, other: User, now: datetime) -> None:
    with pytest.raises(NotPermitted):
        token_create(
            user=person,
            name="x",
            scopes=["account:read"],
            expires_at=now + timedelta(days=1),
            actor=Actor.of(other),
            now=now,
        )

    assert not ApiToken.objects.exists()


def test_twenty_tokens_and_a_year_are_the_most(person: User, now: datetime) -> None:
    with pytest.raises(InvalidInput):
        make(person, now, days=367)
    for _n in range(20):
        make(person, now, days=366)
    with pytest.raises(NotAllowed):
        make(person, now)
    assert ApiToken.objects.count() == 20

    later = now + timedelta(days=366)
    make(person, later)
    assert ApiToken.objects.count() == 21


def test_some_scopes_are_operators_alone(person: User, operator: User, now: datetime, monkeypatch) -> None:
    monkeypatch.setattr(scopes, "_scopes", dict(scopes._scopes))
    scopes.register_for_operators("books:read", "Read the books")

    with pytest.raises(InvalidInput):
        make(person, now, "books:read")
    token, _headers = make(operator, now, "books:read")
    assert token.scopes == ["books:read"]


def test_a_scope_is_offered_only_to_those_whom_it_serves(person: User, other: User, now: datetime, monkeypatch) -> None:
    monkeypatch.setattr(scopes, "_scopes", dict(scopes._scopes))
    scopes.register("shop:read", "Read the shop", lambda user: user == other)

    assert "shop:read" not in {scope.name for scope in scopes.available(person)}
    with pytest.raises(InvalidInput):
        make(person, now, "shop:read")
    token, _headers = make(other, now, "shop:read")
    assert token.scopes == ["shop:read"]
    assert scopes.titles()["shop:read"] == "Read the shop"
