"""Signing up and in through the pages: by e-mail, by mobile number, with a code, with a second factor."""

import re
from collections.abc import Callable
from datetime import datetime

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.core.cache import cache
from django.db import connection
from django.test import Client

from accounts.models import User
from accounts.services import account_block, account_deactivate, phone_set
from core.acts import SYSTEM, Actor
from notifications.models import CaughtMail
from tests.accounts.conftest import PASSWORD

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def caught(settings) -> None:
    """Mail goes to the mailbox page, as on a development machine (pytest-django keeps it in memory otherwise)."""
    settings.EMAIL_BACKEND = "notifications.mailbox.MailboxBackend"
    cache.clear()


def last_code() -> str:
    """The six digits of the mail or text message that left last."""
    found = re.search(r"\b(\d{6})\b", CaughtMail.objects.latest("pk").text)
    assert found
    return found[1]


def wrong(code: str) -> str:
    return "000000" if code != "000000" else "111111"


def signed_in_as(client: Client) -> int | None:
    found = client.session.get("_auth_user_id")
    return int(found) if found else None


def enter(client: Client) -> None:
    """Sign in, and confirm it: what touches security asks again."""
    client.post("/accounts/login/", {"login": "zhang@example.com", "password": PASSWORD})
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})


def sign_up(client: Client, login: str, **more: str):
    return client.post("/accounts/signup/", {"login": login, "display_name": "王五", "password1": PASSWORD, **more})


@pytest.mark.clause("9(1)")
def test_signing_up_by_mail(client: Client) -> None:
    assert client.get("/accounts/signup/").status_code == 200
    answer = sign_up(client, "Wang@Example.com")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/accounts/confirm-email/")
    assert signed_in_as(client) is None

    mail = CaughtMail.objects.get()
    assert (mail.way, mail.recipient, mail.title) == ("mail", "wang@example.com", "您的验证码")
    code = last_code()
    assert client.get("/accounts/confirm-email/").status_code == 200
    assert client.post("/accounts/confirm-email/", {"code": wrong(code)}).status_code == 200
    assert signed_in_as(client) is None
    answer = client.post("/accounts/confirm-email/", {"code": code})

    user = User.objects.get(email="wang@example.com")
    assert answer.headers["Location"] == "/account/"
    assert signed_in_as(client) == user.pk
    assert (user.display_name, user.language) == ("王五", "zh-hans")


@pytest.mark.clause("9(1)")
def test_signing_up_by_number(client: Client) -> None:
    answer = sign_up(client, "138 0013 8000")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/accounts/phone/verify/")

    text = CaughtMail.objects.get()
    assert (text.way, text.recipient) == ("sms", "+8613800138000")
    assert text.text.startswith("【云市场】")
    assert client.get("/accounts/phone/verify/").status_code == 200
    answer = client.post("/accounts/phone/verify/", {"code": last_code()})

    user = User.objects.get(phone="+8613800138000")
    assert answer.headers["Location"] == "/account/"
    assert signed_in_as(client) == user.pk
    assert user.phone_verified_at is not None
    assert user.email is None


def test_three_wrong_codes_end_the_attempt(client: Client) -> None:
    sign_up(client, "wang@example.com")
    code = last_code()
    for _attempt in range(3):
        client.post("/accounts/confirm-email/", {"code": wrong(code)})
    client.post("/accounts/confirm-email/", {"code": code})

    assert signed_in_as(client) is None


@pytest.mark.parametrize("login", ["wang", "wang@", "12345678", "", "+8612345678901"])
def test_what_is_neither_address_nor_number_opens_nothing(client: Client, login: str) -> None:
    answer = sign_up(client, login)

    assert answer.status_code == 200
    assert answer.context["form"].errors["login"]
    assert not User.objects.exists()
    assert not CaughtMail.objects.exists()


