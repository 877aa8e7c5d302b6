"""The operators' screens: what they show, what their buttons do, and for whom."""

from collections.abc import Callable
from datetime import datetime

import pytest
from django.contrib import admin
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import IdentityVerification, User
from accounts.services import account_create, identity_verify, operator_appoint, operator_make_chief, phone_set
from core.acts import SYSTEM, Actor
from regulation.models import AuditRecord

pytestmark = pytest.mark.django_db
PERSON = "11010519491231002X"


@pytest.fixture
def verified(person: User, now: datetime) -> IdentityVerification:
    phone_set(user=person, phone="13800138000", verified=True, actor=Actor.of(person), now=now)
    return identity_verify(
        user=person, kind="individual", legal_name="张三丰", number=PERSON, actor=Actor.of(person), now=now
    )


def test_lists_and_details_are_masked(
    signed_in: Callable[[User], Client], operator: User, person: User, verified: IdentityVerification
) -> None:
    client = signed_in(operator)
    for path in (
        "/admin/accounts/user/",
        f"/admin/accounts/user/{person.pk}/change/",
        "/admin/accounts/identityverification/",
        f"/admin/accounts/identityverification/{verified.pk}/change/",
    ):
        text = client.get(path).content.decode()
        assert "张**" in text, path
        for secret in ("zhang@example.com", "13800138000", PERSON, "张三丰"):
            assert secret not in text, (path, secret)


@pytest.mark.parametrize("term", [PERSON, "zhang@example.com", "13800138000", "张三"])
def test_accounts_are_found(
    signed_in: Callable[[User], Client],
    operator: User,
    person: User,
    other: User,
    verified: IdentityVerification,
    term: str,
) -> None:
    page = signed_in(operator).get("/admin/accounts/user/", {"q": term})

    assert [user.pk for user in page.context["cl"].result_list] == [person.pk]


def test_the_list_asks_the_same_number_of_questions(
    signed_in: Callable[[User], Client], operator: User, person: User, verified: IdentityVerification, now: datetime
) -> None:
    client = signed_in(operator)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get("/admin/accounts/user/").status_code == 200
        return len(captured)

    queries()
    few = queries()
    for n in range(10):
        user = account_create(email=f"p{n}@example.com", now=now)
        operator_appoint(user=user, roles=["audit"], actor=SYSTEM, now=now)

    assert queries() == few


@pytest.mark.parametrize(("path", "active"), [("close", False), ("block", False)])
def test_closing_says_what_will_happen_and_asks_why(
    signed_in: Callable[[User], Client], operator: User, person: User, path: str, active: bool
) -> None:
    client = signed_in(operator)
    address = f"/admin/accounts/user/{person.pk}/{path}/"
    assert "将会发生什么" in client.get(address).content.decode()
    assert client.post(address, {"reason": " "}).context["form"].errors["reason"]
    assert User.objects.get(pk=person.pk).is_active

    answer = client.post(address, {"reason": "盗用他人证件"})

    assert answer.headers["Location"] == f"/admin/accounts/user/{person.pk}/change/"
    assert User.objects.get(pk=person.pk).is_active is active
    record = AuditRecord.objects.get(subject=f"account:{person.pk}", act="account_deactivate")
    assert (record.actor_kind, record.actor_id) == ("operator", operator.pk)
    assert client.get(f"/admin/accounts/user/{person.pk}/change/").status_code == 200
    again = client.post(address, {"reason": "再来"})
    assert again.context["form"].non_field_errors()


def test_buttons_are_those_that_the_state_leaves(
    signed_in: Callable[[User], Client], operator: User, person: User
) -> None:
    client = signed_in(operator)
    base = f"/admin/accounts/user/{person.pk}"

    def buttons() -> set[str]:
        text = client.get(f"{base}/change/").content.decode()
        return {name for name in ("close", "reopen", "block", "unblock", "roles") if f"{base}/{name}/" in text}

    assert buttons() == {"close", "block"}
    client.post(f"{base}/close/", {"reason": "x"})
    assert buttons() == {"reopen", "block"}
    client.post(f"{base}/block/", {"reason": "x"})
    assert buttons() == {"unblock"}
    assert "/close/" not in client.get(f"/admin/accounts/user/{operator.pk}/change/").content.decode()


def test_opening_again(signed_in: Callable[[User], Client], operator: User, person: User) -> None:
    client = signed_in(operator)
    base = f"/admin/accounts/user/{person.pk}"
    client.post(f"{base}/block/", {"reason": "误"})
    assert client.post(f"{base}/reopen/", {"reason": "误"}).context["form"].non_field_errors()
    client.post(f"{base}/unblock/", {"reason": "误"})
    client.post(f"{base}/reopen/", {"reason": "误"})

    assert User.objects.get(pk=person.pk).is_active


def test_revoking_a_verification(
    signed_in: Callable[[User], Client], operator: User, verified: IdentityVerification
) -> None:
    client = signed_in(operator)
    client.post(f"/admin/accounts/identityverification/{verified.pk}/revoke/", {"reason": "证件已注销"})

    assert IdentityVerification.objects.get().state == "revoked"


def test_buttons_are_for_their_role(
    signed_in: Callable[[User], Client], person: User, other: User, now: datetime
) -> None:
    operator_appoint(user=other, roles=["finance"], actor=SYSTEM, now=now)
    client = signed_in(other)

    for path in ("close", "block", "reopen", "unblock", "roles"):
        assert client.post(f"/admin/accounts/user/{person.pk}/{path}/", {"reason": "x"}).status_code == 403
    assert client.get(f"/admin/accounts/user/{person.pk}/change/").status_code == 403
    assert User.objects.get(pk=person.pk).is_active


def test_only_a_chief_hands_out_roles(
    signed_in: Callable[[User], Client], operator: User, person: User, now: datetime
) -> None:
    client = signed_in(operator)
    address = f"/admin/accounts/user/{person.pk}/roles/"
    assert client.post(address, {"roles": ["finance"], "reason": "x"}).status_code == 403

    operator_make_chief(user=operator, actor=SYSTEM, now=now)
    assert client.get(address).status_code == 200
    client.post(address, {"roles": ["finance"], "reason": "到岗"})

    assert User.objects.get(pk=person.pk).roles == {"finance"}
    assert User.objects.get(pk=person.pk).is_operator


def test_nothing_of_accounts_is_edited_round_the_acts() -> None:
    names = {model.__name__ for model in admin.site._registry}

    assert not names & {"Group", "EmailAddress", "Authenticator", "SocialAccount", "SocialApp", "Permission"}


def test_accounts_are_neither_added_nor_deleted_here(
    signed_in: Callable[[User], Client], operator: User, person: User, now: datetime
) -> None:
    operator_make_chief(user=operator, actor=SYSTEM, now=now)
    client = signed_in(operator)

    assert client.get("/admin/accounts/user/add/").status_code == 403
    assert client.post(f"/admin/accounts/user/{person.pk}/delete/", {"post": "yes"}).status_code == 403
    assert client.post(f"/admin/accounts/user/{person.pk}/change/", {"display_name": "x"}).status_code == 403
    assert User.objects.get(pk=person.pk).display_name == "张三"
