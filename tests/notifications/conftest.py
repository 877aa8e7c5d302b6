"""People to tell, and kinds of messages to tell them."""

from collections.abc import Callable, Iterator
from datetime import datetime

import pytest
from django.core.cache import cache
from django.test import Client

from accounts.models import User
from accounts.services import account_create, contacts_confirm, operator_appoint
from core.acts import SYSTEM
from notifications import kinds

PASSWORD = "correct horse 42"


@pytest.fixture(autouse=True)
def kinds_of_tests(monkeypatch: pytest.MonkeyPatch, settings) -> Iterator[None]:
    """Kinds that only tests know, mail into the mailbox page, and nothing cached from before."""
    monkeypatch.setattr(kinds, "_kinds", dict(kinds._kinds))
    kinds.register(
        "test.paid",
        title={"zh-hans": "订单 {number} 已付款", "en": "Order {number} is paid"},
        body={"zh-hans": "{amount}，{at}，{product}", "en": "{amount}, {at}, {product}"},
        group="orders",
    )
    kinds.register(
        "test.measure",
        title={"zh-hans": "处理措施", "en": "A measure"},
        body={"zh-hans": "请查看。", "en": "Please look."},
        group="disputes",
        mandatory=True,
        sms=True,
    )
    settings.EMAIL_BACKEND = "notifications.mailbox.MailboxBackend"
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def person(db: None, now: datetime) -> User:
    user = account_create(email="zhang@example.com", password=PASSWORD, display_name="张三", now=now)
    contacts_confirm(user=user, actor=SYSTEM, now=now)
    return user


@pytest.fixture
def other(db: None, now: datetime) -> User:
    user = account_create(email="li@example.com", display_name="Li", language="en", now=now)
    contacts_confirm(user=user, actor=SYSTEM, now=now)
    return user


@pytest.fixture
def phoner(db: None, now: datetime) -> User:
    user = account_create(phone="13800138000", display_name="王五", now=now)
    contacts_confirm(user=user, actor=SYSTEM, now=now)
    return user


@pytest.fixture
def operator(db: None, now: datetime) -> User:
    user = account_create(email="ops@example.com", display_name="运营", now=now)
    contacts_confirm(user=user, actor=SYSTEM, now=now)
    operator_appoint(user=user, roles=["marketplace_operations"], actor=SYSTEM, now=now)
    return user


@pytest.fixture
def signed_in(client: Client) -> Callable[[User], Client]:
    def enter(user: User) -> Client:
        client.force_login(user)
        return client

    return enter