@pytest.mark.parametrize("password", ["short", "12345678901", "password12"])
def test_weak_passwords_open_nothing(client: Client, password: str) -> None:
    answer = sign_up(client, "wang@example.com", password1=password)

    assert answer.context["form"].errors["password1"]
    assert not User.objects.exists()


def test_signing_up_tells_nobody_who_has_an_account(client: Client, person: User) -> None:
    known = sign_up(client, "zhang@example.com")
    fresh = sign_up(Client(), "wang@example.com")

    assert (known.status_code, known.headers["Location"]) == (fresh.status_code, fresh.headers["Location"])
    titles = dict(CaughtMail.objects.values_list("recipient", "title"))
    assert titles["zhang@example.com"] == "您已有账号"
    assert User.objects.filter(email="zhang@example.com").count() == 1


def test_who_is_blocked_opens_no_other_account(client: Client, person: User, operator: User, now: datetime) -> None:
    account_block(user=person, reason="欺诈", actor=Actor.of(operator), now=now)

    answer = sign_up(client, "zhang@example.com")

    assert answer.context["form"].errors["login"]
    assert User.objects.count() == 2
    assert not CaughtMail.objects.exists()


def test_signing_in_by_either(client: Client, person: User, now: datetime) -> None:
    phone_set(user=person, phone="13800138000", verified=True, actor=Actor.of(person), now=now)

    for login in ("ZHANG@example.com", "138 0013 8000", "+8613800138000"):
        answer = client.post("/accounts/login/", {"login": login, "password": PASSWORD})
        assert answer.status_code == 302, login
        assert signed_in_as(client) == person.pk
        client.post("/accounts/logout/")
        assert signed_in_as(client) is None


def test_an_unverified_address_does_not_sign_in(client: Client) -> None:
    sign_up(client, "wang@example.com")
    cache.clear()  # another code may leave only ten seconds later
    fresh = Client()

    answer = fresh.post("/accounts/login/", {"login": "wang@example.com", "password": PASSWORD})

    assert answer.headers["Location"] == "/accounts/confirm-email/"
    assert signed_in_as(fresh) is None


def test_a_wrong_password_says_the_same_as_no_account(client: Client, person: User) -> None:
    texts = []
    for login in ("zhang@example.com", "nobody@example.com"):
        answer = client.post("/accounts/login/", {"login": login, "password": "wrong horse 42"})
        assert signed_in_as(client) is None
        texts.append([str(error) for error in answer.context["form"].non_field_errors()])

    assert texts[0] == texts[1] != []


def test_failed_sign_ins_are_throttled_by_account(client: Client, person: User, now: datetime) -> None:
    phone_set(user=person, phone="13800138000", verified=True, actor=Actor.of(person), now=now)
    for _attempt in range(5):
        client.post("/accounts/login/", {"login": "zhang@example.com", "password": "wrong horse 42"})

    answer = client.post("/accounts/login/", {"login": "zhang@example.com", "password": PASSWORD})
    assert answer.status_code == 200
    assert signed_in_as(client) is None
    assert answer.context["form"].errors

    # Another account, by number, is not shut out by it; nor does one number shut out another.
    for _attempt in range(5):
        client.post("/accounts/login/", {"login": "13900139000", "password": "wrong horse 42"})
    client.post("/accounts/login/", {"login": "13800138000", "password": PASSWORD})
    assert signed_in_as(client) == person.pk


def test_sign_ins_are_throttled_by_address(client: Client, settings) -> None:
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "login": "3/m/ip"}
    statuses = [
        client.post("/accounts/login/", {"login": f"a{n}@example.com", "password": "x"}).status_code for n in range(4)
    ]

    assert statuses == [200, 200, 200, 429]


