"""The account pages."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import ApiToken, IdentityVerification, User
from accounts.services import identity_verify, token_create
from core.acts import Actor
from regulation.models import AuditRecord

pytestmark = pytest.mark.django_db
PAGES = ["/account/", "/account/profile/", "/account/identity/", "/account/tokens/", "/account/tokens/new/"]
PAGES += ["/accounts/2fa/", "/accounts/password/change/", "/accounts/email/", "/accounts/phone/change/"]
COMPANY = "91350100M000100Y43"


def token(user: User, now: datetime) -> ApiToken:
    return token_create(
        user=user,
        name="库存系统",
        scopes=["account:read"],
        expires_at=now + timedelta(days=30),
        actor=Actor.of(user),
        now=now,
    )[0]


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("path", PAGES)
def test_each_page_answers_in_both_languages(
    signed_in: Callable[[User], Client], person: User, path: str, language: str
) -> None:
    page = signed_in(person).get(path, headers={"accept-language": language})

    assert page.status_code == 200
    assert f'<html lang="{"en" if language == "en" else "zh-Hans"}"' in page.content.decode()


@pytest.mark.parametrize("path", [*PAGES, "/account/tokens/1/revoke/", "/messages/"])
def test_strangers_are_sent_to_sign_in(client: Client, db: None, path: str) -> None:
    answer = client.get(path)

    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/accounts/")


def queries(client: Client, path: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.get(path).status_code == 200
    return len(captured)


@pytest.mark.parametrize("path", ["/account/", "/account/tokens/"])
def test_pages_ask_the_same_number_of_questions(
    signed_in: Callable[[User], Client], person: User, now: datetime, path: str
) -> None:
    client = signed_in(person)
    token(person, now)
    client.get(path)
    few = queries(client, path)
    for _n in range(9):
        token(person, now)
    identity_verify(
        user=person, kind="enterprise", legal_name="查无此人", number=COMPANY, actor=Actor.of(person), now=now
    )

    assert queries(client, path) == few


def test_changing_the_profile_changes_the_language_of_pages(signed_in: Callable[[User], Client], person: User) -> None:
    client = signed_in(person)
    answer = client.post("/account/profile/", {"display_name": "Zhang San", "language": "en"})

    assert answer.headers["Location"] == "/account/"
    kept = User.objects.get(pk=person.pk)
    assert (kept.display_name, kept.language) == ("Zhang San", "en")
    assert '<html lang="en"' in client.get("/account/").content.decode()

    refused = client.post("/account/profile/", {"display_name": "", "language": "fr"})
    assert set(refused.context["form"].errors) == {"display_name", "language"}
    assert User.objects.get(pk=person.pk).display_name == "Zhang San"


@pytest.mark.clause("9(2)")
def test_verifying_the_real_name(signed_in: Callable[[User], Client], person: User) -> None:
    client = signed_in(person)
    given = {"kind": "individual", "legal_name": "张三丰", "number": "11010519491231002X"}
    refused = client.post("/account/identity/", {**given, "number": "110105194912310021"})
    assert refused.context["form"].errors["number"]
    assert not IdentityVerification.objects.exists()

    assert client.post("/account/identity/", given).status_code == 302

    page = client.get("/account/identity/").content.decode()
    assert "张**" in page
    assert "张三丰" not in page
    assert "11010519491231002X" not in page
    assert 'name="number"' not in page
    home = client.get("/account/").content.decode()
    assert "11010519491231002X" not in home
    again = client.post("/account/identity/", given)
    assert again.context["form"].errors
    assert IdentityVerification.objects.count() == 1


@pytest.mark.parametrize(
    ("name", "said"),
    [("查无此人", "登记系统中没有此名称和号码"), ("姓名不符", "另一个名称"), ("登记系统维护", "尚未答复")],
)
def test_what_the_register_did_not_confirm_says_what_to_do(
    signed_in: Callable[[User], Client], person: User, name: str, said: str
) -> None:
    client = signed_in(person)
    client.post("/account/identity/", {"kind": "enterprise", "legal_name": name, "number": COMPANY})

    page = client.get("/account/identity/").content.decode()

    assert said in page
    assert ('name="number"' in page) is (name != "登记系统维护")


def test_a_token_is_shown_once(signed_in: Callable[[User], Client], person: User) -> None:
    client = signed_in(person)
    page = client.post("/account/tokens/new/", {"name": "库存系统", "scopes": ["account:read"], "days": "30"})
    text = page.context["text"]

    assert text in page.content.decode()
    assert "no-store" in page.headers["Cache-Control"]
    assert text.rpartition("_")[2] not in client.get("/account/tokens/").content.decode()
    kept = ApiToken.objects.get()
    assert kept.digest not in text
    assert kept.scopes == ["account:read"]


@pytest.mark.parametrize(
    "given",
    [
        {"name": "", "scopes": ["account:read"], "days": "30"},
        {"name": "x", "scopes": [], "days": "30"},
        {"name": "x", "scopes": ["everything"], "days": "30"},
        {"name": "x", "scopes": ["account:read"], "days": "3650"},
    ],
)
def test_a_token_that_may_not_be_is_not_made(
    signed_in: Callable[[User], Client], person: User, given: dict[str, object]
) -> None:
    page = signed_in(person).post("/account/tokens/new/", given)

    assert page.context["form"].errors
    assert not ApiToken.objects.exists()
    assert not AuditRecord.objects.filter(act="token_create").exists()


def test_revoking_says_what_will_happen_first(signed_in: Callable[[User], Client], person: User, now: datetime) -> None:
    client, mine = signed_in(person), token(person, now)
    path = f"/account/tokens/{mine.pk}/revoke/"
    page = client.get(path)
    assert mine.name in page.content.decode()
    assert ApiToken.objects.get(pk=mine.pk).revoked_at is None

    client.post(path)

    assert ApiToken.objects.get(pk=mine.pk).revoked_at is not None
    assert client.get(path).status_code == 404


def test_somebody_elses_token_is_not_found(
    signed_in: Callable[[User], Client], person: User, other: User, now: datetime
) -> None:
    theirs = token(other, now)
    client = signed_in(person)

    assert client.get(f"/account/tokens/{theirs.pk}/revoke/").status_code == 404
    assert client.post(f"/account/tokens/{theirs.pk}/revoke/").status_code == 404
    assert ApiToken.objects.get(pk=theirs.pk).revoked_at is None