def test_a_closed_account_does_not_sign_in_and_is_signed_out(client: Client, person: User, now: datetime) -> None:
    client.post("/accounts/login/", {"login": "zhang@example.com", "password": PASSWORD})
    assert client.get("/account/").status_code == 200

    account_deactivate(user=person, reason="欺诈", actor=SYSTEM, now=now)

    assert client.get("/account/").status_code == 302
    fresh = Client()
    answer = fresh.post("/accounts/login/", {"login": "zhang@example.com", "password": PASSWORD})
    assert answer.headers["Location"] == "/accounts/inactive/"
    assert signed_in_as(fresh) is None
    assert fresh.get("/accounts/inactive/").status_code == 200


@pytest.mark.parametrize("login", ["zhang@example.com", "13800138000"])
def test_a_code_signs_in_without_a_password(client: Client, person: User, now: datetime, login: str) -> None:
    phone_set(user=person, phone="13800138000", verified=True, actor=Actor.of(person), now=now)
    assert client.get("/accounts/login/code/").status_code == 200
    answer = client.post("/accounts/login/code/", {"login": login})
    assert answer.status_code == 302
    assert client.get("/accounts/login/code/confirm/").status_code == 200
    client.post("/accounts/login/code/confirm/", {"code": last_code()})

    assert signed_in_as(client) == person.pk


@pytest.mark.parametrize("login", ["zhang@example.com", "13800138000"])
def test_a_new_password_by_code(client: Client, person: User, now: datetime, login: str) -> None:
    phone_set(user=person, phone="13800138000", verified=True, actor=Actor.of(person), now=now)
    assert client.get("/accounts/password/reset/").status_code == 200
    client.post("/accounts/password/reset/", {"email": login})
    code = last_code()
    assert client.post("/accounts/password/reset/confirm/", {"code": wrong(code)}).status_code == 200
    client.post("/accounts/password/reset/confirm/", {"code": code})
    assert client.get("/accounts/password/reset/complete/").status_code == 200
    client.post("/accounts/password/reset/complete/", {"password1": "fresh horse 43", "password2": "fresh horse 43"})

    assert User.objects.get(pk=person.pk).check_password("fresh horse 43")


def test_a_new_password_needs_a_verified_number(client: Client, person: User, now: datetime) -> None:
    phone_set(user=person, phone="13800138000", verified=False, actor=Actor.of(person), now=now)

    client.post("/accounts/password/reset/", {"email": "13800138000"})

    assert not re.search(r"\b\d{6}\b", CaughtMail.objects.get().text)


def test_another_number_holds_once_its_code_came_back(client: Client, person: User) -> None:
    enter(client)
    assert client.get("/accounts/phone/change/").status_code == 200
    client.post("/accounts/phone/change/", {"phone": "13800138000", "action_add": "1"})
    assert User.objects.get(pk=person.pk).phone is None

    client.post("/accounts/phone/verify/", {"code": last_code()})

    changed = User.objects.get(pk=person.pk)
    assert changed.phone == "+8613800138000"
    assert changed.phone_verified_at is not None


def test_another_address_holds_once_its_code_came_back(client: Client, person: User) -> None:
    enter(client)
    assert client.get("/accounts/email/").status_code == 200
    client.post("/accounts/email/", {"email": "new@example.com", "action_add": "1"})
    assert User.objects.get(pk=person.pk).email == "zhang@example.com"

    client.post("/accounts/confirm-email/", {"code": last_code()})

    assert User.objects.get(pk=person.pk).email == "new@example.com"


def test_what_touches_security_asks_again(client: Client, person: User) -> None:
    client.post("/accounts/login/", {"login": "zhang@example.com", "password": PASSWORD})

    answer = client.post("/accounts/phone/change/", {"phone": "13800138000", "action_add": "1"})

    assert answer.headers["Location"].startswith("/accounts/reauthenticate/")
    assert not CaughtMail.objects.exists()
    assert client.get("/accounts/reauthenticate/").status_code == 200
    refused = client.post("/accounts/reauthenticate/", {"password": "wrong horse 42"})
    assert refused.status_code == 200


def totp_code(secret: str) -> str:
    counter = next(iter(yield_hotp_counters_from_time()))
    return format_hotp_value(hotp_value(secret, counter))


def test_a_second_factor_from_setting_up_to_signing_in(client: Client, person: User) -> None:
    enter(client)
    page = client.get("/accounts/2fa/totp/activate/")
    secret = page.context["form"].secret
    assert secret in page.content.decode()
    answer = client.post("/accounts/2fa/totp/activate/", {"code": totp_code(secret)})
    assert answer.status_code == 302
    assert client.get("/accounts/2fa/").status_code == 200
    codes = client.get("/accounts/2fa/recovery-codes/").context["unused_codes"]
    assert len(codes) == 10

    with connection.cursor() as cursor:
        cursor.execute("SELECT data::text FROM mfa_authenticator")
        stored = "".join(row[0] for row in cursor.fetchall())
    assert secret not in stored
    assert not any(code in stored for code in codes)

    fresh = Client()
    answer = fresh.post("/accounts/login/", {"login": "zhang@example.com", "password": PASSWORD})
    assert answer.headers["Location"] == "/accounts/2fa/authenticate/"
    assert signed_in_as(fresh) is None
    assert fresh.get("/accounts/2fa/authenticate/").status_code == 200
    fresh.post("/accounts/2fa/authenticate/", {"code": "000000"})
    assert signed_in_as(fresh) is None
    fresh.post("/accounts/2fa/authenticate/", {"code": codes[0]})
    assert signed_in_as(fresh) == person.pk


def test_operators_need_a_second_factor_where_it_is_required(
    signed_in: Callable[[User], Client], operator: User, settings
) -> None:
    client = signed_in(operator)
    settings.OPERATOR_TOTP_REQUIRED = False
    assert client.get("/admin/").status_code == 200

    settings.OPERATOR_TOTP_REQUIRED = True
    answer = client.get("/admin/accounts/user/")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/accounts/2fa/totp/activate/")

    TOTP.activate(operator, generate_totp_secret())
    RecoveryCodes.activate(operator)
    assert client.get("/admin/accounts/user/").status_code == 200
    client.post("/accounts/2fa/totp/deactivate/")
    assert Authenticator.objects.filter(user=operator, type="totp").exists()


def test_the_desk_has_no_sign_in_of_its_own(client: Client, person: User, operator: User) -> None:
    answer = client.post("/admin/login/", {"username": "ops@example.com", "password": PASSWORD})
    assert answer.headers["Location"].startswith("/accounts/login/")
    assert signed_in_as(client) is None

    client.force_login(person)
    assert client.get("/admin/").status_code == 302
    assert client.get("/admin/login/").status_code == 403


def test_operators_arrive_at_their_desk(client: Client, operator: User) -> None:
    answer = client.post("/accounts/login/", {"login": "ops@example.com", "password": PASSWORD})

    assert answer.headers["Location"] == "/admin/"


def test_codes_wait_in_the_outbox_where_mail_is_down(client: Client, settings, deliver, now: datetime) -> None:
    settings.EMAIL_BACKEND = "tests.accounts.test_sign_in.Down"
    settings.SMS_SENDER = "tests.accounts.test_sign_in.Down"
    assert sign_up(client, "wang@example.com").status_code == 302
    assert sign_up(Client(), "13800138000").status_code == 302
    assert not CaughtMail.objects.exists()

    settings.EMAIL_BACKEND = "notifications.mailbox.MailboxBackend"
    settings.SMS_SENDER = "notifications.mailbox.MailboxSms"
    deliver(datetime(2100, 1, 1, tzinfo=now.tzinfo))

    assert {mail.recipient for mail in CaughtMail.objects.all()} == {"wang@example.com", "+8613800138000"}


class Down:
    """A way that is down."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        pass

    def send_messages(self, messages: list[object]) -> int:
        raise ConnectionRefusedError

    def send(self, *, phone: str, text: str) -> None:
        raise ConnectionRefusedError
